"""Make a table of columns from rows."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast

import numpy as np

from rantai_engines.planning.solution import Ints

T = TypeVar("T")


def table_of(kind: type[T], rows: Sequence[tuple[int, ...]] | Ints) -> T:
    """Make a table whose columns are the fields of ``kind``, in order."""
    names = [each.name for each in fields(cast(Any, kind))]
    table = np.array(rows, np.int64).reshape(len(rows), len(names))
    return kind(**{name: np.ascontiguousarray(table[:, c]) for c, name in enumerate(names)})
