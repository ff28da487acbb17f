"""Read series that stand one a row: the M4 files, and the M-competitions as R keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from rantai.bench.formats import rdata
from rantai.bench.options import BadOption

Rows = list[tuple[str, str, Any, Any]]
"""Name, frequency (empty if the file does not say), last position, values (or what is wrong)."""


def read_wide(table: pl.DataFrame) -> Rows:
    """Return one series a row: V1 its name, then its values as text or numbers, nulls at the end."""
    numbers = table.select(pl.exclude(table.columns[0]).cast(pl.String).str.strip_chars('" '))
    values = numbers.select(pl.all().cast(pl.Float64, strict=False)).to_numpy()
    found: Rows = []
    for name, row in zip(table[table.columns[0]].cast(pl.String), values, strict=True):
        there = np.flatnonzero(~np.isnan(row))
        history = row[: there[-1] + 1] if there.size else row[:0]
        found.append((str(name), "", history.size, np.ascontiguousarray(history)))
    return found


def read_r(path: Path) -> Rows:
    """Return the series of an R list as in Mcomp: `x` the history, `xx` what came after it, put behind it."""
    try:
        objects = rdata.read_rdata(path)
    except rdata.NotRData as problem:
        raise BadOption(str(problem)) from problem
    found: Rows = []
    for listed in objects.values():
        for name, series in listed.named().items():
            parts = series.named()
            values = np.concatenate([np.asarray(parts[k].data, dtype=np.float64) for k in ("x", "xx") if k in parts])
            period = str(parts["period"].data[0])[:1].upper()
            found.append((name, period if period in "YQMWDH" else "O", int(values.size), values))
    return found
