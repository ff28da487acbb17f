"""Turn the planned orders that must be released soon into proposals whose reasons add up."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from rantai.foundation.items.models import Source
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.queries import aggregate_reasons, days, keys, sourcing
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Snapshot, Tables
from rantai.kernel.decisions import ReasonRow as Reason
from rantai.kernel.money import extend

KINDS = {
    sourcing.MAKE: "production",
    sourcing.BUY: "purchase",
    sourcing.MOVE: "transfer",
    sourcing.DROPSHIP: "dropship",
}
MOST_ORDERS_NAMED = 100
"""Orders of customers that one proposal names; the rest of them stand together."""
_DEMAND, _STOCK_TARGET, _LOT, _ORDER_UP_TO = 0, 1, 2, 3
_CHUNK = 900
_UNKNOWN = json.dumps({"number": "", "requested_on": ""})


@dataclass(kw_only=True, slots=True)
class Draft:
    """One proposal before it is stored."""

    identity: str
    plan_row: int
    item_id: int
    location_id: int | None
    source_id: int
    kind: str
    supplier_id: int | None
    origin_id: int | None
    demand_id: int | None
    units: int
    start_on: date
    due_on: date
    unit_cost: int
    currency: str
    amount: int
    stake: int
    reasons: Sequence[Reason]
    demand_ids: list[int] = field(default_factory=list)

    @property
    def for_orders(self) -> int:
        """Units that orders of customers wait for."""
        return sum(reason[1] for reason in self.reasons if reason[0] == "order")


@dataclass(kw_only=True, slots=True)
class _Why:
    """The engine's reasons of one order, by kind."""

    orders: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    stakes: dict[int, float] = field(default_factory=dict)
    """Of the same orders, in currency."""
    forecast: int = 0
    weeks: list[int] = field(default_factory=list)
    requirements: int = 0
    safety_stock: int = 0
    ahead: int = 0
    order_up_to: int = 0
    own_lot: int = 0
    lot_above: int = 0


def list_drafts(snapshot: Snapshot, solution: Tables) -> Iterator[Draft]:
    """Yield a proposal for each planned order that is to be released within the horizon, soonest first."""
    orders = solution["orders"]
    chosen = np.flatnonzero(orders["status"] == 1)
    chosen = chosen[np.lexsort((chosen, orders["start"][chosen]))]
    if not len(chosen):
        return
    whys = _read_whys(snapshot, solution, chosen)
    writer = _Writer(snapshot, solution, whys)
    for row in chosen.tolist():
        yield from writer.write(row)


class _Writer:
    """What all proposals of a plan share: names, prices, places taken in a week."""

    def __init__(self, snapshot: Snapshot, solution: Tables, whys: dict[int, _Why]) -> None:
        self.snapshot, self.solution, self.whys = snapshot, solution, whys
        sources = snapshot.tables["sources"]
        wanted = {int(sources["source_id"][solution["orders"]["source"][row]]) for row in whys}
        self.sources = _read_sources(sorted(wanted))
        self.details = _read_details(sorted({demand for why in whys.values() for demand in why.orders}))
        self.rates: dict[str, int | None] = {}
        self.taken: dict[str, int] = defaultdict(int)

    def write(self, row: int) -> Iterator[Draft]:
        """Yield the proposals of one planned order: one, or of a dropship one for each customer's order."""
        sources, orders = self.snapshot.tables["sources"], self.solution["orders"]
        place = int(orders["source"][row])
        source = self.sources[int(sources["source_id"][place])]
        units, why = int(orders["quantity"][row]), self.whys[row]
        if int(sources["kind"][place]) != sourcing.DROPSHIP:
            yield self._make(row, source, units, _list_reasons(why, self, int(sources["minimum"][place]), units), None)
            return
        rest = units - sum(why.orders.values())
        for number, (demand, part) in enumerate(sorted(why.orders.items())):
            extra = rest if number == 0 else 0
            reasons = [self._reason(demand, part)]
            reasons += [("multiple", extra, "", None, "{}")] if extra else []
            yield self._make(row, source, part + extra, reasons, demand)

    def _make(self, row: int, source: Source, units: int, reasons: list[Reason], demand: int | None) -> Draft:
        orders, sites = self.solution["orders"], self.snapshot.sites
        item, location = keys.split(int(self.snapshot.tables["item_locations"]["key"][orders["item_location"][row]]))
        zone, working, today = sites.zone(location), sites.working(source.calendar_id), sites.today(location)
        start_on = max(today, working.on_or_before(days.day_of(int(orders["start"][row]), zone)))
        due_on = max(start_on, working.on_or_before(days.day_of(int(orders["end"][row]), zone)))
        currency = source.currency or self.snapshot.company.currency
        behind = sorted(self.whys[row].orders) if demand is None else [demand]
        return Draft(
            identity=self._identify(item, location, source.pk, due_on, demand),
            plan_row=row,
            item_id=item,
            location_id=location or None,
            source_id=source.pk,
            kind=KINDS[sourcing.KINDS[source.kind]],
            supplier_id=source.supplier_id,
            origin_id=source.origin_id,
            demand_id=demand,
            units=units,
            start_on=start_on,
            due_on=due_on,
            unit_cost=source.cost,
            currency=currency,
            amount=self._amount(source.cost, units, currency, today),
            stake=self.snapshot.to_money(sum(self.whys[row].stakes[pk] for pk in behind)),
            reasons=reasons,
            demand_ids=behind,
        )

    def _identify(self, item: int, location: int, source: int, due_on: date, demand: int | None) -> str:
        """Return the name under which the same proposal comes back the next day."""
        monday = due_on - timedelta(days=due_on.weekday())
        base = f"{item}:{location}:{source}:{monday.isoformat() if demand is None else f'd{demand}'}"
        self.taken[base] += 1
        return f"{base}:{self.taken[base]}"

    def _amount(self, cost: int, units: int, currency: str, on: date) -> int:
        if currency not in self.rates:
            self.rates[currency] = parties.find_rate(currency, self.snapshot.company.currency, on)
        rate = self.rates[currency]
        if rate is None:
            return 0
        return extend(cost, units, currency) * rate // parties.ONE

    def _reason(self, demand: int, units: int) -> Reason:
        return "order", units, "demand", demand, self.details.get(demand, _UNKNOWN)


