"""Check the arrays of a problem once, at its door, so that no kernel has to."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class InvalidProblem(ValueError):
    """Say which field of a problem is wrong, where, and what would be right.

    Attributes
    ----------
    field : str
        Name of the field.
    row : int or None
        Row (customer, series, item-location) that holds the first wrong value, where one does.
    """

    def __init__(self, field: str, true: str, wanted: str, *, row: int | None = None) -> None:
        where = f"{field} of row {row}" if row is not None else field
        super().__init__(f"{where}: {true}; {wanted}.")
        self.field = field
        self.row = row


def check_vector(array: Array, *, field: str, dtype: type, size: int | None = None) -> Array:
    """Return a read-only view of a one-dimensional array of the given dtype and size.

    Parameters
    ----------
    array : ndarray
        What the caller passed.
    field : str
        Its name, for the message.
    dtype : type
        The dtype it must already have; nothing is cast silently.
    size : int, optional
        Its length.

    Returns
    -------
    ndarray
        A C-contiguous read-only view (a copy only where the input is strided).

    Raises
    ------
    InvalidProblem
        If it is no array, has another dtype, another rank or another length.
    """
    if not isinstance(array, np.ndarray):
        raise InvalidProblem(field, f"a {type(array).__name__} was given", "pass a NumPy array")
    if array.dtype != np.dtype(dtype):
        raise InvalidProblem(field, f"dtype is {array.dtype}", f"pass {np.dtype(dtype).name}")
    if array.ndim != 1:
        raise InvalidProblem(field, f"it has {array.ndim} dimensions", "pass one")
    if size is not None and array.size != size:
        raise InvalidProblem(field, f"it has {array.size} entries", f"pass {size}")
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def check_offsets(offsets: Array, *, field: str, n_values: int, rows: int | None = None) -> Array:
    """Return CSR offsets as a read-only view after checking that they cut the values into rows.

    Parameters
    ----------
    offsets : ndarray of int64, shape (n_rows + 1,)
        Row i owns ``values[offsets[i]:offsets[i + 1]]``; an empty row is allowed.
    field : str
        Name for the message.
    n_values : int
        Length of the values that they cut.
    rows : int, optional
        Number of rows that must be there.

    Raises
    ------
    InvalidProblem
        If they do not start at 0, fall anywhere, do not end at `n_values`, or cut another number of rows.
    """
    view = check_vector(offsets, field=field, dtype=np.int64, size=None if rows is None else rows + 1)
    if view.size == 0 or view[0] != 0:
        raise InvalidProblem(field, "they do not start at 0", "pass n_rows + 1 offsets from 0")
    falling = np.flatnonzero(np.diff(view) < 0)
    if falling.size:
        raise InvalidProblem(field, "the next offset is smaller", "offsets never fall", row=int(falling[0]))
    if view[-1] != n_values:
        raise InvalidProblem(field, f"they end at {view[-1]}", f"end at {n_values}, the number of values")
    return view


def check_all(good: Array, values: Array, *, field: str, wanted: str, offsets: Array | None = None) -> None:
    """Raise for the first value that is not good, naming its row.

    Parameters
    ----------
    good : ndarray of bool, shape of `values`
        The verdict on each value.
    values : ndarray
        The values, for the message.
    field, wanted : str
        Name of the field and what would be right.
    offsets : ndarray of int64, optional
        CSR offsets where the values are cut into rows; without them value i is row i.

    Raises
    ------
    InvalidProblem
        At the first bad value.
    """
    if good.all():
        return
    at = int(np.flatnonzero(~good)[0])
    row = at if offsets is None else int(np.searchsorted(offsets, at, side="right")) - 1
    raise InvalidProblem(field, f"the value is {values[at]}", wanted, row=row)


def check_size(count: int, *, field: str, limit: int) -> None:
    """Raise if there are more entries than the engine is built for.

    Raises
    ------
    InvalidProblem
        If `count` is above `limit`.
    """
    if count > limit:
        raise InvalidProblem(field, f"there are {count:,}", f"at most {limit:,} are allowed, cut the problem")


def check_range(value: float, *, field: str, low: float, high: float) -> None:
    """Raise if a single setting is not a number within its closed range.

    Raises
    ------
    InvalidProblem
        If `value` is below `low`, above `high` or NaN.
    """
    if not low <= value <= high:
        raise InvalidProblem(field, f"it is {value}", f"allowed is {low:g} to {high:g}")
