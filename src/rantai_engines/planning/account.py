"""Write the account of a solved plan: what orders consume, who gets which units, and why each order is there."""

from dataclasses import dataclass, replace

import numpy as np

from rantai_engines.planning._layout import P_RUNS, S_END_CO, S_END_LINE, S_FIRST_CO, S_FIRST_LINE, S_PLACE, S_ROW, Ints
from rantai_engines.planning._pegging import (
    write_co_products,
    write_consumption,
    write_pegs,
    write_reasons,
    write_runs,
    write_starts,
)
from rantai_engines.planning._sorting import grouped_order, stable_order
from rantai_engines.planning.network import Network, ordered
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import (
    CauseKind,
    ConsumerKind,
    Consumption,
    CoProducts,
    Delays,
    Deliveries,
    NoticeKind,
    Notices,
    Orders,
    Pegs,
    ReasonKind,
    Reasons,
    Runs,
    Shortages,
    Solution,
    StockFills,
    SupplyKind,
)
from rantai_engines.planning.tables import NEVER

#: A reason is one number while it is added up: kind × _KIND + rank of its subject by key.
_KIND_BITS = 40
_KIND = 1 << _KIND_BITS
#: More levels than any bill has.
_LEVELS = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What the kernels wrote: orders, runs (columns of ``_layout``), deliveries, delays, shortages."""

    orders: Ints
    runs: Ints
    deliveries: Ints
    delays: Ints
    shortages: Ints


def write_solution(
    problem: Problem, network: Network, rows: Rows, *, release_until: int, root_reasons: bool
) -> Solution:
    """Turn the kernels' rows into the plan as a value, with pegs and reasons."""
    raw, start = _sort_orders(network, rows)
    orders = _orders(network, raw, start, release_until=release_until)
    consumption = list_consumption(network, raw, rows.runs)
    co_products = list_co_products(network, raw, rows.runs)
    n_demands = len(problem.demands.key)
    slices = _sorted(rows.deliveries, 1, 0)
    is_demand = slices[:, 0] < n_demands
    given, fills = slices[is_demand], slices[~is_demand]
    deliveries = Deliveries(demand=given[:, 0], time=given[:, 1], quantity=given[:, 2])
    stock_fills = StockFills(item_location=fills[:, 0] - n_demands, time=fills[:, 1], quantity=fills[:, 2])
    pegs = _pegs(problem, orders, consumption, co_products, deliveries, stock_fills)
    reasons = _reasons(problem, network, orders, pegs) if root_reasons else _no_reasons()
    short = rows.shortages[rows.shortages[:, 0] < n_demands]
    delivered = np.zeros(n_demands, np.int64)
    np.add.at(delivered, deliveries.demand, deliveries.quantity)
    last = np.full(n_demands, -NEVER, np.int64)
    np.maximum.at(last, deliveries.demand, deliveries.time)
    last[delivered < problem.demands.quantity] = NEVER
    return Solution(
        orders=orders,
        consumption=consumption,
        deliveries=deliveries,
        stock_fills=stock_fills,
        pegs=pegs,
        reasons=reasons,
        delays=_delays(problem, rows.delays),
        shortages=Shortages(**dict(zip(Shortages.__slots__, _sorted(short, 0).T, strict=True))),
        notices=_notices(problem, network, short),
        delivered=delivered,
        last_delivery=last,
        runs=list_runs(network, raw, rows.runs),
        co_products=co_products,
    )


def sort_rows(network: Network, rows: Rows) -> Rows:
    """Put the orders in the sequence of the plan, by start."""
    return replace(rows, orders=_sort_orders(network, rows)[0])


def _sorted(table: Ints, *columns: int) -> Ints:
    """Sort rows by the given columns, the last one first."""
    return np.ascontiguousarray(table[np.lexsort(tuple(table[:, c] for c in columns))])


def _ranks(keys: Ints) -> Ints:
    """Give each row its place in the order of keys."""
    ranks = np.empty(len(keys), np.int64)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys))
    return ranks


def _sort_orders(network: Network, rows: Rows) -> tuple[Ints, Ints]:
    """Sort by start; among equals the order of source and end stays, which only keys have decided."""
    raw, start = rows.orders, list_starts(network, rows.orders, rows.runs)
    order = stable_order(start)
    return np.ascontiguousarray(raw[order]), start[order]


def list_starts(network: Network, raw: Ints, runs: Ints) -> Ints:
    """Give the instant at which each order begins."""
    start = np.zeros(len(raw), np.int64)
    write_starts(network.net, raw, runs, start)
    return start