def _read_whys(snapshot: Snapshot, solution: Tables, chosen: Ints) -> dict[int, _Why]:
    """Return the engine's reasons of some orders (rows)."""
    reasons, demands = solution["reasons"], snapshot.tables["demands"]
    low, high = np.searchsorted(reasons["order"], chosen), np.searchsorted(reasons["order"], chosen, "right")
    lengths = high - low
    rows = np.arange(lengths.sum()) + np.repeat(low - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    columns = [reasons[name][rows].tolist() for name in ("order", "kind", "subject", "quantity")]
    shares = aggregate_reasons.share_ahead(snapshot, solution)
    whys = {row: _Why() for row in chosen.tolist()}
    for order, kind, subject, units in zip(*columns, strict=True):
        why = whys[order]
        if kind == _DEMAND:
            _add_demand(why, demands, subject, units)
        elif kind == _STOCK_TARGET:
            ahead = round(units * shares.get(subject, 0.0))
            why.ahead += ahead
            why.safety_stock += units - ahead
        elif kind == _ORDER_UP_TO:
            why.order_up_to += units
        elif subject == order:
            why.own_lot += units
        else:
            why.lot_above += units
    return whys


def _add_demand(why: _Why, demands: dict[str, Any], subject: int, units: int) -> None:
    pk, kind = keys.untag(int(demands["key"][subject]))
    if kind == keys.ORDER:
        why.orders[pk] += units
        why.stakes[pk] = float(demands["stake"][subject])
    elif kind == keys.FORECAST:
        why.forecast += units
        why.weeks.append(int(demands["due"][subject]))
    else:
        why.requirements += units


def _list_reasons(why: _Why, writer: _Writer, minimum: int, units: int) -> list[Reason]:
    """Return reasons that add up: the largest orders by name, then forecast, stock, and what lot sizes add."""
    named = sorted(why.orders.items(), key=lambda pair: (-pair[1], pair[0]))
    found = [writer._reason(demand, part) for demand, part in named[:MOST_ORDERS_NAMED]]
    others = named[MOST_ORDERS_NAMED:]
    asked = units - why.own_lot
    to_minimum = min(why.own_lot, max(0, min(minimum, units) - asked))
    parts: list[tuple[str, int, dict[str, Any]]] = [
        ("order", sum(part for _pk, part in others), {"orders": len(others)}),
        ("forecast", why.forecast, _describe_weeks(why.weeks)),
        ("requirement", why.requirements, {}),
        ("built_ahead", why.ahead, {}),
        ("safety_stock", why.safety_stock, {}),
        ("order_up_to", why.order_up_to, {}),
        ("minimum", to_minimum, {"minimum": minimum}),
        ("multiple", why.own_lot - to_minimum + why.lot_above, {}),
    ]
    return found + [(code, part, "", None, json.dumps(detail)) for code, part, detail in parts if part]


def _describe_weeks(instants: list[int]) -> dict[str, Any]:
    if not instants:
        return {}
    first, last = (days.usable_day(instant, "UTC") for instant in (min(instants), max(instants)))
    return {"weeks": len(set(instants)), "from": first.isoformat(), "to": last.isoformat()}


def _read_sources(ids: Sequence[int]) -> dict[int, Source]:
    found: dict[int, Source] = {}
    for start in range(0, len(ids), _CHUNK):
        found |= Source.objects.in_bulk(ids[start : start + _CHUNK])
    return found


def _read_details(ids: Sequence[int]) -> dict[int, str]:
    """Return what a reason says of an order, as JSON: number and line, and for when it was asked."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = Demand.objects.filter(pk__in=ids[start : start + _CHUNK])
        for pk, number, line, requested_on in rows.values_list("pk", "number", "line", "requested_on"):
            found[pk] = json.dumps({"number": f"{number}/{line}", "requested_on": requested_on.isoformat()})
    return found
