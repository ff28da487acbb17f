"""Other ways to serve a line that would be late: what each means, what it costs, and taking one with a click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm.orders.queries import drafts, units
from rantai.crm.orders.views.standing import BASES
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.iscm import messages, reports
from rantai.kernel import texts
from rantai.kernel.quantities import Quantity
from rantai.ui import formats
from rantai.ui.inputs import FigureField

TITLES = {
    "split": gettext_lazy("A part now, the rest later"),
    "later": gettext_lazy("All of it, later"),
    "site": gettext_lazy("From %(place)s"),
    "substitute": gettext_lazy("%(item)s instead"),
    "dropship": gettext_lazy("Straight from a partner"),
    "expedite": gettext_lazy("From a faster source"),
}
COSTS = {
    "material": gettext_lazy("material"),
    "setup": gettext_lazy("set-up"),
    "freight": gettext_lazy("freight"),
    "expediting": gettext_lazy("expediting"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way as the page shows it; `value` is what a click posts, empty where somebody else has to do it."""

    title: str
    parts: tuple[str, ...]
    cost: str
    promised_on: date
    keeps_date: bool
    value: str
    who: str


def show_ways(
    priced: drafts.PricedDraft, found: Mapping[int, Sequence[reports.Alternative]], *, user: User, today: date
) -> dict[int, list[Way]]:
    """Return the ways of each late line; what they cost us only for those who may see costs."""
    if not found:
        return {}
    names = {site.pk: site.name for site in locations.list_sites(priced.company.pk)}
    items = Item.objects.in_bulk([way.item_id for rows in found.values() for way in rows])
    sees_cost = user.has_perm(access.SEES_COST)
    currency = priced.company.currency if sees_cost else ""
    return {
        place: [
            describe(
                way, currency, value=_write(way, place, priced.lines[place], items[way.item_id]), names=names,
                items=items, today=today,
            )
            for way in rows
        ]
        for place, rows in found.items()
    }  # fmt: skip


def say_kept_back(line: messages.OfferLine | None, today: date) -> list[str]:
    """Say what is there and kept for others, so that nobody wonders why a line is late."""
    return [
        _("%(units)s are kept for %(name)s until %(day)s")
        % {
            "units": formats.quantity(kept.units),
            "name": kept.demand_class,
            "day": formats.day(kept.until, today=today),
        }
        for kept in (line.kept_back if line else ())
    ]


def take_way(data: QueryDict, value: str, *, most: int) -> None:
    """Change what was posted so that a line is served as chosen; what makes no sense changes nothing."""
    kind, _sep, rest = value.partition("|")
    parts = rest.split("|")
    rows = [row for row in range(_count(data)) if data.get(f"lines-{row}-item")]
    place = int(parts[0]) if parts[0].isascii() and parts[0].isdigit() else len(rows)
    if place >= len(rows) or len(parts) < 2:
        return
    row = rows[place]
    if kind == "later":
        data[f"lines-{row}-requested_on"] = parts[1][:10]
    elif kind == "site":
        data[f"lines-{row}-site"] = parts[1][:18]
    elif kind == "substitute" and len(parts) == 3:
        data[f"lines-{row}-item"], data[f"lines-{row}-quantity"] = parts[1][:120], parts[2][:40]
        data[f"lines-{row}-unit_code"] = data[f"lines-{row}-unit_price"] = data[f"lines-{row}-site"] = ""
    elif kind == "split":
        _split(data, row, parts[1:], most=most)


def _split(data: QueryDict, row: int, parts: Sequence[str], *, most: int) -> None:
    """Let a line want its first part on its day and each other part, as a line of its own, on the day it can come."""
    fields = ("item", "unit_code", "unit_price", "discount", "site")
    for number, part in enumerate(parts):
        figure, _at, day = part.partition("@")
        target = row if not number else _find_empty(data, most)
        if target is None:
            return
        if number:
            for name in fields:
                data[f"lines-{target}-{name}"] = data.get(f"lines-{row}-{name}", "")
            data[f"lines-{target}-requested_on"] = day[:10]
        data[f"lines-{target}-quantity"] = figure[:40]