def _orders(network: Network, raw: Ints, start: Ints, *, release_until: int) -> Orders:
    return Orders(
        source=network.net.sources[raw[:, 0], S_ROW],
        item_location=network.net.sources[raw[:, 0], S_PLACE],
        start=start,
        end=raw[:, 1].copy(),
        quantity=raw[:, 2].copy(),
        status=(start <= release_until).astype(np.int64),
    )


def list_consumption(network: Network, raw: Ints, runs: Ints) -> Consumption:
    lines = network.net.sources[:, S_END_LINE] - network.net.sources[:, S_FIRST_LINE]
    out = np.empty((int(lines[raw[:, 0]].sum()), 5), np.int64)
    out = out[: write_consumption(network.net, raw, runs, out)]
    order, line, place, time, quantity = (out[:, c].copy() for c in range(5))
    return Consumption(order=order, bom_line=line, item_location=place, time=time, quantity=quantity)


def list_co_products(network: Network, raw: Ints, runs: Ints) -> CoProducts:
    rows = network.net.sources[:, S_END_CO] - network.net.sources[:, S_FIRST_CO]
    out = np.empty((int(rows[raw[:, 0]].sum()), 5), np.int64)
    out = out[: write_co_products(network.net, raw, runs, out)]
    order, row, place, time, quantity = (out[:, c].copy() for c in range(5))
    return CoProducts(order=order, row=row, item_location=place, time=time, quantity=quantity)


def list_runs(network: Network, raw: Ints, runs: Ints) -> Runs:
    out = np.empty((int(raw[:, P_RUNS].sum()), 6), np.int64)
    write_runs(network.net, raw, runs, out)
    return Runs(**dict(zip(Runs.__slots__, (out[:, c].copy() for c in range(6)), strict=True)))


def _pegs(
    problem: Problem,
    orders: Orders,
    consumption: Consumption,
    besides: CoProducts,
    deliveries: Deliveries,
    fills: StockFills,
) -> Pegs:
    """Sort supplies and needs by item-location, instant, kind and key, and tie them."""
    places, receipts, demands, now = problem.item_locations, problem.receipts, problem.demands, problem.now
    own, every = np.arange(len(places.key)), np.arange(len(orders.source))
    come = np.argsort(receipts.key)
    go = np.argsort(demands.key[deliveries.demand], kind="stable")
    demand = deliveries.demand[go]
    supplies = _stacked(
        now,
        (own, places.on_hand_at, places.on_hand, SupplyKind.ON_HAND, own),
        (receipts.item_location[come], receipts.time[come], receipts.quantity[come], SupplyKind.RECEIPT, come),
        (orders.item_location, orders.end, orders.quantity, SupplyKind.ORDER, every),
        (besides.item_location, besides.time, besides.quantity, SupplyKind.CO_PRODUCT, np.arange(len(besides.order))),
    )
    place, at, quantity = consumption.item_location, consumption.time, consumption.quantity
    needs = _stacked(
        now,
        (demands.item_location[demand], deliveries.time[go], deliveries.quantity[go], ConsumerKind.DEMAND, demand),
        (place, at, quantity, ConsumerKind.ORDER, consumption.order),
        (fills.item_location, fills.time, fills.quantity, ConsumerKind.STOCK_TARGET, fills.item_location),
    )
    out = np.empty((len(supplies) + len(needs), 3), np.int64)
    left, stack = supplies[:, 2].copy(), np.empty(len(supplies), np.int64)
    out = out[: write_pegs(supplies, needs, left, stack, out)]
    supply, need = supplies[out[:, 0]], needs[out[:, 1]]
    return Pegs(
        supply_kind=supply[:, 3],
        supply=supply[:, 4],
        consumer_kind=need[:, 3],
        consumer=need[:, 4],
        item_location=need[:, 0],
        quantity=out[:, 2].copy(),
        supply_time=supply[:, 1],
        need_time=need[:, 1],
    )


def _stacked(now: int, *parts: tuple[Ints, Ints, Ints, int, Ints]) -> Ints:
    """Stack (place, time, quantity, kind, index) of several kinds, without empty ones, in the order of pegging."""
    place, time, quantity, index = (
        np.concatenate(each) for each in zip(*((p[0], p[1], p[2], p[4]) for p in parts), strict=True)
    )
    kind = np.repeat([p[3] for p in parts], [len(p[0]) for p in parts])
    order = ordered(place, time, since=now)
    order = order[quantity[order] > 0]
    table = np.empty((len(order), 5), np.int64)
    for column, values in enumerate((place, np.maximum(time, now), quantity, kind, index)):
        table[:, column] = values[order]
    return table


