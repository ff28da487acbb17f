"""Gather everything that the planner must know, at one instant, as columns: a few queries whatever the size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.supply import rules
from rantai.iscm.supply.queries import (
    aggregate_targets,
    days,
    expected,
    keys,
    misfits,
    needs,
    planning_rules,
    progress,
    sourcing,
    supplies,
)
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import Layout
from rantai.iscm.supply.queries.misfits import Misfit
from rantai.iscm.supply.queries.needs import Columns, FirmDemand, ints
from rantai.iscm.supply.queries.sites import Sites
from rantai.iscm.supply.queries.supplies import Awaited
from rantai.kernel import clock, snapshots
from rantai.kernel.money import round_all_to_minor, round_to_minor

_DAYS_BACK = 60
_LONGEST_YEARS = 3
_SOURCE_COLUMNS = (
    "key", "kind", "rank", "lead_time", "calendar", "minimum", "multiple", "maximum", "cost", "effective_from",
    "effective_to", "supplier", "weight", "source_id", "place", "origin_place",
)  # fmt: skip

Tables = dict[str, Columns]


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The planner's problem as columns; `place` columns hold item-location keys, index columns rows of a table."""

    company: Company
    as_of: datetime
    now: int
    horizon_end: int
    watermark: int
    tables: Tables
    firm: FirmDemand
    awaited: Awaited
    sites: Sites
    misfits: Sequence[Misfit] = ()

    def to_money(self, stake: float) -> int:
        """Return what is at stake, in currency, as 1/10,000 rounded to the company's minor unit."""
        return round_to_minor(round(stake * 10_000), self.company.currency)

    def to_moneys(self, stakes: np.ndarray[Any, np.dtype[np.float64]]) -> Ints:
        """Return the same of many stakes."""
        return round_all_to_minor(np.rint(stakes * 10_000).astype(np.int64), self.company.currency)


def take_snapshot(as_of: datetime, *, weeks: int | None = None) -> Snapshot:
    """Read the database in one consistent state; no row becomes an object.

    With `weeks` forecasts reach so far instead of the company's horizon, and nothing is built ahead for what follows.
    """
    with snapshots.read_consistently() as watermark:
        company = parties.get_company()
        sites = Sites(as_of=as_of, company_zone=company.zone)
        seen = weeks or rules.read_horizon(company.settings)
        found = _read(company, sites, as_of=as_of, watermark=watermark, weeks=seen)
        if weeks is None:
            aggregate_targets.lay_in(found.tables, sites, now=found.now, weeks=seen)
        return found


def _read(company: Company, sites: Sites, *, as_of: datetime, watermark: int, weeks: int) -> Snapshot:
    # An instant within a second counts as that second gone, so that today's second of work is never ahead.
    now = int(as_of.timestamp()) + days.TICK
    direct = sourcing.list_direct_items()
    orders, firm = needs.read_orders(sites, classes=needs.rank_of(company.settings), direct_items=direct, now=now)
    forecast = expected.read_forecast(sites, weeks=weeks, now=now, direct_items=direct)
    receipts, awaited = supplies.read_receipts(sites)
    stock, targets = supplies.read_stock(list(sites.ids)), supplies.read_targets()
    ahead = aggregate_targets.list_places()
    columns = (orders, forecast, receipts, stock, targets, {"place": _list_origins()}, {"place": ahead})
    on = clock.business_date(as_of, company.zone)
    network = sourcing.read_network(np.unique(np.concatenate([c["place"] for c in columns])).tolist(), sites, on=on)
    places = ints(network.places)
    horizon_end = _find_horizon(now, weeks, orders["due"])
    from_day, to_day = find_days(now, horizon_end, on=on)
    requirements = _list_requirements(receipts, network, sites)
    # of each way the first order, in the order in which they stand
    _ways, first = np.unique(firm.ship_to, return_index=True)
    ship_to = [(firm.ship_tos[firm.ship_to[row]].calendar_id, int(orders["place"][row])) for row in np.sort(first)]
    wrong = [
        *network.misfits,
        *misfits.judge_calendars(ship_to, sites),
        *misfits.take_out_orders(orders),
        *misfits.take_out_receipts(receipts, awaited.refs),
    ]
    for part in (forecast, requirements):
        part["quantity"] = np.clip(part["quantity"], 0, misfits.MOST)
    tables = {
        "item_locations": _lay_out_places(places, stock, targets),
        "sources": _raise_lots(_lay_out_sources(network, places), targets),
        "bom_lines": _lay_out_lines(network, places),
        "operations": sourcing.to_columns(
            network.operations,
            ("source", "sequence", "fixed_seconds", "unit_seconds", "calendar", "step", "operation_id"),
        ),
        "receipts": receipts,
        "demands": _join_demands((orders, forecast, requirements)),
    }
    tables["item_locations"] |= planning_rules.read(places, sites)
    wrong += misfits.take_out_stock(tables["item_locations"])
    wrong += _lay_out_limits(tables, network, sites, from_day=from_day, to_day=to_day, now=now)
    # last: what is limited may have named calendars
    tables["calendars"] = sourcing.expand_calendars(network, sites, from_day=from_day, to_day=to_day, now=now)
    return Snapshot(
        company=company, as_of=as_of, now=now, horizon_end=horizon_end, watermark=watermark, tables=tables, firm=firm,
        awaited=awaited, sites=sites, misfits=wrong,
    )  # fmt: skip


