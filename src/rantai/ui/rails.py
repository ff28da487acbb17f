"""A stop of the rail as HTML, drawn at once: two dozen of them stand beside every page."""

from __future__ import annotations

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rantai.ui import formats, icons
from rantai.ui.nav import Count, Stop


def draw(stop: Stop) -> SafeString:
    """Draw the link to a station with its number."""
    here = ' aria-current="page"' if stop.current else ""
    key = f' data-key="{escape(stop.station.key)}"' if stop.station.key else ""
    label = f"{icons.draw(stop.station.icon)}{conditional_escape(stop.station.label)}{_draw_count(stop.count)}"
    html = f'<li><a class="station" href="{escape(stop.href)}"{here}{key}>{label}</a></li>'
    return mark_safe(html)  # noqa: S308 every part is escaped above


def _draw_count(count: Count | None) -> str:
    if not count:
        return ""
    css, said = (" count--hurt", f'<span class="sr">{escape(_("late"))} </span>') if count.hurt else ("", "")
    return f'<span class="count{css}">{said}{escape(formats.number(count.n))}</span>'
