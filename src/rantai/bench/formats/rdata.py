"""Read R's own files (.rda, .rds) as plain Python values, without R: public series and purchase logs come so.

Source: R Core Team, "R Internals", section 1.8 (serialization formats); the XDR form of versions 2 and 3.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

_PACKED = ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress))
_NIL, _GLOBAL, _BASE, _EMPTY, _REFERENCE, _MISSING = 254, 253, 241, 242, 255, 251
_SYMBOL, _PAIRS, _CLOSURE, _ENVIRONMENT, _PROMISE, _LANGUAGE = 1, 2, 3, 4, 5, 6
_CHARACTERS, _LOGICALS, _INTEGERS, _REALS, _STRINGS, _LIST = 9, 10, 13, 14, 16, 19
_S4, _COMPACT, _NAMESPACE = 25, 238, 249


class NotRData(Exception):
    """The file is no R data, or holds a kind of value that is not read here."""


@dataclass
class Value:
    """A vector or list of R with its attributes (names, tsp, class, levels)."""

    data: Any
    attributes: dict[str, Any] = field(default_factory=dict)

    def named(self) -> dict[str, Any]:
        """Return a list by its names."""
        names = self.attributes["names"].data
        return dict(zip(names, self.data, strict=True))


def read_rdata(path: Path) -> dict[str, Any]:
    """Return the objects of a file by name; raises NotRData."""
    raw = path.read_bytes()
    for mark, unpack in _PACKED:
        if raw.startswith(mark):
            raw = unpack(raw)
    is_named = raw[:5] in (b"RDX2\n", b"RDX3\n")
    reader = _Reader(raw[5:] if is_named else raw, path)
    found = reader.read()
    if not is_named:
        return {path.stem: found}
    return dict(found)


class _Reader:
    """Walk the serialized bytes once."""

    def __init__(self, raw: bytes, path: Path) -> None:
        self.raw, self.at, self.path = raw, 0, path
        self.references: list[Any] = []
        if raw[:2] != b"X\n":
            raise NotRData(f"{path.name} is no R data in XDR form. Save it in R with save(…, ascii = FALSE).")
        self.at = 2
        version, _writer, _reader = (self.integer() for _ in range(3))
        if version >= 3:
            self.bytes(self.integer())

    def bytes(self, size: int) -> bytes:
        self.at += size
        return self.raw[self.at - size : self.at]

    def integer(self) -> int:
        return int(struct.unpack(">i", self.bytes(4))[0])

    def vector(self, dtype: str) -> Any:
        size = self.integer()
        kind = np.dtype(dtype)
        return np.frombuffer(self.bytes(size * kind.itemsize), dtype=kind).astype(kind.newbyteorder("="))

    def read(self) -> Any:
        """Return the next value; pairs come as a list of (name, value), nothing as None."""
        flags = self.integer()
        kind, has_attributes, has_tag = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind in (_NIL, _GLOBAL, _BASE, _EMPTY, _MISSING):
            return None
        if kind == _REFERENCE:
            return self.references[(flags >> 8 or self.integer()) - 1]
        if kind == _SYMBOL:
            self.references.append(self.read())
            return self.references[-1]
        if kind in (_PAIRS, _CLOSURE, _PROMISE, _LANGUAGE):
            return self.pairs(has_attributes, has_tag)
        if kind == _ENVIRONMENT:
            return self.environment()
        if kind == _CHARACTERS:
            size = self.integer()
            return None if size < 0 else self.bytes(size).decode("utf-8", errors="replace")
        if kind == _COMPACT:
            return self.compact()
        value = Value(self.atoms(kind))
        if has_attributes:
            value.attributes = dict(self.read() or [])
        return value

    def atoms(self, kind: int) -> Any:
        if kind in (_LOGICALS, _INTEGERS):
            return self.vector(">i4")
        if kind == _REALS:
            return self.vector(">f8")
        if kind in (_STRINGS, _LIST):
            return [self.read() for _ in range(self.integer())]
        raise NotRData(f"{self.path.name} holds a value of R's kind {kind}, which is not read here.")

    def pairs(self, has_attributes: bool, has_tag: bool) -> list[tuple[Any, Any]]:
        """Read a pair list without recursion along it."""
        found = []
        while True:
            if has_attributes:
                self.read()
            tag = self.read() if has_tag else None
            found.append((tag, self.read()))
            flags = self.integer()
            if flags & 0xFF not in (_PAIRS, _LANGUAGE):
                break
            has_attributes, has_tag = bool(flags & 0x200), bool(flags & 0x400)
        if flags & 0xFF != _NIL:
            self.at -= 4
            found.append((None, self.read()))
        return found

    def environment(self) -> None:
        self.references.append(None)
        self.integer()
        for _ in range(4):
            self.read()

    def compact(self) -> Any:
        """Read an alternative representation: whole numbers in a row come as count, first and step."""
        about, state, attributes = self.read(), self.read(), self.read()
        name = about[0][1]
        if name in ("compact_intseq", "compact_realseq"):
            count, first, step = state.data
            return Value(first + step * np.arange(int(count)), dict(attributes or []))
        if name == "deferred_string":
            return Value([f"{each:g}" for each in state[0][1].data], dict(attributes or []))
        if name.startswith("wrap_"):
            return state[0][1]
        raise NotRData(f"{self.path.name} holds {name}, which is not read here.")