def _lay_out_limits(
    tables: Tables, network: sourcing.Network, sites: Sites, *, from_day: date, to_day: date, now: int
) -> list[Misfit]:
    """Write what is limited into the tables; return which resources and sources are wrong."""
    used = {load.resource: network.operations[load.operation]["source"] for load in network.loads}
    machines = network.machines
    hours = {pk: sourcing.number_hours(network, machines.by_id[pk], sites) for pk in used if pk > 0}
    layout = Layout(machines, sites, network.loads, network.allowances, hours, from_day=from_day, to_day=to_day)
    tables["loads"] = layout.write_loads()
    tables["resources"], tables["step_functions"] = layout.write_resources()
    tables["setup_times"] = layout.write_setup_times()
    tables["occupations"] = progress.read_occupations(progress.Floor.of(layout, network.waits, now=now))
    tables["co_products"] = {}
    hurt = {pk: network.sources[source]["place"] for pk, source in used.items()}
    shared = set(tables["item_locations"]["key"][tables["item_locations"]["search"] == planning_rules.SPLIT].tolist())
    return [
        *misfits.judge_limits(layout, hurt, sites),
        *misfits.judge_ranks(network.sources, shared=shared),
        *misfits.judge_calendars(_list_calendar_users(tables, network, sites), sites),
    ]


def find_days(now: int, horizon_end: int, *, on: date) -> tuple[date, date]:
    """Return from which day to which a plan of a day knows working time."""
    return on - timedelta(days=_DAYS_BACK), on + timedelta(seconds=horizon_end - now, days=2)


def _list_calendar_users(tables: Tables, network: sourcing.Network, sites: Sites) -> Iterator[tuple[int | None, int]]:
    """Yield calendars with an item-location that needs them: of sources, of places."""
    by_number = {number: calendar for calendar, number in network.calendars.items()}
    for row in network.sources:
        yield by_number[row["calendar"]][1], row["place"]
    for place in tables["item_locations"]["key"].tolist():
        yield sites.calendar_id(keys.split(place)[1]), place


def _find_horizon(now: int, weeks: int, due: Ints) -> int:
    """Return the planner's last instant: the forecast's weeks, whatever is ordered, and room for what comes late."""
    week, room = 7 * 86_400, rules.ROOM_WEEKS * 7 * 86_400
    latest = int(due.max()) if len(due) else now
    return min(max(now + weeks * week, latest) + room, now + _LONGEST_YEARS * 366 * 86_400)


def _list_origins() -> Ints:
    """Return where orders under way take from, should their source be gone."""
    rows = [keys.pair_of(row.item_id, row.origin_id) for row in supplies.list_accepted() if row.origin_id]
    return ints([*rows, *(part.pair for part in supplies.list_requirements())])


def _rows_of(places: Ints, wanted: Ints) -> Ints:
    return np.searchsorted(places, wanted).astype(np.int64)


def _lay_out_places(places: Ints, stock: Columns, targets: Columns) -> Columns:
    table: Columns = {"key": places}
    for name, source in (
        ("on_hand", stock),
        ("safety_stock", targets),
        ("reorder_level", targets),
        ("order_up_to", targets),
    ):
        table[name] = np.zeros(len(places), np.int64)
        np.add.at(table[name], _rows_of(places, source["place"]), source[name])
    return table