def _find_empty(data: QueryDict, most: int) -> int | None:
    count = _count(data)
    empty = next((row for row in range(count) if not data.get(f"lines-{row}-item")), count)
    if empty >= most:
        return None
    data["lines-TOTAL_FORMS"] = str(max(count, empty + 1))
    return empty


def _count(data: QueryDict) -> int:
    text = data.get("lines-TOTAL_FORMS", "") or ""
    return min(int(text), drafts.MAX_LINES) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def describe(
    way: reports.Alternative, currency: str, *, value: str, names: Mapping[int, str], items: Mapping[int, Item],
    today: date, seller: str = "",
) -> Way:  # fmt: skip
    """Return a way in words; without a currency its cost is not told."""
    item = items[way.item_id]
    title = str(TITLES[way.kind]) % {
        "place": names.get(way.location_id or 0, ""),
        "item": texts.pick(item.name) or item.code,
    }
    return Way(
        title=f"{title}: {seller}" if seller else title,
        parts=tuple(_say_part(part, today) for part in _merge(way.slices)),
        cost=say_cost(way.cost, currency) if currency else "",
        promised_on=way.promised_on,
        keeps_date=way.keeps_date,
        value=value,
        who=_("ask purchasing") if way.kind in ("expedite", "dropship") and not value else "",
    )


def _merge(slices: Sequence[messages.OfferSlice]) -> list[tuple[int, messages.OfferSlice]]:
    """Return units by day and basis: a reader does not care how many supplies bring them."""
    found: dict[tuple[date, str], tuple[int, messages.OfferSlice]] = {}
    for part in slices:
        key = (part.promised_on, part.basis)
        found[key] = (found.get(key, (0, part))[0] + part.units.amount, part)
    return sorted(found.values(), key=lambda row: row[1].promised_on)


def _say_part(merged: tuple[int, messages.OfferSlice], today: date) -> str:
    amount, part = merged
    return _("%(units)s %(basis)s: P50 %(p50)s, P80 %(p80)s, P90 %(p90)s") % {
        "units": formats.quantity(Quantity(amount)),
        "basis": BASES.get(part.basis, ""),
        "p50": formats.day(part.p50_on, today=today),
        "p80": formats.day(part.p80_on, today=today),
        "p90": formats.day(part.p90_on, today=today),
    }


def say_cost(cost: reports.CostToComplete, currency: str) -> str:
    """Say what it costs us to complete, part by part; what is not known is named."""
    known = [
        f"{COSTS[name]} {formats.money(amount, currency)}"
        for name in COSTS
        if (amount := getattr(cost, name)) is not None and amount
    ]
    text = _("Costs us %(total)s") % {"total": formats.money(cost.total, currency)}
    if len(known) > 1:
        text += f" ({', '.join(known)})"
    if cost.unknown:
        text += ". " + _("Not known: %(parts)s") % {"parts": ", ".join(str(COSTS[name]) for name in cost.unknown)}
    return text


def _write(way: reports.Alternative, place: int, line: drafts.PricedLine, item: Item) -> str:
    """Return what a click posts: `kind|place|…`, in the words of the form; empty where it cannot be written so."""
    if way.kind == "later":
        return f"later|{place}|{way.promised_on.isoformat()}"
    if way.kind == "site":
        return f"site|{place}|{way.location_id}"
    if way.kind == "substitute":
        return f"substitute|{place}|{item.code}|{FigureField().prepare_value(way.units.amount)}"
    if way.kind != "split":
        return ""
    days: dict[date, int] = {}
    for part in way.slices:
        days[part.promised_on] = days.get(part.promised_on, 0) + part.units.amount
    typed = [(units.to_typed(amount, line.factor), day) for day, amount in sorted(days.items())]
    if any(amount is None for amount, _day in typed):
        return ""
    parts = (f"{FigureField().prepare_value(amount)}@{day.isoformat()}" for amount, day in typed)
    return f"split|{place}|" + "|".join(parts)
