"""A list turned: rows by columns by one measure, worked out by one GROUP BY."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.expressions import Combinable

MAX_GROUPS = 5_000
MAX_ROWS = 100
MAX_COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Dimension:
    """What rows or columns stand for; `by` is a path or an expression such as TruncMonth("due_on")."""

    name: str
    label: Any
    by: str | Combinable
    say: Callable[[Any], Any] = str


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, or summed over `field`; `format` as of a column."""

    name: str
    label: Any
    field: str = ""
    format: str = "number"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Pivots:
    """Which turns a list allows; rows and columns name columns of the list or are Dimensions."""

    rows: Sequence[str | Dimension]
    columns: Sequence[str | Dimension]
    measures: Sequence[Measure]


@dataclass(frozen=True, slots=True)
class Pivot:
    """A turned list, ready to show."""

    measure: Measure
    corner: Any
    heads: list[Any]
    rows: list[tuple[Any, list[Any], Any]]
    totals: list[Any]
    grand: Any
    is_cut: bool


def turn_rows(
    queryset: QuerySet[Any], down: Dimension, across: Dimension | None, measure: Measure, *, show: Callable[[Any], Any]
) -> Pivot:
    """Group, sort by weight, and cut to what a person can look at."""
    groups = _read_groups(queryset, down, across, measure)
    heads = _heaviest(groups, 1, MAX_COLUMNS) if across else []
    names = _heaviest(groups, 0, MAX_ROWS)
    cells = {(row, column): value for row, column, value in groups}
    heads = sorted(heads, key=_in_order)
    rows = [
        (down.say(name), [show(cells.get((name, head))) for head in heads], show(_total(groups, 0, name)))
        for name in names
    ]
    totals = [show(_total(groups, 1, head)) for head in heads]
    return Pivot(
        measure=measure,
        corner=down.label,
        heads=[across.say(head) for head in heads] if across else [],
        rows=rows,
        totals=totals,
        grand=show(sum(value or 0 for _row, _column, value in groups)),
        is_cut=len(groups) == MAX_GROUPS or len(names) == MAX_ROWS or len(heads) == MAX_COLUMNS,
    )


def _read_groups(
    queryset: QuerySet[Any], down: Dimension, across: Dimension | None, measure: Measure
) -> list[tuple[Any, Any, Any]]:
    keys = {"_down": _as_expression(down.by)} | ({"_across": _as_expression(across.by)} if across else {})
    counted = Sum(measure.field) if measure.field else Count("pk")
    grouped = queryset.order_by().annotate(**keys).values(*keys).annotate(_measure=counted).order_by("-_measure")
    return [
        (row["_down"], row.get("_across"), getattr(row["_measure"], "amount", row["_measure"]))
        for row in grouped[:MAX_GROUPS]
    ]


def _as_expression(by: str | Combinable) -> Any:
    return F(by) if isinstance(by, str) else by


def _heaviest(groups: list[tuple[Any, Any, Any]], axis: int, limit: int) -> list[Any]:
    weight: dict[Any, int] = {}
    for group in groups:
        weight[group[axis]] = weight.get(group[axis], 0) + abs(group[2] or 0)
    return sorted(weight, key=lambda name: -weight[name])[:limit]


def _total(groups: list[tuple[Any, Any, Any]], axis: int, name: Any) -> Any:
    return sum(group[2] or 0 for group in groups if group[axis] == name)


def _in_order(value: Any) -> tuple[bool, str]:
    return (value is None, str(value))