def _lay_out_sources(network: sourcing.Network, places: Ints) -> Columns:
    table = sourcing.to_columns(network.sources, _SOURCE_COLUMNS)
    for name in ("cost", "weight"):
        table[name] = table[name].astype(np.float64)
    origin = table.pop("origin_place")
    table["origin"] = np.where(origin >= 0, _rows_of(places, np.maximum(origin, 0)), -1)
    return table


def _raise_lots(table: Columns, targets: Columns) -> Columns:
    """Let orders for a place be as large as its stock policy says, where the source gives as much."""
    order = np.argsort(targets["place"], kind="stable")
    places = targets["place"][order]
    if not len(places) or not len(table["place"]):
        return table
    at = np.minimum(np.searchsorted(places, table["place"]), len(places) - 1)
    most = np.where(table["maximum"] > 0, table["maximum"], days.NEVER)
    # Where every order is of one quantity, that is what the source gives.
    most = np.where(table["maximum"] == table["minimum"], np.where(table["maximum"] > 0, 0, most), most)
    for own, lot in (("minimum", "lot_minimum"), ("multiple", "lot_multiple")):
        wanted = np.where(places[at] == table["place"], targets[lot][order][at], 0)
        is_more = (wanted > table[own]) & (wanted <= most) if own == "minimum" else (wanted > 0) & (wanted <= most)
        table[own] = np.where(is_more, wanted, table[own])
    return table


def _lay_out_lines(network: sourcing.Network, places: Ints) -> Columns:
    names = (
        "source", "component_place", "quantity_per", "scrap_ppm", "operation", "group", "rank", "effective_from",
        "effective_to",
    )  # fmt: skip
    table = sourcing.to_columns(network.bom_lines, names)
    table["component"] = _rows_of(places, table.pop("component_place"))
    return table


def _join_demands(parts: Iterable[Columns]) -> Columns:
    defaults: Mapping[str, Any] = {
        "class_rank": 0, "stake": 0.0, "partial": True, "promised_at": days.NEVER, "receipt": -1,
    }  # fmt: skip
    joined: Columns = {}
    rows = list(parts)
    for name in ("key", "place", "due", "quantity", "kind", *defaults):
        joined[name] = np.concatenate(
            [part[name] if name in part else np.full(len(part["key"]), defaults[name]) for part in rows]
        )
    return joined


def _list_requirements(receipts: Columns, network: sourcing.Network, sites: Sites) -> Columns:
    """Return what orders under way and accepted proposals still take: components of a make, the origin of a move."""
    row_of = {int(key): row for row, key in enumerate(receipts["key"])}
    by_source = {row["key"]: number for number, row in enumerate(network.sources)}
    lines: dict[int, list[dict[str, Any]]] = {}
    for line in network.bom_lines:
        lines.setdefault(line["source"], []).append(line)
    found: list[tuple[int, int, int, int, int]] = [
        (
            part.own_key,
            part.pair,
            supplies.arrival(part.needed_on, keys.split(part.pair)[1], sites),
            part.units,
            row_of[part.key],
        )
        for part in supplies.list_requirements()
        if part.key in row_of
    ]
    for order in supplies.list_accepted():
        receipt = row_of[int(keys.tag(ints(order.pk), keys.PLANNED))]
        place = order.location_id or keys.DIRECT
        due = supplies.arrival(order.start_on, place, sites)
        if order.kind == "transfer":
            own = supplies.own_key(order.pk << 12, 2)
            found.append((own, keys.pair_of(order.item_id, order.origin_id), due, order.units, receipt))
        for number, line in enumerate(lines.get(by_source.get(order.source_id << 24 | place, -1), ()), 1):
            need = -(-order.units * line["quantity_per"] // (1_000_000 - line["scrap_ppm"]))
            own = supplies.own_key(order.pk << 12 | number, 2)
            found.append((own, line["component_place"], due, need, receipt))
    columns = list(zip(*found, strict=True)) if found else [(), (), (), (), ()]
    return {
        "key": ints(columns[0]),
        "place": ints(columns[1]),
        "due": ints(columns[2]),
        "quantity": ints(columns[3]),
        "kind": np.full(len(found), 3, np.int64),
        "receipt": ints(columns[4]),
    }
