"""A query that is put together once and asked many times: half of a small read is the making of its SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import ModelIterable, get_related_populators

from rantai.kernel import rows, statements

Row = TypeVar("Row")
Value = int | str | Sequence[int] | Sequence[str]
Shape = tuple[tuple[type, int], ...]
"""Of each value: its kind, and how many places a list has; 0 is no list."""

LONGEST = 1024
"""Of a list; a longer one is asked in the ordinary way."""
_MARKS = (30_000, 31_500)
"""Within what the smallest column takes: Django finds nothing for a number that a column cannot hold."""


class Compiled(Generic[Row]):
    """A queryset, of rows or of `values_list`, as a function of numbers and texts and of lists of them for `__in`.

    Its values enter as parameters, so that nothing is remembered but the statement. A list is filled up to the next
    power of two with its last value, so that few statements are made; with an empty one nothing is found or asked.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self._build = build
        self._plans: dict[tuple[str, Shape], _Plan] = {}

    def read(self, *values: Value) -> list[Row]:
        """Return the rows for these values."""
        lists = [value for value in values if not isinstance(value, int | str)]
        if not all(lists):
            return []
        if any(len(value) > LONGEST for value in lists):
            return list(self._build(*values))
        shape = tuple(_measure(value) for value in values)
        plan = self._plans.get((connection.vendor, shape))
        if plan is None:
            plan = self._plans[connection.vendor, shape] = _make_plan(self._build, shape)
        flat = [part for value, (_kind, size) in zip(values, shape, strict=True) for part in _spread(value, size)]
        found = statements.read(plan.sql, [flat[value] if is_given else value for is_given, value in plan.params])
        return list(plan.load(found))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """What the ORM's compiler found out: the statement, where its values go, how its rows become instances."""

    sql: str
    params: tuple[tuple[bool, Any], ...]
    """(True, which value) or (False, a constant)."""
    make: _Instances | None
    """How values become rows; None where they stay values."""
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]

    def load(self, found: Sequence[Sequence[Any]]) -> Iterator[Any]:
        database = connections[DEFAULT_DB_ALIAS]
        for row in found:
            values = list(row)
            for place, steps, expression in self.converters:
                for step in steps:
                    values[place] = step(values[place], expression, database)
            yield self.make.make(values, database.alias) if self.make else tuple(values)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Instances:
    model: type[models.Model]
    names: tuple[str, ...]
    places: slice
    populators: tuple[Any, ...]

    def make(self, values: Sequence[Any], alias: str) -> models.Model:
        found = rows.load(self.model, self.names, values[self.places], alias)
        for populator in self.populators:
            _populate(populator, values, found, alias)
        return found


def _populate(populator: Any, values: Sequence[Any], row: models.Model, alias: str) -> None:
    """Hang a related row on a row, as Django's own populator does."""
    found: models.Model | None = None
    places = populator.reorder_for_init
    part = places(values) if places else values[populator.cols_start : populator.cols_end]
    if part[populator.pk_idx] is not None:
        found = rows.load(populator.model_cls, populator.init_list, part, alias)
        for deeper in populator.related_populators:
            _populate(deeper, values, found, alias)
    populator.local_setter(row, found)
    if found is not None:
        populator.remote_setter(found, row)


def _make_plan(build: Callable[..., models.QuerySet[Any]], shape: Shape) -> _Plan:
    query, places = _mark(build, shape, first=_MARKS[0])
    others, _places = _mark(build, shape, first=_MARKS[1])
    compiler = query.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    # A value that differs between two compilations is one of ours, not a constant that looks like it.
    twins = others.query.get_compiler(connection=connection).as_sql()[1]
    fields = [column[0] for column in compiler.select[: compiler.col_count]]
    return _Plan(
        sql=sql,
        params=tuple(
            (False, value) if value == twin else (True, places[value])
            for value, twin in zip(params, twins, strict=True)
        ),
        make=_plan_instances(compiler) if query._iterable_class is ModelIterable else None,
        converters=tuple(
            (place, tuple(steps), expression) for place, (steps, expression) in compiler.get_converters(fields).items()
        ),
    )


def _mark(build: Callable[..., models.QuerySet[Any]], shape: Shape, *, first: int) -> tuple[Any, dict[Any, int]]:
    """Build the query with values that stand for places; return it with the place of each value."""
    numbers = count(first)
    places: dict[Any, int] = {}

    def mark(kind: type) -> Any:
        number = next(numbers)
        places[value := number if kind is int else f"\x01{number}"] = number - first
        return value

    return build(*([mark(kind) for _each in range(size)] if size else mark(kind) for kind, size in shape)), places


def _plan_instances(compiler: Any) -> _Instances:
    info = compiler.klass_info
    assert not compiler.annotation_col_map, "a compiled query of rows has no annotations"
    places = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    return _Instances(
        model=info["model"],
        names=tuple(column[0].target.attname for column in compiler.select[places]),
        places=places,
        populators=tuple(get_related_populators(info, compiler.select, connection.alias)),  # type: ignore[call-arg]
    )


def _measure(value: Value) -> tuple[type, int]:
    if isinstance(value, int | str):
        return type(value), 0
    return type(value[0]), 1 << (len(value) - 1).bit_length()


def _spread(value: Value, size: int) -> Sequence[int | str]:
    if isinstance(value, int | str):
        return [value]
    return [*value, *[value[-1]] * (size - len(value))]
