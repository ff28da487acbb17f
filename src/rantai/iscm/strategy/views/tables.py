"""The lists of scenarios, of who gains and loses, of what was taken over."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from rantai.iscm.strategy.models import ScenarioOutcome
from rantai.kernel.texts import pick
from rantai.ui import formats, tables


def list_outcomes(rows: QuerySet[ScenarioOutcome]) -> QuerySet[ScenarioOutcome]:
    """Return outcomes with the names that the list shows."""
    return rows.annotate(
        number=F("demand__number"), customer=F("demand__party__name"), item_code=F("demand__item__code"),
        item_name=F("demand__item__name"), unit=F("demand__item__base_unit__name"),
        company_currency=F("run__scenario__company__currency"), due_on=F("demand__requested_on"),
    )  # fmt: skip


def _name(value: Any, row: dict[str, Any]) -> str:
    return pick(value)


def _late(value: Any, row: dict[str, Any]) -> str:
    return formats.late(value) if value else "·"


class OutcomeTable(tables.Table):
    """Which order lines a scenario serves otherwise than the plan."""

    name = "scenario-outcomes"
    caption = _("Who gains and who loses")
    number = tables.Column(
        _("Order"), sort=True, sub="customer", phone="head", link="iscm_promising:demand", link_args=("demand_id",)
    )
    item_name = tables.Column(_("Item"), format=_name, sub="item_code", grow=True, phone="sub")
    units = tables.Column(_("Open units"), format="quantity", unit="unit", narrow=2)
    due_on = tables.Column(_("Wanted"), format="day", sort=True, narrow=3)
    plan_late_days = tables.Column(_("Late in the plan"), format=_late, sort=True, align="end")
    late_days = tables.Column(_("Late then"), format=_late, sort=True, align="end", hurt="late_days", phone="end")
    plan_short = tables.Column(_("Short in the plan"), format="quantity", unit="unit", narrow=2)
    short = tables.Column(_("Short then"), format="quantity", unit="unit", hurt="short", phone="subend")
    stake = tables.Column(_("At stake"), format="money", currency="company_currency", sort=True, narrow=2)
    filters = (
        tables.Choice(
            "gain", _("Who"), field="gain", choices=[("-1", _("loses")), ("1", _("gains")), ("0", _("the same"))]
        ),
    )
    views = (
        tables.View("loses", _("Loses"), {"gain": "-1"}, count=True, hurt=True),
        tables.View("gains", _("Gains"), {"gain": "1"}, count=True),
        tables.View("same", _("Late either way"), {"gain": "0"}, count=True),
        tables.View("all", _("All"), {}),
    )
    sort = "-late_days"
    empty = tables.Empty(_("Nobody"), _("Every order line is served as in the plan."))


class CostlessOutcomeTable(OutcomeTable):
    """The same for who may not see what customers are worth."""


CostlessOutcomeTable.columns = {name: column for name, column in OutcomeTable.columns.items() if name != "stake"}
