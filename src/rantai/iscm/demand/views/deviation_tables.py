"""The list of items whose orders have left their band."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from rantai.iscm.demand.models.sensing import DemandDeviation
from rantai.iscm.demand.queries import deviations, sensing
from rantai.kernel.texts import pick
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn

STATES: dict[str, tuple[str, Any]] = {
    "open": ("look", _("To decide")),
    "accepted": ("run", _("Forecast changed")),
    "dismissed": ("end", _("Left as it is")),
    "cleared": ("end", _("Back within its band")),
}
DIRECTIONS = {"above": _("More than foreseen"), "below": _("Less than foreseen")}


def list_rows(currency: str) -> QuerySet[DemandDeviation]:
    """Return deviations with how far orders lie off."""
    return sensing.list_all().annotate(
        off=F("ordered") - F("expected"), currency=Value(currency, output_field=CharField())
    )


UNIT = "item__base_unit__name"


def _say_units(value: Any, row: dict[str, Any]) -> str:
    return deviations.say_units(value, pick(row[UNIT] or {}))


def _say_change(value: Any, row: dict[str, Any]) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + _say_units(abs(value), row)


class DeviationTable(tables.Table):
    """Items outside their band, those with most at stake first."""

    name = "deviations"
    caption = _("Out of their band")
    item = ItemColumn(sort=True, link="iscm_demand:deviation", grow=True)
    direction = tables.Column(_("Orders"), format=lambda value, _row: str(DIRECTIONS[value]), narrow=3)
    ordered = tables.Column(_("Asked for by orders"), format="quantity", sort=True, unit=UNIT)
    expected = tables.Column(_("Expected"), format=_say_units, align="end", needs=[UNIT], narrow=2)
    high = tables.Column(_("At most"), format=_say_units, align="end", needs=[UNIT], hidden=True)
    low = tables.Column(_("At least"), format=_say_units, align="end", needs=[UNIT], hidden=True)
    suggested_units = tables.Column(_("Suggested"), format=_say_change, align="end", needs=[UNIT], narrow=3)
    stake = tables.Column(_("Margin"), format="money", currency="currency", sort=True, narrow=2)
    raised_at = tables.Column(_("Raised"), format="moment", sort=True, narrow=3, phone="")
    state = tables.StateColumn(_("State"), states=STATES)
    filters = (
        tables.Search("q", fields=["item__code__istartswith", "item__name__icontains"]),
        tables.Choice("direction", _("Orders"), field="direction", choices=list(DIRECTIONS.items())),
        tables.Choice("state", _("State"), field="state", choices=[(k, v[1]) for k, v in STATES.items()], many=True),
    )
    views = (
        tables.View("open", _("To decide"), {"state": "open"}, count=True),
        tables.View("all", _("All"), {}),
    )
    sort = "-stake"
    empty = tables.Empty(
        _("Every item sells within its band"),
        _("Orders are compared with the forecast's band within minutes of each confirmation, and every hour."),
    )
