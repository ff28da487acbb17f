"""Let the planner answer over its socket, one thread a caller."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from pathlib import Path
from typing import Any

import structlog
from django.db import close_old_connections, connections

from rantai.iscm.supply.management.answering import Planner
from rantai.kernel import sockets

log = structlog.get_logger(__name__)


class _Caller(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        close_old_connections()
        try:
            for text in self.rfile:
                self.wfile.write(json.dumps(self._answer(text), default=str).encode() + b"\n")
        except ConnectionError:
            log.info("planner_caller_left")  # it did not wait any longer, and has another answer by now
        finally:
            connections.close_all()

    def _answer(self, text: bytes) -> dict[str, Any]:
        planner: Planner = self.server.planner  # type: ignore[attr-defined]
        try:
            return {"ok": True, **planner.answer(json.loads(text))}
        except Exception as problem:  # whatever one caller asks, the planner answers the next
            log.warning("planner_question_failed", exc_info=True)
            return {"ok": False, "error": f"{type(problem).__name__}: {problem}"}


class _LocalServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class _NetworkServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True


def listen(planner: Planner, url: str) -> socketserver.BaseServer:
    """Answer at an address until `shutdown` of what is returned; a stale socket of a killed planner is replaced."""
    place = sockets.find_place(url)
    if isinstance(place, str):
        path = Path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            server: socketserver.BaseServer = _LocalServer(place, _Caller)
        finally:
            os.umask(before)
    else:
        server = _NetworkServer(place, _Caller)
    server.planner = planner  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True, name="planner-socket").start()
    return server


def forget(url: str) -> None:
    """Take the socket away, so that callers know at once that nobody answers."""
    place = sockets.find_place(url)
    if isinstance(place, str):
        Path(place).unlink(missing_ok=True)