def _reasons(problem: Problem, network: Network, orders: Orders, pegs: Pegs) -> Reasons:
    """Walk from consumers to suppliers; an order's units are shared by those its consumer is there for."""
    n = len(orders.source)
    demand_rank, place_rank = _ranks(problem.demands.key), _ranks(problem.item_locations.key)
    own = np.flatnonzero(pegs.supply_kind == SupplyKind.ORDER)
    own = own[grouped_order(pegs.supply[own], own)]
    kind, consumer = pegs.consumer_kind[own], pegs.consumer[own]
    is_order, is_demand = kind == ConsumerKind.ORDER, kind == ConsumerKind.DEMAND
    code = np.zeros(len(own), np.int64)
    is_target = kind == ConsumerKind.STOCK_TARGET
    code[is_target] = ReasonKind.STOCK_TARGET * _KIND + place_rank[consumer[is_target]]
    code[is_demand] = demand_rank[consumer[is_demand]]
    rows = np.stack([np.where(is_order, consumer, -1), code, pegs.quantity[own]], axis=1).astype(np.int64)
    offset = np.searchsorted(pegs.supply[own], np.arange(n + 1)).astype(np.int64)
    last = int(orders.end.max(initial=0))
    sequence = stable_order((last - orders.end) * _LEVELS + network.level[orders.item_location])
    rest = np.where(
        network.net.places[orders.item_location, 0] > 0,
        ReasonKind.ORDER_UP_TO * _KIND + place_rank[orders.item_location],
        ReasonKind.LOT * _KIND + np.arange(n),
    ).astype(np.int64)
    first = np.zeros(2 * n, np.int64)
    out = np.empty((4 * len(pegs.supply) + n + 16, 2), np.int64)
    used = write_reasons(sequence, orders.quantity, offset, rows, rest, first, out)
    while used < 0:
        out = np.empty((2 * len(out), 2), np.int64)
        used = write_reasons(sequence, orders.quantity, offset, rows, rest, first, out)
    count = first[n:] - first[:n]
    take = np.repeat(first[:n] - np.cumsum(count) + count, count) + np.arange(count.sum())
    return _named_reasons(problem, out[take], order=np.repeat(np.arange(n), count))


def _named_reasons(problem: Problem, rows: Ints, *, order: Ints) -> Reasons:
    """Turn ranks by key back into rows of the problem."""
    kind, subject = rows[:, 0] >> _KIND_BITS, rows[:, 0] & (_KIND - 1)
    is_demand, is_place = (
        kind == ReasonKind.DEMAND,
        (kind == ReasonKind.STOCK_TARGET) | (kind == ReasonKind.ORDER_UP_TO),
    )
    subject[is_demand] = np.argsort(problem.demands.key, kind="stable")[subject[is_demand]]
    subject[is_place] = np.argsort(problem.item_locations.key, kind="stable")[subject[is_place]]
    return Reasons(order=order, kind=kind, subject=subject, quantity=rows[:, 1].copy())


def _no_reasons() -> Reasons:
    none = np.zeros(0, np.int64)
    return Reasons(order=none, kind=none, subject=none, quantity=none)


def _delays(problem: Problem, rows: Ints) -> Delays:
    """Put before the recorded waits the one from an overdue date to now, which nothing could have saved."""
    demands = problem.demands
    late = np.flatnonzero((demands.due < problem.now) & (demands.quantity > 0) & (demands.promised_at >= NEVER))
    overdue = np.stack(
        [late, demands.quantity[late], demands.due[late], np.full(len(late), problem.now),
         np.full(len(late), CauseKind.DUE_IN_PAST), late], axis=1,
    ).astype(np.int64)  # fmt: skip
    table = np.concatenate((overdue, rows[rows[:, 0] < len(demands.key)]))
    return Delays(**dict(zip(Delays.__slots__, _sorted(table, 2, 0).T, strict=True)))


def _notices(problem: Problem, network: Network, short: Ints) -> Notices:
    receipts, demands = problem.receipts, problem.demands
    found = {
        NoticeKind.CIRCLE: network.circles,
        NoticeKind.OVERDUE_RECEIPT: np.flatnonzero((receipts.time < problem.now) & (receipts.quantity > 0)),
        NoticeKind.DUE_IN_PAST: np.flatnonzero((demands.due < problem.now) & (demands.quantity > 0)),
        NoticeKind.NO_SOURCE: np.unique(short[short[:, 2] == CauseKind.NO_SOURCE, 3]),
    }
    kind = np.concatenate([np.full(len(rows), kind, np.int64) for kind, rows in found.items()])
    return Notices(kind=kind, subject=np.concatenate(list(found.values())).astype(np.int64))
