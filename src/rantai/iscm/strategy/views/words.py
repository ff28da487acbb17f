"""Scenarios in words: each change as a sentence, each figure by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item, Resource, Source
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from rantai.iscm.strategy.queries import templates
from rantai.iscm.strategy.queries.changes import Change
from rantai.kernel.texts import pick
from rantai.ui import formats

KINDS = {
    "supplier_down": (gettext_lazy("A supplier stops"), gettext_lazy("delivers nothing, or less, for a time")),
    "demand": (gettext_lazy("Demand moves"), gettext_lazy("of an item, a category, a class, a territory, or all")),
    "promotion": (gettext_lazy("A promotion"), gettext_lazy("a rise for some days, and the dip after it")),
    "price": (gettext_lazy("Prices change"), gettext_lazy("and demand with them, by your elasticity")),
    "new_site": (gettext_lazy("A new plant or warehouse"), gettext_lazy("like one that there is, with its own cost")),
    "lead_time": (gettext_lazy("Lead times change"), gettext_lazy("of a supplier, an item, a place")),
    "lot_size": (gettext_lazy("Order sizes change"), gettext_lazy("smallest, in steps of, largest")),
    "capacity": (gettext_lazy("Capacity changes"), gettext_lazy("a machine more, a longer day, a standstill")),
    "stock": (gettext_lazy("More or less safety"), gettext_lazy("safety stock or service level")),
    "allocation": (gettext_lazy("Others are served first"), gettext_lazy("another order of customers' classes")),
    "source_rank": (gettext_lazy("Another source first"), gettext_lazy("the rank of a source")),
    "source_share": (gettext_lazy("Sources share"), gettext_lazy("which part one of them has")),
    "template": (gettext_lazy("A strategy template"), gettext_lazy("one of the five, for a category or for all")),
}

FIGURES = {
    "lines_on_time": (gettext_lazy("Order lines on time and whole"), gettext_lazy("of open order lines")),
    "units_on_time": (gettext_lazy("Units on time"), gettext_lazy("of ordered units")),
    "otif": (gettext_lazy("On time and whole, class %(key)s"), gettext_lazy("of its order lines")),
    "revenue_on_time": (gettext_lazy("Revenue on time"), gettext_lazy("of open orders")),
    "expected_on_time": (gettext_lazy("Expected demand on time"), gettext_lazy("of expected units")),
    "wait": (gettext_lazy("Wait for what is expected"), gettext_lazy("days, mean of units")),
    "late_lines": (gettext_lazy("Late or short order lines"), ""),
    "value_at_risk": (gettext_lazy("Value at risk"), gettext_lazy("lifetime value × churn of who waits")),
    "margin": (gettext_lazy("Margin"), gettext_lazy("of what is delivered")),
    "stock_value": (gettext_lazy("Stock, mean"), gettext_lazy("at standard cost")),
    "purchases": (gettext_lazy("Cash for planned purchases"), gettext_lazy("by arrival")),
    "own_cost": (gettext_lazy("The changes themselves"), gettext_lazy("once")),
    "capacity": (gettext_lazy("Use of %(key)s"), gettext_lazy("of working time")),
    "supplier": (gettext_lazy("Purchases from %(key)s"), ""),
}
ORDER = (
    "lines_on_time", "units_on_time", "otif", "revenue_on_time", "expected_on_time", "wait", "late_lines",
    "value_at_risk", "margin", "stock_value", "purchases", "own_cost", "capacity", "supplier",
)  # fmt: skip

STATES = {
    "queued": ("wait", gettext_lazy("waits for its turn")),
    "solving": ("run", gettext_lazy("is being solved")),
    "failed": ("look", gettext_lazy("came to nothing")),
    "done": ("done", gettext_lazy("solved")),
}
TAKEN = {
    "waiting": ("wait", gettext_lazy("waits for a yes")),
    "done": ("done", gettext_lazy("in force")),
    "dismissed": ("end", gettext_lazy("refused")),
    "undone": ("end", gettext_lazy("taken back")),
}
FIELDS = {
    "lead_time_days": gettext_lazy("Lead time, working days"), "minimum": gettext_lazy("Smallest order"),
    "multiple": gettext_lazy("In steps of"), "maximum": gettext_lazy("Largest order"), "rank": gettext_lazy("Rank"),
    "share": gettext_lazy("Share, as a weight"), "capacity": gettext_lazy("Capacity"),
    "capacities": gettext_lazy("Capacity from a day on"), "service_level": gettext_lazy("Service level"),
    "review_days": gettext_lazy("Days between two looks"), "safety_stock": gettext_lazy("Safety stock by hand"),
    "kind": gettext_lazy("How stock is filled up"), "lot_rule": gettext_lazy("How much at once"),
    "factor": gettext_lazy("Of the forecast"), "decoupling": gettext_lazy("Customers get it"),
    "search": gettext_lazy("Which source first"), "demand_classes": gettext_lazy("Classes, the first served first"),
    "plan_horizon_weeks": gettext_lazy("Weeks planned ahead"),
}  # fmt: skip
_SHARES = frozenset({"service_level", "factor"})
_UNITS = frozenset({"minimum", "multiple", "maximum", "safety_stock", "capacity"})
_CODES: dict[str, Any] = {
    "order_point": gettext_lazy("when it falls below a point"), "order_up_to": gettext_lazy("at each look"),
    "just_in_time": gettext_lazy("just in time"), "economic": gettext_lazy("economic lot"),
    "source": gettext_lazy("what is missing"), "assemble": gettext_lazy("finished to order"),
    "make": gettext_lazy("to order"), "stock": gettext_lazy("from stock"), "rank": gettext_lazy("by rank"),
    "cost": gettext_lazy("the cheapest"), "split": gettext_lazy("by share"), "": gettext_lazy("as its item says"),
}  # fmt: skip


def say(change: Change) -> str:
    """Return a change as a sentence."""
    return _SAY[change.kind](change)


def say_value(name: str, value: Any) -> str:
    """Return a value of a write as people read it."""
    if value is None or value == []:
        return "–"
    if name in _SHARES:
        return formats.percent(value / 10_000, 2)
    if name in _UNITS:
        return formats.quantity(value)
    if name == "capacities":
        return ", ".join(f"{day}: {formats.quantity(units)}" for day, units in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(_CODES.get(value, value))


def name_figure(code: str, key: str, names: dict[tuple[str, str], str]) -> str:
    """Return what a figure is called."""
    return str(FIGURES[code][0]) % {"key": names.get((code, key), key)} if key else str(FIGURES[code][0])


def _day(day: date) -> str:
    """Return a day with its year: what was decided is read long afterwards."""
    return formats.day(day, today=day, style="year")


def _percent(share: int | None, *, signed: bool = True) -> str:
    text = formats.number((share or 0) / 100, 2 if (share or 0) % 100 else 0)
    return f"+{text}" if signed and (share or 0) > 0 else text


def _scope(change: Change) -> str:
    """Return what a change is about: item, category, customers, place."""
    parts = []
    if change.item_id:
        parts.append(str(Item.objects.get(pk=change.item_id)))
    if change.category_id:
        parts.append(pick(Category.objects.get(pk=change.category_id).name))
    if change.demand_class:
        parts.append(_("class %(name)s") % {"name": change.demand_class})
    if change.territory_id:
        parts.append(pick(Territory.objects.get(pk=change.territory_id).name))
    if change.supplier_id and change.kind != "supplier_down":
        parts.append(Party.objects.get(pk=change.supplier_id or 0).name)
    if change.location_id and change.kind != "new_site":
        parts.append(Location.objects.get(pk=change.location_id or 0).name)
    return ", ".join(parts) or _("everything")


def _period(change: Change) -> str:
    if change.starts_on and change.ends_on:
        return _("from %(first)s to %(last)s") % {
            "first": _day(change.starts_on), "last": _day(change.ends_on),
        }  # fmt: skip
    if change.starts_on:
        return _("from %(first)s on") % {"first": _day(change.starts_on)}
    if change.ends_on:
        return _("until %(last)s") % {"last": _day(change.ends_on)}
    return _("from now on")


def _say_supplier(change: Change) -> str:
    values = {"who": Party.objects.get(pk=change.supplier_id or 0).name, "when": _period(change)}
    what = _scope(change)
    named = f" ({what})" if change.item_id or change.category_id else ""
    if change.share:
        return _("%(who)s delivers %(share)s %% of what is planned %(when)s") % {
            **values, "share": _percent(change.share, signed=False),
        } + named  # fmt: skip
    return _("%(who)s delivers nothing %(when)s") % values + named


def _say_demand(change: Change) -> str:
    return _("Demand for %(what)s moves by %(share)s %% %(when)s") % {
        "what": _scope(change), "share": _percent(change.share), "when": _period(change),
    }  # fmt: skip


def _say_promotion(change: Change) -> str:
    text = _("A promotion lifts demand for %(what)s by %(share)s %% %(when)s") % {
        "what": _scope(change), "share": _percent(change.share), "when": _period(change),
    }  # fmt: skip
    if not change.pulled:
        return text
    return text + _(", %(pulled)s %% of the rise is missing afterwards") % {
        "pulled": _percent(change.pulled, signed=False)
    }


def _say_price(change: Change) -> str:
    return _("Prices of %(what)s change by %(share)s %% %(when)s, elasticity %(elasticity)s") % {
        "what": _scope(change), "share": _percent(change.share), "when": _period(change),
        "elasticity": formats.number((change.elasticity or 0) / 10_000, 2),
    }  # fmt: skip


def _say_site(change: Change) -> str:
    like = Location.objects.get(pk=change.location_id or 0).name
    text = ngettext(
        "A new site %(name)s like %(like)s serves it in %(n)s working day",
        "A new site %(name)s like %(like)s serves it in %(n)s working days",
        change.days or 0,
    ) % {"name": change.text, "like": like, "n": change.days or 0}
    if not change.amount:
        return text
    return text + _(", each unit costs %(amount)s more") % {"amount": formats.quantity(change.amount)}


def _say_lead_time(change: Change) -> str:
    return ngettext(
        "Lead times of %(what)s change by %(n)s working day",
        "Lead times of %(what)s change by %(n)s working days",
        abs(change.days or 0),
    ) % {"what": _scope(change), "n": f"{change.days or 0:+d}".replace("-", formats.MINUS)}


def _say_lots(change: Change) -> str:
    named = {
        _("smallest %(units)s"): change.minimum, _("in steps of %(units)s"): change.multiple,
        _("largest %(units)s"): change.maximum,
    }  # fmt: skip
    sizes = [text % {"units": formats.quantity(units)} for text, units in named.items() if units is not None]
    return _("Orders of %(what)s: %(sizes)s") % {"what": _scope(change), "sizes": ", ".join(sizes)}


def _say_capacity(change: Change) -> str:
    values = {"what": pick(Resource.objects.get(pk=change.resource_id or 0).name), "when": _period(change)}
    if change.hours and not change.share:
        return ngettext(
            "%(what)s works %(n)s hour longer each day %(when)s",
            "%(what)s works %(n)s hours longer each day %(when)s",
            change.hours,
        ) % {**values, "n": change.hours}
    return _("%(what)s has %(share)s %% capacity %(when)s") % {**values, "share": _percent(change.share)}


def _say_stock(change: Change) -> str:
    what = _scope(change)
    if change.units is not None:
        return _("Safety stock of %(what)s is %(units)s") % {"what": what, "units": formats.quantity(change.units)}
    if change.service_level is not None:
        return _("Stock of %(what)s is as sure as %(level)s") % {
            "what": what, "level": formats.percent(change.service_level / 10_000, 2),
        }  # fmt: skip
    return _("Safety stock of %(what)s moves by %(share)s %%") % {"what": what, "share": _percent(change.share)}


def _say_allocation(change: Change) -> str:
    if change.classes == ["stake"]:
        return _("Customers are served first with whom most is at stake")
    return _("Classes are served in this order: %(classes)s") % {"classes": ", ".join(change.classes)}


def _name_source(change: Change) -> dict[str, Any]:
    row = Source.objects.select_related("item", "supplier", "origin").get(pk=change.source_id or 0)
    return {"item": row.item, "who": row.supplier or row.origin or _("own production")}


def _say_rank(change: Change) -> str:
    return _("%(item)s comes from %(who)s as source number %(rank)s") % {**_name_source(change), "rank": change.rank}


def _say_share(change: Change) -> str:
    share = _percent(change.share, signed=False)
    return _("%(share)s %% of %(item)s comes from %(who)s") % {**_name_source(change), "share": share}


def _say_template(change: Change) -> str:
    template = templates.find_template(change.template)
    return _("Template “%(name)s” for %(what)s") % {"name": template.name if template else "", "what": _scope(change)}


_SAY: dict[str, Callable[[Change], str]] = {
    "supplier_down": _say_supplier,
    "demand": _say_demand,
    "promotion": _say_promotion,
    "price": _say_price,
    "new_site": _say_site,
    "lead_time": _say_lead_time,
    "lot_size": _say_lots,
    "capacity": _say_capacity,
    "stock": _say_stock,
    "allocation": _say_allocation,
    "source_rank": _say_rank,
    "source_share": _say_share,
    "template": _say_template,
}
