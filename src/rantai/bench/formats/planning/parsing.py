"""Parse XML that comes from outside: no document type, no entity, bounded in size and depth, nothing in it is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

MOST_BYTES = 4 << 30
MOST_DEPTH = 64
_CHUNK = 1 << 20


class UnreadableModel(Exception):
    """A file that is no model: says where and what is wrong."""

    def __init__(self, path: Path, line: int, text: str) -> None:
        super().__init__(f"{path.name}, line {line}: {text}")
        self.path, self.line = path, line


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, its attributes, its children, its own text, where it stands."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""


def parse(path: Path, *, most_bytes: int = MOST_BYTES, most_depth: int = MOST_DEPTH) -> Node:
    """Return the root element of a file; raises UnreadableModel.

    Processing instructions and comments are passed over. A document type is refused whole: with it go entities,
    their expansion and everything that would be fetched from elsewhere.
    """
    builder = _Builder(path, most_depth=most_depth)
    with path.open("rb") as file:
        builder.feed(file, most_bytes=most_bytes)
    return builder.root


class _Builder:
    """What the parser calls back."""

    def __init__(self, path: Path, *, most_depth: int) -> None:
        self._path, self._most_depth = path, most_depth
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._add_text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._open: list[Node] = []
        self.root = Node(tag="", attributes={}, line=0)

    def feed(self, file: BinaryIO, *, most_bytes: int) -> None:
        read = 0
        try:
            while chunk := file.read(_CHUNK):
                read += len(chunk)
                if read > most_bytes:
                    raise self._refusal(f"is larger than {most_bytes} bytes")
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._refusal(f"is no XML: {expat.errors.messages[error.code]}") from error

    def _refusal(self, text: str) -> UnreadableModel:
        return UnreadableModel(self._path, self._parser.CurrentLineNumber, text)

    def _refuse_doctype(self, *_declared: object) -> None:
        raise self._refusal("declares a document type, which a model does not need")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= self._most_depth:
            raise self._refusal(f"is nested deeper than {self._most_depth} elements")
        node = Node(_local(name), {_local(key): value for key, value in attributes.items()}, self._line())
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        node = self._open.pop()
        node.text = node.text.strip()

    def _add_text(self, text: str) -> None:
        self._open[-1].text += text

    def _line(self) -> int:
        return self._parser.CurrentLineNumber


def _local(name: str) -> str:
    return name.rpartition(":")[2]
