"""Hold the tables of a problem while a model is translated, and the rules that the plan is to keep."""

from __future__ import annotations

from dataclasses import dataclass, field

from rantai.bench.formats.planning.columns import Rows, Timetable
from rantai.bench.formats.planning.model import Model, Place
from rantai_engines.planning.problem import SourceKind, SourceSearch

#: The bits of a model's ``constraints``.
LEAD_TIME, CAPACITY, MAKING_TIME, BUYING_TIME = 1, 4, 16, 32
ALL = 15
#: A fence so far back that no start is before it.
NO_FENCE = -300 * 86_400


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a plan holds to: the bits of ``constraints``, and how long confirmed supply is awaited.

    ``ahead``: seconds before its due date at which a demand is asked for. ``is_wish``: nothing holds, everybody is
    given what he wants when he wants it.
    """

    constraints: int = ALL
    autofence: float = 0.0
    ahead: float = 0.0
    is_wish: bool = False

    def is_bound(self, kind: SourceKind) -> bool:
        """Say whether an order of that kind may not start before now."""
        own = BUYING_TIME if kind == SourceKind.BUY else MAKING_TIME
        return bool(self.constraints & (LEAD_TIME | own))

    @property
    def is_finite(self) -> bool:
        """Say whether resources limit."""
        return bool(self.constraints & CAPACITY)


@dataclass(kw_only=True)
class Draft:
    """The tables of a problem while they are made."""

    model: Model
    rules: Rules
    places: Rows = field(default_factory=Rows)
    sources: Rows = field(default_factory=Rows)
    lines: Rows = field(default_factory=Rows)
    co_products: Rows = field(default_factory=Rows)
    steps: Rows = field(default_factory=Rows)
    loads: Rows = field(default_factory=Rows)
    resources: Rows = field(default_factory=Rows)
    setup_times: Rows = field(default_factory=Rows)
    occupations: Rows = field(default_factory=Rows)
    receipts: Rows = field(default_factory=Rows)
    demands: Rows = field(default_factory=Rows)
    times: Timetable = field(default_factory=Timetable)
    setups: dict[str, int] = field(default_factory=dict)
    searches: dict[int, SourceSearch] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    #: Places that stand for the delivery of a demand which any location may serve, with the one that is asked first.
    pooled: dict[int, int] = field(default_factory=dict)

    def place(self, item: str, location: str) -> int:
        """Return the row of the place that keeps an item at a location; it is made when it is not there."""
        if (item, location) not in self.rows:
            self.rows[item, location] = len(self.model.places)
            self.model.places.append(Place(name=f"{item} @ {location}", item=item, location=location))
        return self.rows[item, location]
