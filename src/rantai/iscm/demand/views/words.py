"""Words for methods, classes and figures, as a planner would say them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.iscm.demand.models import ForecastSeries
from rantai.iscm.demand.models.signals import CustomerTerm
from rantai.iscm.demand.queries.outlook import Contestant
from rantai.ui import formats, shapes

METHODS: dict[str, Any] = {
    "naive": gettext_lazy("Last week again"),
    "seasonal_naive": gettext_lazy("Same week last year"),
    "moving_average": gettext_lazy("Moving average"),
    "ses": gettext_lazy("Exponential smoothing"),
    "damped_trend": gettext_lazy("Damped trend"),
    "theta": gettext_lazy("Theta"),
    "croston_sba": gettext_lazy("Croston for rare demand"),
    "tsb": gettext_lazy("TSB for fading demand"),
    "zero": gettext_lazy("Nothing"),
    "harmonic_theta": gettext_lazy("Theta with seasons"),
    "combination": gettext_lazy("Weighted mixture"),
    "croston": gettext_lazy("Croston, unadjusted"),
    "adida": gettext_lazy("Summed over longer periods"),
    "ets": gettext_lazy("Exponential smoothing, form chosen"),
    "dynamic_theta": gettext_lazy("Theta that follows along"),
    "autoregression": gettext_lazy("Own past weeks"),
    "global_boosting": gettext_lazy("Learnt from all items"),
}
CLASSES: dict[str, Any] = {
    "smooth": gettext_lazy("Steady"),
    "erratic": gettext_lazy("Uneven"),
    "intermittent": gettext_lazy("Now and then"),
    "lumpy": gettext_lazy("Rare and uneven"),
    "dead": gettext_lazy("No longer asked for"),
    "new": gettext_lazy("New"),
}


def say_method(code: str) -> str:
    """Return a method's name."""
    return str(METHODS.get(code, code))


def say_class(code: str) -> str:
    """Return the name of a pattern of demand."""
    return str(CLASSES.get(code, code))


def say_bias(bias: float | None) -> str:
    """Say which way a forecast errs."""
    if bias is None:
        return formats.NOTHING
    share = formats.percent(abs(bias), 0)
    if abs(bias) < 0.005:
        return _("even")
    return _("%(share)s too high") % {"share": share} if bias > 0 else _("%(share)s too low") % {"share": share}


def say_share(contestant: Contestant) -> str:
    """Return a method's share of the mixture, nothing where it has none."""
    return "" if contestant.is_chosen or contestant.weight < 0.005 else formats.percent(contestant.weight, 0)


def say_why(series: ForecastSeries, contestants: list[Contestant]) -> str:
    """Say in one sentence why the method was chosen."""
    chosen = next((one for one in contestants if one.is_chosen), None)
    if chosen is None or not series.origins:
        return _("There is too little history to test methods; the simplest that fits is used.")
    parts = [one for one in contestants if not one.is_chosen and one.weight > 0.005]
    told = {"times": series.origins, "weeks": series.tested_weeks, "method": say_method(series.method)}
    if parts:
        mixed = ", ".join(
            _("%(share)s %(method)s") % {"share": formats.percent(one.weight, 0), "method": say_method(one.method)}
            for one in sorted(parts, key=lambda one: -one.weight)[:3]
        )
        text = _(
            "Held against the past %(times)s times over %(weeks)s weeks, a mixture did best: %(mixed)s."
            " The better a method did, the more it weighs."
        )
        return text % {**told, "mixed": mixed}
    text = _(
        "Held against the past %(times)s times over %(weeks)s weeks, one method alone did clearly better than a"
        " mixture: %(method)s."
    )
    return text % told


def list_term_facts(term: CustomerTerm, shares: Mapping[str, float]) -> list[shapes.Fact]:
    """Say how far what customers are expected to take counts beside statistics, why so far, and who tells of it."""
    names = {
        "agreement": _("Of it by agreements"),
        "pipeline": _("Of it by deals"),
        "retail": _("Of it by what retailers sell"),
        "purchase_cycle": _("Of it by rhythms"),
        "": _("Of it by everybody else"),
    }
    told = [shapes.Fact(names[key], formats.percent(shares[key], 0)) for key in names if key in shares]
    return [
        shapes.Fact(_("They count for"), formats.percent(term.weight, 0), strong=True),
        shapes.Fact(_("Error of one week"), formats.number(round(math.sqrt(term.signals_error), 1))),
        shapes.Fact(_("Statistics' error"), formats.number(round(math.sqrt(term.statistics_error), 1))),
        shapes.Fact(_("Weeks tested"), formats.number(term.tested_weeks)),
        *told,
    ]
