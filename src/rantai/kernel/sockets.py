"""Speak with a process of ours over a socket: one JSON object a line, one answer a line."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_LONGEST_PATH = 100
"""Sockets have names of some 107 bytes, folders of any length."""


class NobodyAnswers(ConnectionError):
    """No process listens at an address, or it did not answer in time."""


def find_place(url: str) -> str | tuple[str, int]:
    """Return where a `unix://` or `tcp://` address is to be found: a path, or host and port."""
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return (parts.hostname or "localhost", parts.port or 0)
    path = parts.path
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    name = hashlib.sha256(path.encode()).hexdigest()[:24]
    return str(Path(tempfile.gettempdir()) / f"rantai-{name}.sock")


def ask(url: str, question: dict[str, Any], *, timeout: float) -> dict[str, Any]:
    """Put one question and return its answer; raises NobodyAnswers."""
    place = find_place(url)
    family = socket.AF_UNIX if isinstance(place, str) else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(timeout)
            line.connect(place)
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as answers:
                text = answers.readline()
        answer: dict[str, Any] = json.loads(text)
    except (OSError, ValueError) as problem:
        raise NobodyAnswers(url) from problem
    return answer
