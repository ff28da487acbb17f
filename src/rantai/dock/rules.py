"""How often one visitor may knock: enough for people, too little for guessing."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

READS_A_MINUTE = 120
WRITES_A_MINUTE = 20
_WINDOW = 60


def is_too_often(request: HttpRequest, *, token: str) -> bool:
    """Count this request and tell whether the visitor's minute is used up; a write counts for its link too."""
    visitor = request.META.get("REMOTE_ADDR", "")
    if request.method == "POST":
        return _count(f"dock:w:{visitor}") > WRITES_A_MINUTE or _count(f"dock:w:{token[:64]}") > WRITES_A_MINUTE
    return _count(f"dock:r:{visitor}") > READS_A_MINUTE


def _count(key: str) -> int:
    cache.add(key, 0, _WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, _WINDOW)
        return 1
