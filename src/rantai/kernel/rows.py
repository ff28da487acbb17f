"""Make rows of tables in memory without the ORM's toll on each value: half of a bulk write was `Model.__init__`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


def make(model: type[Row], **values: Any) -> Row:
    """Return a new row, not written yet, as `model(**values)` does; values by column, a document by its id.

    A name that is no column is refused when the row is written, not here.
    """
    row = model.__new__(model)
    plain, calls = _read_defaults(model)
    state = row.__dict__
    state["_state"] = ModelState()
    state.update(plain)
    for name, default in calls:
        if name not in values:
            state[name] = default()
    state.update(values)
    return row


def load(model: type[Row], names: Sequence[str], values: Iterable[Any], alias: str) -> Row:
    """Return a row that was read, as `from_db` does; a column that was not is read when somebody asks for it."""
    row = model.__new__(model)
    state = row.__dict__
    state["_state"] = kept = ModelState()
    kept.adding, kept.db = False, alias
    state.update(zip(names, values, strict=True))
    return row


@cache
def _read_defaults(model: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Return what a new row says by itself: what is the same for all, and what is made anew for each."""
    fields = model._meta.concrete_fields
    made = [field for field in fields if field.has_default() and callable(field.default)]
    plain = {field.attname: field.get_default() for field in fields if field not in made}
    return plain, tuple((field.attname, field.get_default) for field in made)
