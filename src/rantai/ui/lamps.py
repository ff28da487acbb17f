"""States as a shape with its word: readable without colour."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

LAMPS = {
    "new": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    "wait": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.6" '
    'stroke-dasharray="1.8 2.39"/>',
    "run": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M5 1a4 4 0 0 1 0 8Z" fill="currentColor"/>',
    "done": '<circle cx="5" cy="5" r="5" fill="currentColor"/>'
    '<path class="lamp-tick" d="m2.8 5.2 1.6 1.6 3-3.4" fill="none" stroke-width="1.5"/>',
    "look": '<path class="lamp-fill" d="M5 .4 9.8 9.4H.2Z" stroke="currentColor" stroke-width="1.1" '
    'stroke-linejoin="round"/>',
    "hurt": '<path d="M5-.6 10.6 5 5 10.6-.6 5Z" fill="currentColor"/>',
    "end": '<rect x="1" y="1" width="8" height="8" rx="1.2" fill="none" stroke="currentColor" stroke-width="1.6"/>',
}


@lru_cache(maxsize=64)
def draw(kind: str) -> SafeString:
    """Draw the shape of a state."""
    shape = mark_safe(LAMPS.get(kind) or LAMPS["new"])  # noqa: S308 constants above
    return format_html('<svg class="lamp lamp--{}" viewBox="0 0 10 10" aria-hidden="true">{}</svg>', kind, shape)


def draw_state(kind: str, word: Any) -> SafeString:
    """Draw a state: shape, then its word."""
    return format_html('<span class="state state--{}">{}{}</span>', kind, draw(kind), word)
