"""Pack columns into bytes and read them back: each column in the narrowest integers that hold it (frame of reference).

Layout: length of the head (4 bytes, little endian), the head as JSON `{"rows": n, "columns": [[name, dtype, base]]}`,
then the columns one after the other. An integer column stores value − base as unsigned of 0, 1, 2, 4 or 8 bytes
('u0' … 'u8'); a float column stands as it is ('f8'); truth as 'b1'.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, Any]

CODEC = "for1"
_WIDTHS = ((1, 1 << 8), (2, 1 << 16), (4, 1 << 32))


class UnknownCodec(ValueError):
    """A block that this release cannot read."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        super().__init__(f"Plan blocks packed as '{codec}' cannot be read; this release reads '{CODEC}'.")


def pack(columns: Columns) -> bytes:
    """Return the columns of one table as bytes; they have one length unless they say otherwise by their own."""
    head: list[list[Any]] = []
    body: list[bytes] = []
    for name, values in columns.items():
        dtype, base, data = _pack_column(np.asarray(values))
        head.append([name, dtype, base, len(values)])
        body.append(data)
    text = json.dumps(head, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + b"".join(body)


def unpack(packed: bytes | memoryview, codec: str) -> Columns:
    """Return what `pack` was given; raises UnknownCodec."""
    if codec != CODEC:
        raise UnknownCodec(codec)
    data = memoryview(packed)
    length = int.from_bytes(data[:4], "little")
    at = 4 + length
    found: Columns = {}
    for name, dtype, base, rows in json.loads(bytes(data[4:at])):
        width = int(dtype[1])
        found[name] = _unpack_column(data[at : at + width * rows], dtype, base, rows)
        at += width * rows
    return found


def _pack_column(values: NDArray[Any]) -> tuple[str, int, bytes]:
    if values.dtype.kind == "f":
        return "f8", 0, values.astype("<f8").tobytes()
    if values.dtype.kind == "b":
        return "b1", 0, values.astype("u1").tobytes()
    if not len(values):
        return "u0", 0, b""
    low, high = int(values.min()), int(values.max())
    if low == high:
        return "u0", low, b""
    for width, limit in _WIDTHS:
        if high - low < limit:
            return f"u{width}", low, (values - low).astype(f"<u{width}").tobytes()
    return "i8", 0, values.astype("<i8").tobytes()


def _unpack_column(data: memoryview, dtype: str, base: int, rows: int) -> NDArray[Any]:
    if dtype == "u0":
        return np.full(rows, base, np.int64)
    if dtype == "b1":
        return np.frombuffer(data, "u1").astype(np.bool_)
    if dtype == "f8":
        return np.frombuffer(data, "<f8").astype(np.float64)
    return np.frombuffer(data, f"<{dtype}").astype(np.int64) + base
