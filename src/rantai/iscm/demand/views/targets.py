"""A stock target told with its own numbers: why so many pieces are kept."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.items.models import Item
from rantai.iscm.inventory.models import StockTarget
from rantai.ui import formats, shapes


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetView:
    """A target as the page shows it."""

    place: str
    sum: str
    """The arithmetic in one line."""
    why: str
    facts: tuple[shapes.Fact, ...]
    is_part: bool
    """Something is made of it that customers ask for."""


_MOST_USES = 4

BASES = {
    "item": lambda n: _("learnt from %(n)s arrivals of this item") % {"n": n},
    "supplier": lambda n: _("learnt from %(n)s arrivals of its supplier") % {"n": n},
    "source": lambda _n: _("as its source says"),
    "none": lambda _n: _("no source is known: set one"),
}


def describe(target: StockTarget, unit: str) -> TargetView:
    """Return a target with its arithmetic."""
    return TargetView(
        place=target.location.name,
        sum=_write_sum(target),
        why=_say_why(target),
        is_part=bool(target.uses),
        facts=(
            shapes.Fact(_("Safety stock"), formats.quantity(target.safety_stock, unit), strong=True),
            shapes.Fact(_("Reorder point"), formats.quantity(target.reorder_point, unit), strong=True),
            shapes.Fact(_("Order up to"), formats.quantity(target.order_up_to, unit) if target.order_up_to else None),
            shapes.Fact(_("Demand a week"), _figure(target.demand_mean), rule=True),
            *_list_uses(target),
            shapes.Fact(_("Error of a week"), _figure(target.demand_std)),
            shapes.Fact(
                _("Lead time"),
                _("%(mean)s ± %(std)s weeks")
                % {"mean": _figure(target.lead_time_weeks), "std": _figure(target.lead_time_std_weeks)},
            ),
            shapes.Fact(_("Known from"), BASES[target.lead_time_basis](target.lead_time_samples)),
            shapes.Fact(_("Service level asked"), formats.percent(target.service_level / 10_000, 2)),
            shapes.Fact(_("Units from stock, expected"), formats.percent(target.expected_fill / 10_000)),
        ),
    )


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


def _write_sum(target: StockTarget) -> str:
    """Write it where it is one: with a fill rate the factor depends on the lot, and below one half there is none."""
    if target.method != "normal" or target.service_kind != "cycle" or target.service_level <= 5_000:
        return ""
    factor = NormalDist().inv_cdf(target.service_level / 10_000)
    return _("%(factor)s × √( %(weeks)s × %(std)s² + %(mean)s² × %(wait)s² ) = %(factor)s × %(spread)s ≈ %(units)s") % {
        "factor": formats.number(factor, 2),
        "weeks": _figure(target.lead_time_weeks + target.review_weeks),
        "std": _figure(target.demand_std),
        "mean": _figure(target.demand_mean),
        "wait": _figure(target.lead_time_std_weeks),
        "spread": _figure(target.protection_std),
        "units": formats.quantity(target.safety_stock),
    }


def _say_why(target: StockTarget) -> str:
    level = formats.percent(target.service_level / 10_000, 2)
    match target.method:
        case "fixed":
            return _("Set by hand.")
        case "empirical":
            text = _(
                "Demand is too uneven for the formula: past weeks were drawn again and again over the lead time,"
                " and this covers %(level)s of the draws."
            )
            return text % {"level": level}
        case "normal":
            return _(
                "z × √( weeks to cover × error² + demand² × lead time's deviation² ), rounded up;"
                " weeks to cover are lead time and review."
            )
    return _("Nothing is asked for, so nothing is kept.")


def _figure(value: float) -> str:
    return formats.number(round(value, 2 if abs(value) < 100 else 0))
