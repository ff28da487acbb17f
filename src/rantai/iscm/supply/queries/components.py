"""Read what is made of what: the lines of bills, those that may stand in for one another, and when each is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from rantai.foundation.items.models import BomLine, SubstitutionRule
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.needs import fetch

_MILLION = 1_000_000
_LINE = (
    "bill_id", "component_id", "quantity", "yield_share", "operation", "bill__batch", "choice", "rank", "valid_from",
    "valid_to",
)  # fmt: skip
_STAND_INS = 1000
"""Ranks between two lines of a bill: an item that stands in comes behind the line that it stands in for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A component of a bill, in 1/10,000; parts of one `choice` above zero are alternates by rank."""

    bill: int
    item: int
    quantity: int
    yield_share: int
    operation: int
    batch: int
    choice: int
    rank: int
    valid_from: date | None
    valid_to: date | None


def read_parts() -> dict[int, list[Part]]:
    """Return the components of every bill, with what may stand in for one in any bill; two queries."""
    stand_ins = _read_stand_ins()
    found: dict[int, list[Part]] = defaultdict(list)
    lines = BomLine.objects.order_by("bill_id", "position", "id")
    for bill, item, quantity, share, operation, batch, choice, rank, since, until in fetch(lines.values_list(*_LINE)):
        part = Part(
            bill=bill, item=item, quantity=quantity, yield_share=share, operation=operation, batch=batch,
            choice=choice, rank=rank * _STAND_INS, valid_from=since, valid_to=until,
        )  # fmt: skip
        found[bill] += _with_stand_ins(part, stand_ins.get(item, ()), number=len(found[bill]))
    return found


def add_lines(
    network: Any, row: int, parts: Sequence[Part], step_rows: Mapping[int, int], *, zone: str, location: int
) -> list[int]:
    """Write the components of a make source; return the item-locations that it takes from."""
    below = []
    for part in parts:
        below.append(keys.pair_of(part.item, location))
        network.bom_lines.append(
            {
                "source": row,
                "component_place": below[-1],
                "quantity_per": round(part.quantity * _MILLION / part.batch),
                "scrap_ppm": (10_000 - part.yield_share) * 100,
                "operation": step_rows.get(part.operation, -1),
                "group": part.choice or -1,
                "rank": part.rank,
                "effective_from": days.midnight(part.valid_from, zone) if part.valid_from else 0,
                "effective_to": days.midnight(part.valid_to, zone) if part.valid_to else days.NEVER,
            }
        )
    return below


def _read_stand_ins() -> dict[int, list[tuple[int, Fraction, int, date | None, date | None]]]:
    """Return what may stand in for an item in bills; a ratio that is none is left out."""
    found: dict[int, list[tuple[int, Fraction, int, date | None, date | None]]] = defaultdict(list)
    rules = SubstitutionRule.objects.filter(scope="bill", numerator__gt=0, denominator__gt=0)
    names = ("item_id", "substitute_id", "numerator", "denominator", "rank", "valid_from", "valid_to")
    rows = rules.filter(substitute__archived_at=None).order_by("item_id", "rank", "id").values_list(*names)
    for item, other, numerator, denominator, rank, since, until in fetch(rows):
        found[item].append((other, Fraction(numerator, denominator), rank, since, until))
    return found


def _with_stand_ins(part: Part, others: Sequence[tuple[Any, ...]], *, number: int) -> list[Part]:
    """Return a part and what may stand in for it, as one choice."""
    if not others:
        return [part]
    # Choices of the bill's own lines are small numbers: these stand apart from them.
    choice = part.choice or 100_000 + number
    found = [replace(part, choice=choice)]
    for other, ratio, rank, since, until in others:
        quantity = -(-part.quantity * ratio.numerator // ratio.denominator)
        found.append(
            replace(
                part, item=other, quantity=quantity, choice=choice, rank=part.rank + min(rank, _STAND_INS - 1),
                valid_from=max(filter(None, (part.valid_from, since)), default=None),
                valid_to=min(filter(None, (part.valid_to, until)), default=None),
            )
        )  # fmt: skip
    return found
