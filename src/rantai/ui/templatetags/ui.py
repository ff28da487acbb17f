"""Filters and tags that pages use without loading: formats, icons, states, gauges."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from rantai.kernel import texts
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.ui import controls, formats, gauges, icons, lamps, nav, rails, toasts
from rantai.ui import table_rows as rows_of_tables
from rantai.ui.tables import Table

register = template.Library()

# A comma that we wrote between two Chinese parts, whatever closes the first.
_COMMA = re.compile(r"([\u4e00-\u9fff）](?:</\w+>)*), ")


@register.filter
def money(value: Any, argument: str = "") -> str:
    """Format money; argument is "short" or, for an int, its currency."""
    if argument == "short":
        return formats.money(value, short=True)
    return formats.money(value, argument)


@register.filter
def amount(value: Any, currency: str = "") -> str:
    """Format money without its currency."""
    return formats.amount(value, currency)


@register.filter
def quantity(value: Any, unit: Any = "") -> str:
    """Format a quantity; unit is a text or a thing that has one."""
    return formats.quantity(value, _unit_of(unit))


@register.filter
def number(value: Any, digits: int | None = None) -> str:
    """Format a figure."""
    return formats.number(value, digits)


@register.filter
def percent(value: Any, digits: int = 1) -> str:
    """Format a share."""
    return formats.percent(value, digits)


@register.filter
def day(value: Any, style: str = "") -> str:
    """Format a date."""
    return formats.day(value or None, today=timezone.localdate(), style=style)


@register.filter
def moment(value: Any) -> str:
    """Format an instant."""
    return formats.moment(value or None, now=timezone.now())


@register.filter
def ago(value: Any, today: date | None = None) -> str:
    """Say how far a day is."""
    return formats.ago(value or None, today=today or timezone.localdate())


@register.filter
def late(value: Any) -> str:
    """Say days of lateness."""
    return formats.late(value)


@register.filter
def pick(value: Any) -> str:
    """Read a text of several languages in the active one."""
    return texts.pick(value or {})


@register.filter
def punctuated(html: Any) -> SafeString:
    """Set the commas between the parts of a title as the reader's language does: Chinese has its own."""
    text: str = conditional_escape(html)
    if (get_language() or "").startswith("zh"):
        text = _COMMA.sub(r"\1，", text)
    return mark_safe(text)  # noqa: S308 escaped above, or the page's own html


@register.filter
def country(value: Any) -> str:
    """Name a country."""
    return formats.country(str(value or ""))


@register.filter
def language(value: Any) -> str:
    """Name a language."""
    return formats.language(str(value or ""))


@register.filter
def initials(value: Any) -> str:
    """Shorten a name."""
    return formats.initials(value)


@register.filter
def shown(value: Any) -> Any:
    """Format whatever a value is: money, quantity, day, instant; text stays."""
    match value:
        case None | "":
            return formats.NOTHING
        case Money():
            return formats.money(value)
        case Quantity():
            return formats.quantity(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
    return value


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw a lucide icon inline."""
    return icons.draw(name, css)


@register.simple_tag
def lamp(kind: str) -> SafeString:
    """Draw the shape of a state."""
    return lamps.draw(kind)


@register.simple_tag
def state(kind: str, label: Any) -> SafeString:
    """Draw a state: shape, then its word."""
    return lamps.draw_state(kind, label)


@register.simple_tag
def gauge(asked: date | None, promised: date | None, p80: date | None, scale: gauges.Scale) -> SafeString:
    """Draw one row's dates on the table's scale."""
    return gauges.draw(gauges.Gauge(scale, asked, promised, p80))


@register.simple_tag(takes_context=True)
def table_rows(context: Context, table: Table) -> SafeString:
    """Draw the rows of a list."""
    request = context.get("request")
    return rows_of_tables.draw(
        table.rows,
        has_ticks=bool(table.allowed_bulk),
        opens=lambda href: request is None or nav.may_open(request, href),
    )


@register.simple_tag
def station(stop: nav.Stop) -> SafeString:
    """Draw one stop of the rail."""
    return rails.draw(stop)


@register.inclusion_tag("ui/gauge_key.html")
def gauge_key() -> dict[str, Any]:
    """Explain the gauge's marks."""
    return {}


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """Draw a form field's control in our clothes; what was typed stays."""
    return controls.draw_control(field)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Tell whether the label stands after the control."""
    return controls.is_tick(field)


@register.filter
def is_group(field: BoundField) -> bool:
    """Tell whether the field needs a legend."""
    return controls.is_group(field)


@register.simple_tag(takes_context=True)
def again(context: Context, name: str) -> SafeString:
    """Render a block of the page a second time (the crumb repeats the title)."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return block.nodelist.render(context) if block else mark_safe("")


@register.filter
def toast_kind(message: Any) -> str:
    """Return the state a message shows."""
    return toasts.KINDS.get(message.level, "new")


@register.filter
def undo_url(message: Any) -> str:
    """Return where the undo of a message is posted."""
    tags = message.extra_tags or ""
    return tags.removeprefix(toasts.UNDO) if tags.startswith(toasts.UNDO) else ""


def _unit_of(thing: Any) -> str:
    if isinstance(thing, str) or not thing:
        return thing or ""
    names = ("unit", "uom", "base_unit")
    if isinstance(thing, dict):
        return next((str(thing[name]) for name in names if thing.get(name)), "") or texts.pick(thing)
    return next((str(found) for name in names if (found := getattr(thing, name, None))), str(thing))


@register.simple_tag(takes_context=True)
def allowed(context: Any, href: str) -> str:
    """Return an address if this reader may open it, else nothing; outside a request every address stands."""
    request = context.get("request")
    return href if href and (request is None or nav.may_open(request, href)) else ""


@register.simple_tag
def url_or_none(name: str) -> str:
    """Return an address, or nothing where that page does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("ui/kpi_scale.html")
def kpi_scale(share: float, goal: float | None = None) -> dict[str, Any]:
    """Draw a share of 0 to 1 with its goal."""
    return {"part": round(100 * min(max(float(share), 0), 1), 1), "goal": round(100 * goal, 1) if goal else None}


@register.simple_tag
def job_share(job: Any) -> str:
    """Say how much of a job is done."""
    total, done = (job.get("total"), job.get("done")) if isinstance(job, dict) else (job.total, job.done)
    return f"{formats.percent((done or 0) / total, 0)}, " if total else ""


@register.filter
def mentions(text: str) -> SafeString:
    """Mark the people whom a text calls."""
    marked = re.sub(r"(^|\s)(@[\w.\-]+)", r'\1<span class="mention">\2</span>', conditional_escape(text))
    return mark_safe(marked)  # noqa: S308 escaped one line above
