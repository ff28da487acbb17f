"""What demand, items and sources are worth in the company's currency: what a scenario's figures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import F, FloatField, Sum
from django.db.models.functions import Cast
from numpy.typing import NDArray

from rantai.foundation.items.models import Item, Source
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import fetch

Floats = NDArray[np.float64]
SCALE = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """Firm demand by id (sorted), items by id (sorted), source costs by source id; money in currency units."""

    demand_ids: Ints
    classes: tuple[str, ...]
    parties: Ints
    margin: Floats
    """A unit's margin."""
    price: Floats
    """A unit's net price: its margin and the item's standard cost."""
    at_risk: Floats
    """Remaining lifetime value × churn sensitivity of the customer."""
    item_ids: Ints
    cost: Floats
    """Standard cost of a base unit, 0 where nobody set one."""
    usual_margin: Floats
    """Of a unit over all that was ever ordered; not a number where nobody ordered."""
    source_ids: Ints
    source_cost: Floats
    """Of a base unit in the company's currency; not a number where no rate is known, 0 where no cost is set."""

    def demand_rows(self, ids: Ints) -> Ints:
        """Return the rows of demands; an unknown one raises."""
        found = np.searchsorted(self.demand_ids, ids).astype(np.int64)
        assert (self.demand_ids[found] == ids).all()
        return found

    def item_rows(self, ids: Ints) -> Ints:
        """Return the rows of items."""
        return np.searchsorted(self.item_ids, ids).astype(np.int64)

    def cost_of_sources(self, ids: Ints) -> Floats:
        """Return what a base unit costs from sources; 0 from what is no source of the database (a new lane)."""
        if not len(self.source_ids):
            return np.zeros(len(ids))
        at = np.minimum(np.searchsorted(self.source_ids, ids), len(self.source_ids) - 1)
        return np.where(self.source_ids[at] == ids, self.source_cost[at], 0.0)


def read_worth(company: Company, *, on: date) -> Worth:
    """Read it in four queries."""
    items = fetch(Item.objects.order_by("id").values_list("pk", "standard_cost"))
    item_ids, cost = _ints([row[0] for row in items]), _money([row[1] for row in items])
    rows = fetch(
        Demand.objects.order_by("id").values_list(
            "pk", "item_id", "demand_class", "party_id", "margin_per_unit", "lifetime_value", "churn_sensitivity"
        )
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    margin = _money(columns[4])
    source_ids, source_cost = _read_sources(company, on)
    return Worth(
        demand_ids=_ints(columns[0]),
        classes=tuple(columns[2]),
        parties=_ints(columns[3]),
        margin=margin,
        price=margin + cost[np.searchsorted(item_ids, _ints(columns[1]))] if rows else margin,
        at_risk=_money(columns[5]) * np.array(columns[6], np.float64) / SCALE,
        item_ids=item_ids,
        cost=cost,
        usual_margin=_read_margins(item_ids),
        source_ids=source_ids,
        source_cost=source_cost,
    )


def _read_margins(item_ids: Ints) -> Floats:
    """Return the usual margin by item: of all its orders, weighed by their units."""
    found = np.full(len(item_ids), np.nan)
    units, margin = Cast("units", FloatField()), Cast("margin_per_unit", FloatField())
    rows = Demand.objects.order_by().values_list("item_id").annotate(sum=Sum(units * margin), units=Sum(F("units")))
    for item, total, count in rows:
        if count:
            found[np.searchsorted(item_ids, item)] = total / float(count) / SCALE
    return found


def _read_sources(company: Company, on: date) -> tuple[Ints, Floats]:
    rates: dict[str, float] = {}
    rows = fetch(Source.objects.order_by("id").values_list("pk", "cost", "currency"))
    for currency in {row[2] or company.currency for row in rows}:
        rate = parties.find_rate(currency, company.currency, on)
        rates[currency] = np.nan if rate is None else rate / parties.ONE
    found = [row[1] / SCALE * rates[row[2] or company.currency] for row in rows]
    return _ints([row[0] for row in rows]), np.array(found, np.float64)


def _ints(values: object) -> Ints:
    return np.array(values, np.int64)


def _money(values: object) -> Floats:
    return np.array(values, np.float64) / SCALE
