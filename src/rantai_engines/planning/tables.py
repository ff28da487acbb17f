"""Build one frozen table of columns from what the caller has, with every default filled in.

A table is a frozen dataclass whose fields are 1-D arrays of one length. Each field says its dtype, its default
and the values it may hold by ``column``; ``build`` fills what is missing and ``check`` names the first bad row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rantai_engines import arrays

#: An instant, or an amount, that never comes: far behind every horizon, far from the end of int64.
NEVER = 1 << 60
#: Largest quantity of one row (100 billion base units); keeps every product inside int64.
QUANTITY_LIMIT = 10**15
_INT_KINDS = "iub"


class InvalidProblem(arrays.InvalidProblem):
    """A row that cannot be planned with: names the table, the column, the row and what would be right."""

    def __init__(self, table: str, column: str, row: int, text: str) -> None:
        where = f"{table}.{column}, row {row}" if row >= 0 else f"{table}.{column}"
        ValueError.__init__(self, f"{where}: {text}")
        self.field, self.row, self.text = f"{table}.{column}", (row if row >= 0 else None), text


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What one column holds: dtype, default (None = required) and closed range."""

    dtype: str
    default: float | None
    low: float
    high: float
    refers_to: str = ""


T = TypeVar("T")


def column(
    default: float | None = None, *, low: float = -NEVER, high: float = NEVER, dtype: str = "int64", refers_to: str = ""
) -> Any:
    """Declare a column; ``refers_to`` names the table whose rows it indexes."""
    rule = Rule(dtype=dtype, default=default, low=low, high=high, refers_to=refers_to)
    return field(metadata={"rule": rule})


def build(table: type[T], columns: Mapping[str, ArrayLike]) -> T:
    """Make a table from the given columns and the defaults of the others.

    Parameters
    ----------
    table : a class of this package's tables.
    columns : name to 1-D array-like; the first given column sets the number of rows, none gives an empty table.

    Raises
    ------
    InvalidProblem : unknown or missing column, wrong shape, a value that its dtype cannot hold.
    """
    rules = {f.name: cast(Rule, f.metadata["rule"]) for f in fields(cast(Any, table))}
    for name in columns:
        if name not in rules:
            raise InvalidProblem(table.__name__, name, -1, f"no such column; there are {', '.join(rules)}")
    n = len(np.atleast_1d(np.asarray(next(iter(columns.values()))))) if columns else 0
    made = {name: _filled(table.__name__, name, rule, columns.get(name), n=n) for name, rule in rules.items()}
    return table(**made)


def check(table: Any, *, sizes: Mapping[str, int]) -> None:
    """Check ranges and index columns once; ``sizes`` gives the number of rows of each table referred to."""
    name = type(table).__name__
    length = -1
    for each in fields(table):
        rule = cast(Rule, each.metadata["rule"])
        values = cast("NDArray[Any]", getattr(table, each.name))
        if values.ndim != 1 or values.dtype != np.dtype(rule.dtype):
            raise InvalidProblem(
                name, each.name, -1, f"needs one axis of {rule.dtype}, got {values.shape} {values.dtype}"
            )
        length = len(values) if length < 0 else length
        if len(values) != length:
            raise InvalidProblem(name, each.name, -1, f"has {len(values)} rows where the table has {length}")
        high = sizes[rule.refers_to] - 1 if rule.refers_to else rule.high
        _check_range(table, each.name, values, low=rule.low, high=high)
    if hasattr(table, "key"):
        _check_keys(name, table.key)


def _filled(table: str, name: str, rule: Rule, given: ArrayLike | None, *, n: int) -> "NDArray[Any]":
    if given is None:
        if rule.default is None and n:
            raise InvalidProblem(table, name, -1, "is required")
        return np.full(n, rule.default or 0, dtype=rule.dtype)
    raw = np.asarray(given)
    if raw.size == 0:
        raw = raw.astype(rule.dtype)
    if raw.shape != (n,):
        raise InvalidProblem(table, name, -1, f"has shape {raw.shape}, the table has {n} rows")
    if raw.dtype.kind not in (_INT_KINDS if rule.dtype == "int64" else _INT_KINDS + "f"):
        raise InvalidProblem(table, name, -1, f"needs {rule.dtype}, got {raw.dtype}: units and seconds are integers")
    return np.ascontiguousarray(raw.astype(rule.dtype))


def _check_range(table: Any, name: str, values: "NDArray[Any]", *, low: float, high: float) -> None:
    bad = ~((values >= low) & (values <= high))  # written so that NaN is bad
    if not bad.any():
        return
    row = int(np.argmax(bad))
    key = f" (key {table.key[row]})" if hasattr(table, "key") else ""
    raise InvalidProblem(type(table).__name__, name, row, f"{values[row]}{key} is not between {low:g} and {high:g}")


def _check_keys(name: str, keys: "NDArray[np.int64]") -> None:
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if len(same):
        row = int(order[same[0] + 1])
        raise InvalidProblem(name, "key", row, f"{keys[row]} stands twice; a key names one row")
