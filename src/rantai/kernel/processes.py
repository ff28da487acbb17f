"""Which process holds something, and whether it is still there."""

from __future__ import annotations

import os
import socket


def name_self() -> str:
    """Return a name for this process that no living one shares."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(name: str) -> bool:
    """Tell whether the process of that name certainly ended: it was of this machine and is not there.

    Of another machine nothing is known; its lease has to run out.
    """
    host, _colon, number = name.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
