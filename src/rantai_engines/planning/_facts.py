"""Keep a problem's demands, receipts and stock as facts come in, in columns with room to grow."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.changes import AddOccupation, Work
from rantai_engines.planning.network import list_targets
from rantai_engines.planning.problem import Demands, Occupations, Problem, Receipts

T = TypeVar("T")


class GrowingTable(Generic[T]):
    """A table of ``problem`` whose rows can be added and changed; a row keeps its number for ever.

    ``columns`` holds more rows than there are; ``view`` gives those there are, without copying.
    """

    def __init__(self, table: T) -> None:
        self.kind = type(table)
        self.columns: dict[str, NDArray[Any]] = {f.name: getattr(table, f.name).copy() for f in fields(table)}  # type: ignore[arg-type]
        self.size = len(self.columns["key"])
        self.rows = dict(zip(self.columns["key"].tolist(), range(self.size), strict=True))
        self.at: dict[int, list[int]] = {}
        for row, place in enumerate(self.columns["item_location"].tolist()):
            self.at.setdefault(place, []).append(row)

    def view(self) -> T:
        """Give the table as it is now; it changes when a row does."""
        return self.kind(**{name: values[: self.size] for name, values in self.columns.items()})

    def append(self, values: Mapping[str, Any]) -> int:
        """Add a row; give its number."""
        row = self.size
        if row == len(self.columns["key"]):
            self.columns = {name: _roomier(column) for name, column in self.columns.items()}
        for name, column in self.columns.items():
            column[row] = values[name]
        self.size += 1
        self.rows[int(values["key"])] = row
        self.at.setdefault(int(values["item_location"]), []).append(row)
        return row

    def drop_last(self) -> None:
        """Take the row last added out again."""
        self.size -= 1
        del self.rows[int(self.columns["key"][self.size])]
        self.at[int(self.columns["item_location"][self.size])].pop()

    def get(self, row: int) -> dict[str, Any]:
        """Give a row's values by column."""
        return {name: column[row].item() for name, column in self.columns.items()}

    def put(self, row: int, values: Mapping[str, Any]) -> None:
        """Change some values of a row; its key and item-location stay."""
        for name, value in values.items():
            self.columns[name][row] = value


def _roomier(column: "NDArray[Any]") -> "NDArray[Any]":
    grown = np.empty(2 * len(column) + 64, column.dtype)
    grown[: len(column)] = column
    return grown


class Facts:
    """What a held plan knows: the problem it was made from, and the rows that events have changed since."""

    def __init__(self, problem: Problem) -> None:
        self.base = problem
        self.demands: GrowingTable[Demands] = GrowingTable(problem.demands)
        self.receipts: GrowingTable[Receipts] = GrowingTable(problem.receipts)
        self.places = replace(problem.item_locations, on_hand=problem.item_locations.on_hand.copy())
        self.there_at = np.maximum(self.places.on_hand_at, problem.now)
        self.occupations: list[AddOccupation] = []
        self.works: dict[int, tuple[Work, ...]] = _by_resource(problem.occupations)
        self.targets: dict[int, list[tuple[int, int]]] = {}
        for place, at, units in np.stack(list_targets(problem), axis=1).tolist():
            self.targets.setdefault(place, []).append((at, units))
        self.sources = replace(problem.sources, lead_time=problem.sources.lead_time.copy())
        self.resources = replace(problem.resources, maximum=problem.resources.maximum.copy())

    def problem(self) -> Problem:
        """Give the problem as it stands now, checked; its tables are copies."""
        return replace(
            self.base,
            item_locations=replace(self.places, on_hand=self.places.on_hand.copy()),
            sources=replace(self.sources, lead_time=self.sources.lead_time.copy()),
            resources=replace(self.resources, maximum=self.resources.maximum.copy()),
            demands=_copied(self.demands.view()),
            receipts=_copied(self.receipts.view()),
            occupations=self._occupations(),
        )

    def list_works(self, resource: int) -> list[Work]:
        """Give what open orders occupy of a resource."""
        return [work for work in self.works.get(resource, ()) if work.end > work.start]

    def _occupations(self) -> Occupations:
        rows = [(resource, *work) for resource, works in self.works.items() for work in works]
        rows += [(each.resource, each.start, each.end, each.quantity, -1) for each in self.occupations]
        table = np.array(rows, np.int64).reshape(-1, 5)
        names = ("resource", "start", "end", "quantity", "setup")
        return Occupations(**{name: table[:, column].copy() for column, name in enumerate(names)})


def _by_resource(known: Occupations) -> dict[int, tuple[Work, ...]]:
    found: dict[int, list[Work]] = {}
    columns = (known.resource, known.start, known.end, known.quantity, known.setup)
    for resource, *row in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(resource, []).append(Work(*row))
    return {resource: tuple(works) for resource, works in found.items()}


def _copied(table: T) -> T:
    return type(table)(**{f.name: getattr(table, f.name).copy() for f in fields(table)})  # type: ignore[arg-type]
