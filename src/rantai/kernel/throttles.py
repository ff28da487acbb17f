"""How often somebody may knock at a public door in a minute; counted in the cache, so not exact over a restart."""

from __future__ import annotations

from django.core.cache import cache

_WINDOW = 60


def is_used_up(key: str, *, a_minute: int) -> bool:
    """Count one knock and tell whether this minute's allowance is used up."""
    return _count(f"knock:{key}") > a_minute


def _count(key: str) -> int:
    cache.add(key, 0, _WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, _WINDOW)
        return 1
