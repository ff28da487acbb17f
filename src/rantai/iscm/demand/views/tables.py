"""The list of forecasts."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.models import ForecastOverride, ForecastRun, ForecastSeries
from rantai.iscm.demand.views import words
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn


def list_series(run: ForecastRun | None, currency: str) -> QuerySet[ForecastSeries]:
    """Return the series of a run with whether a person changed them."""
    live = ForecastOverride.objects.filter(item=OuterRef("item_id"), ended_at=None)
    if run is not None:
        live = live.filter(ends_on__gt=run.first_week)
    changed = live.filter(Q(location=None) | Q(location=OuterRef("location_id")))
    return ForecastSeries.objects.filter(run=run).annotate(
        is_changed=Exists(changed), currency=Value(currency, output_field=CharField())
    )


def _list_sites() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in locations.list_sites().values_list("id", "name")]


def _say_changed(value: Any, _row: dict[str, Any]) -> str:
    return str(_("by hand")) if value else ""


class ForecastTable(tables.Table):
    """Forecasts by item and location, what is worth most first."""

    name = "forecasts"
    caption = _("Forecasts")
    item = ItemColumn(sort=True, link="iscm_demand:forecast", link_args=("item_id",), grow=True)
    place = tables.Column(_("Site"), accessor="location__name", phone="sub")
    demand_class = tables.Column(
        _("Pattern"), accessor="demand_class", format=lambda value, _row: words.say_class(value), narrow=3
    )
    method = tables.Column(_("Method"), accessor="method", format=lambda value, _row: words.say_method(value), narrow=2)
    is_changed = tables.Column(_("Changed"), format=_say_changed, narrow=3)
    wmape = tables.Column(_("Off by"), format="percent")
    bias = tables.Column(_("Errs"), format=lambda value, _row: words.say_bias(value), align="end", narrow=2)
    expected_units = tables.Column(_("Expected, 13 weeks"), format="quantity", sort=True, unit="item__base_unit__name")
    expected_amount = tables.Column(_("At cost"), format="money", currency="currency", sort=True, narrow=2)
    abs_error = tables.Column(_("Units off"), format="number", sort=True, hidden=True)
    filters = (
        tables.Search("q", fields=["item__code__istartswith", "item__name__icontains"]),
        tables.Choice("pattern", _("Pattern"), field="demand_class", choices=list(words.CLASSES.items()), many=True),
        tables.Choice("method", _("Method"), field="method", choices=list(words.METHODS.items()), many=True),
        tables.Pick("site", _("Site"), field="location_id", choices=_list_sites),
        tables.Flag("changed", _("Changed by hand"), q=Q(is_changed=True)),
        tables.Flag("off", _("Off by more than half"), q=Q(wmape__gt=0.5)),
    )
    views = (
        tables.View("all", _("All"), {}),
        tables.View("changed", _("Changed by hand"), {"changed": "1"}),
        tables.View("off", _("Off by more than half"), {"off": "1"}),
        tables.View("new", _("New"), {"pattern": "new"}),
        tables.View("dead", _("No longer asked for"), {"pattern": "dead"}),
    )
    sort = "-expected_amount"
    empty = tables.Empty(
        _("Nothing is forecast yet"),
        _("A forecast is made from past demand every morning, or now with the button above."),
    )


class VolumeTable(ForecastTable):
    """Forecasts where no cost is known, or not by the reader: what sells most first."""

    sort = "-expected_units"


VolumeTable.columns = {name: column for name, column in ForecastTable.columns.items() if name != "expected_amount"}
