"""Lucide's icons, drawn inline."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon


@lru_cache(maxsize=512)
def draw(name: str, css: str = "") -> SafeString:
    """Draw an icon; no name draws nothing."""
    if not name:
        return mark_safe("")
    drawing = _render_icon(name, None)
    inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    return format_html('<svg class="i {}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', css, mark_safe(inner))  # noqa: S308 the package's own drawing
