"""A stock target told with its own numbers: why so many pieces are kept, by which rule, and how the sum goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.items.models import Item
from rantai.iscm.inventory.models import StockPolicy, StockTarget
from rantai.iscm.inventory.views import words
from rantai.ui import formats, shapes

_MOST_USES = 4
_MOST_LOTS = 6
SUBJECT = (
    "id", "item_id", "item__code", "location_id", "location__name", "category_id", "category__code", "category__name",
    "abc", "xyz", "demand_class",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetView:
    """A target as the page shows it."""

    place: str
    sum: str
    """The arithmetic of the safety stock in one line."""
    why: str
    facts: tuple[shapes.Fact, ...]
    reasons: tuple[shapes.Reason, ...]
    """What the level at which to order is made of; they add up."""
    rules: tuple[shapes.Fact, ...]
    """What was asked for, and by which policy."""
    is_part: bool
    """Something is made of it that customers ask for."""


BASES = {
    "item": lambda n: _("learnt from %(n)s arrivals of this item") % {"n": n},
    "supplier": lambda n: _("learnt from %(n)s arrivals of its supplier") % {"n": n},
    "source": lambda _n: _("as its source says"),
    "none": lambda _n: _("no source is known: set one"),
}


def describe(target: StockTarget, unit: str) -> TargetView:
    """Return a target with its arithmetic and the rules behind it."""
    return TargetView(
        place=target.location.name,
        sum=_write_sum(target),
        why=_say_why(target),
        is_part=bool(target.uses),
        facts=(*_list_levels(target, unit), *_list_figures(target)),
        reasons=tuple(_add_up(target)),
        rules=tuple(_list_rules(target)),
    )


def _list_levels(target: StockTarget, unit: str) -> Iterator[shapes.Fact]:
    yield shapes.Fact(_("Safety stock"), formats.quantity(target.safety_stock, unit), strong=True)
    yield shapes.Fact(_("Reorder point"), formats.quantity(target.reorder_point, unit), strong=True)
    yield shapes.Fact(_("Order up to"), formats.quantity(target.order_up_to, unit) if target.order_up_to else None)
    yield shapes.Fact(_("Replenished by"), str(words.KINDS[target.policy_kind]))
    if target.cards:
        cards = _("%(n)s of %(units)s each") % {
            "n": formats.number(target.cards), "units": formats.quantity(target.lot_size, unit)
        }  # fmt: skip
        yield shapes.Fact(_("Cards"), cards)
    elif target.lot_size:
        yield shapes.Fact(
            _("Lot size"), f"{formats.quantity(target.lot_size, unit)}, {words.LOT_RULES[target.lot_rule]}"
        )
    if target.lots:
        shown = [
            f"{formats.quantity(units)} ({formats.day(date.fromisoformat(day), today=target.run.as_of.date())})"
            for day, units in target.lots[:_MOST_LOTS]
        ]
        yield shapes.Fact(_("Lots over the forecast"), ", ".join(shown))


def _list_figures(target: StockTarget) -> Iterator[shapes.Fact]:
    yield shapes.Fact(_("Class"), f"{target.abc}{target.xyz}" or None, rule=True)
    yield shapes.Fact(_("Demand a week"), _figure(target.demand_mean))
    yield from _list_uses(target)
    yield shapes.Fact(_("Error of a week"), _figure(target.demand_std))
    yield shapes.Fact(
        _("Lead time"),
        _("%(mean)s ± %(std)s weeks")
        % {"mean": _figure(target.lead_time_weeks), "std": _figure(target.lead_time_std_weeks)},
    )
    yield shapes.Fact(_("Known from"), BASES[target.lead_time_basis](target.lead_time_samples))
    yield shapes.Fact(_("Service level asked"), formats.percent(target.service_level / 10_000, 2))
    yield shapes.Fact(_("Units from stock, expected"), formats.percent(target.expected_fill / 10_000))


def _list_uses(target: StockTarget) -> list[shapes.Fact]:
    """Return what of the demand is for what is made of it, and for what; nothing for what is no part."""
    if not target.uses:
        return []
    names = dict(Item.objects.filter(pk__in=[item for item, _units in target.uses]).values_list("id", "code"))
    shown = [f"{names.get(item, item)} {_figure(units)}" for item, units in target.uses[:_MOST_USES]]
    others = len(target.uses) - len(shown)
    if others:
        shown.append(ngettext("%(n)s more item", "%(n)s more items", others) % {"n": formats.number(others)})
    return [
        shapes.Fact(_("Of it for what is made of it"), _figure(target.dependent_mean)),
        shapes.Fact(_("Made of it, units a week"), ", ".join(shown)),
    ]


def _add_up(target: StockTarget) -> Iterator[shapes.Reason]:
    """Yield the parts of the order-up-to level: expected demand, safety stock, what is ordered beyond them."""
    if target.policy_kind == "just_in_time":
        return
    weeks = _figure(target.lead_time_weeks + target.review_weeks)
    yield shapes.Reason(
        _("Expected while waiting"),
        formats.quantity(target.lead_time_demand),
        note=_("%(mean)s a week × %(weeks)s weeks of lead time and review")
        % {"mean": _figure(target.demand_mean), "weeks": weeks},
    )
    yield shapes.Reason(_("Safety stock"), formats.quantity(target.safety_stock))
    whole = target.lead_time_demand + target.safety_stock
    if target.policy_kind == "kanban":
        yield shapes.Reason(
            _("On cards"), formats.quantity(target.order_up_to), note=_("cards × container"), total=True
        )
        return
    yield shapes.Reason(_("Reorder point"), formats.quantity(whole), total=True)
    if target.order_up_to > whole:
        note = "" if target.policy_kind in ("min_max", "vendor_managed") else _("the lot less the demand of one review")
        yield shapes.Reason(_("Ordered beyond it"), formats.quantity(target.order_up_to - whole), note=note)
        yield shapes.Reason(_("Order up to"), formats.quantity(target.order_up_to), total=True)


def _list_rules(target: StockTarget) -> Iterator[shapes.Fact]:
    ids = [pk for pk in target.rules.values() if pk]
    rows = {row["id"]: row for row in StockPolicy.objects.filter(pk__in=ids).values(*SUBJECT)}
    for name, pk in target.rules.items():
        if name in ("safety", "cover") and not pk:
            continue
        if name == "way" and target.policy_kind == "vendor_managed":
            said = _("agreement with the supplier")
        elif pk and pk not in rows:
            said = _("a policy that was taken away since")
        else:
            said = words.say_subject(rows[pk]) if pk else str(words.DEFAULT)
        if name == "service" and target.demand_class:
            said = _("%(rule)s; orders of class %(name)s ask for most") % {"rule": said, "name": target.demand_class}
        yield shapes.Fact(str(words.ASKED[name]), said)


def _write_sum(target: StockTarget) -> str:
    """Write it where it is one: with a fill rate the factor depends on the lot, and below one half there is none."""
    if target.method != "normal" or target.service_kind != "cycle" or target.service_level <= 5_000:
        return ""
    factor = NormalDist().inv_cdf(target.service_level / 10_000)
    is_placed = bool(target.rules.get("cover"))
    return _("%(factor)s × √( %(weeks)s × %(std)s² + %(mean)s² × %(wait)s² ) = %(factor)s × %(spread)s ≈ %(units)s") % {
        "factor": formats.number(factor, 2),
        "weeks": _figure(target.covered_weeks if is_placed else target.lead_time_weeks + target.review_weeks),
        "std": _figure(target.demand_std),
        "mean": _figure(target.demand_mean),
        "wait": _figure(target.lead_time_std_weeks),
        "spread": _figure(target.protection_std),
        "units": formats.quantity(target.safety_stock),
    }


def _say_why(target: StockTarget) -> str:
    level = formats.percent(target.service_level / 10_000, 2)
    if target.policy_kind == "just_in_time":
        return _("Ordered for each need, to the unit: no stock is kept.")
    if target.policy_kind == "kanban":
        return _("Cards × container hold what is expected while waiting and the safety stock.")
    match target.method:
        case "fixed":
            return _("Set by hand.")
        case "empirical":
            text = _(
                "Demand is too uneven for the formula: past weeks were drawn again and again over the lead time,"
                " and this covers %(level)s of the draws."
            )
            return text % {"level": level}
        case "normal" if target.rules.get("cover"):
            text = _("By its place in the chain it covers %(weeks)s weeks; what supplies it covers the rest.")
            return text % {"weeks": _figure(target.covered_weeks)}
        case "normal":
            return _(
                "z × √( weeks to cover × error² + demand² × lead time's deviation² ), rounded up;"
                " weeks to cover are lead time and review."
            )
    return _("Nothing is asked for, so nothing is kept.")


def _figure(value: float) -> str:
    return formats.number(round(value, 2 if abs(value) < 100 else 0))
