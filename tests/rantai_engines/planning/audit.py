"""Check a plan against its problem, from the two alone: no line of the planner is used here."""

from collections import defaultdict

import numpy as np

from rantai_engines.planning.problem import PPM, Problem, SourceKind
from rantai_engines.planning.solution import ConsumerKind, Solution, SupplyKind
from rantai_engines.planning.tables import NEVER

from .audit_capacity import audit_capacity


def audit(problem: Problem, solution: Solution) -> None:
    """Assert everything that must hold of any plan."""
    _audit_balances(problem, solution)
    _audit_orders(problem, solution)
    _audit_consumption(problem, solution)
    _audit_pegs(problem, solution)
    _audit_reasons(solution)
    _audit_demands(problem, solution)
    _audit_co_products(problem, solution)
    audit_capacity(problem, solution)


def _audit_balances(problem: Problem, solution: Solution) -> None:
    """Projected stock of every item-location is never negative."""
    events: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    places, receipts, now = problem.item_locations, problem.receipts, problem.now
    for place, quantity in enumerate(places.on_hand):
        events[place].append((max(int(places.on_hand_at[place]), now), 0, int(quantity)))
    for place, at, quantity in zip(receipts.item_location, receipts.time, receipts.quantity, strict=True):
        events[int(place)].append((max(int(at), now), 0, int(quantity)))
    o, c, d, f = solution.orders, solution.consumption, solution.deliveries, solution.stock_fills
    by = solution.co_products
    for place, at, quantity in zip(o.item_location, o.end, o.quantity, strict=True):
        events[int(place)].append((int(at), 0, int(quantity)))
    for place, at, quantity in zip(by.item_location, by.time, by.quantity, strict=True):
        events[int(place)].append((int(at), 0, int(quantity)))
    for place, at, quantity in zip(c.item_location, c.time, c.quantity, strict=True):
        events[int(place)].append((int(at), 1, -int(quantity)))
    for demand, at, quantity in zip(d.demand, d.time, d.quantity, strict=True):
        events[int(problem.demands.item_location[demand])].append((int(at), 1, -int(quantity)))
    for place, at, quantity in zip(f.item_location, f.time, f.quantity, strict=True):
        events[int(place)].append((int(at), 1, -int(quantity)))
    for place, rows in events.items():
        balance = 0
        for at, _, change in sorted(rows):
            balance += change
            assert balance >= 0, f"item-location {place} is at {balance} at {at}"


def _audit_orders(problem: Problem, solution: Solution) -> None:
    s, o = problem.sources, solution.orders
    used: dict[int, int] = defaultdict(int)
    for k in range(len(o.source)):
        source, quantity = int(o.source[k]), int(o.quantity[k])
        proper = quantity - int(s.output_fixed[source])
        assert quantity > 0
        assert proper >= s.minimum[source]
        assert not s.maximum[source] or proper <= s.maximum[source]
        assert not s.multiple[source] or proper % s.multiple[source] == 0
        assert s.planned[source]
        assert s.effective_from[source] <= o.end[k] < s.effective_to[source]
        assert o.end[k] >= max(problem.now, int(problem.item_locations.fence_until[o.item_location[k]]))
        assert o.item_location[k] == s.item_location[source]
        if s.fence[source] >= 0:
            assert o.start[k] >= problem.now
        if s.calendar[source] < 0 and s.kind[source] != SourceKind.MAKE:
            assert o.start[k] >= problem.now + s.fence[source]
            assert o.end[k] - o.start[k] == s.lead_time[source]
        if s.calendar[source] >= 0:
            assert _worked(problem, int(s.calendar[source]), int(o.start[k]), int(o.end[k])) >= s.lead_time[source]
        used[source] += quantity
    for source, quantity in used.items():
        assert quantity <= s.limit[source]


def _worked(problem: Problem, calendar: int, start: int, end: int) -> int:
    c = problem.calendars
    spans = zip(c.start, c.end, strict=True)
    own = list(spans)[int(c.offset[calendar]) : int(c.offset[calendar + 1])]
    return sum(max(min(int(b), end) - max(int(a), start), 0) for a, b in own)


def _audit_consumption(problem: Problem, solution: Solution) -> None:
    """Each order takes, of every line that is neither an alternate nor out of date, exactly what its bill says."""
    b, s, o, c = problem.bom_lines, problem.sources, solution.orders, solution.consumption
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for order, line, quantity in zip(c.order, c.bom_line, c.quantity, strict=True):
        taken[int(order), int(line)] += int(quantity)
    for at, order, line in zip(c.time, c.order, c.bom_line, strict=True):
        offset = int(b.offset[line]) if line >= 0 else 0
        assert max(int(o.start[order]) + min(offset, 0), problem.now) <= at <= max(o.end[order] + offset, o.end[order])
    for k in range(len(o.source)):
        source, quantity = int(o.source[k]), int(o.quantity[k])
        if s.kind[source] in (SourceKind.MOVE, SourceKind.SUBSTITUTE):
            assert taken[k, -1] == -(-quantity * int(s.origin_per[source]) // PPM)
        started = started_of(problem, source, quantity)
        for line in np.flatnonzero(b.source == source):
            need = -(-started * int(b.quantity_per[line]) // (PPM - int(b.scrap_ppm[line])))
            need += int(b.quantity_fixed[line])
            always = b.group[line] < 0 and b.effective_from[line] <= problem.now and b.effective_to[line] >= NEVER
            assert taken[k, int(line)] == need or (not always and taken[k, int(line)] == 0)


def started_of(problem: Problem, source: int, quantity: int) -> int:
    """Count the units that must be started for an order's output."""
    proper = quantity - int(problem.sources.output_fixed[source])
    return -(-proper * PPM // int(problem.sources.yield_ppm[source]))


def _audit_co_products(problem: Problem, solution: Solution) -> None:
    """Every order gives of each by-product what it must, where and while that is made."""
    b, o, given = problem.co_products, solution.orders, solution.co_products
    assert (given.quantity > 0).all()
    seen: set[tuple[int, int]] = set()
    for order, row, place, at, quantity in zip(
        given.order, given.row, given.item_location, given.time, given.quantity, strict=True
    ):
        assert o.source[order] == b.source[row]
        assert place == b.item_location[row]
        assert o.start[order] <= at <= o.end[order]
        assert b.effective_from[row] <= at < b.effective_to[row]
        expected = _co_product(problem, int(row), int(o.quantity[order]))
        # Two roundings, of what is started and of what it gives, may each lose the last ten-thousandth.
        assert expected - 2 - int(b.quantity_per[row]) // PPM <= quantity <= expected
        assert (int(order), int(row)) not in seen
        seen.add((int(order), int(row)))
    always = (b.effective_from <= problem.now - (1 << 40)) & (b.effective_to >= NEVER)
    for row in np.flatnonzero(always & (b.operation < 0)):
        for order in np.flatnonzero(o.source == b.source[row]):
            assert _co_product(problem, int(row), int(o.quantity[order])) <= 1 or (int(order), int(row)) in seen


def _co_product(problem: Problem, row: int, quantity: int) -> int:
    """Count what an order of this output gives of a by-product, what is started rounded up."""
    b = problem.co_products
    started = started_of(problem, int(b.source[row]), quantity)
    return started * int(b.quantity_per[row]) // PPM + int(b.quantity_fixed[row])


def _audit_pegs(problem: Problem, solution: Solution) -> None:
    """Every need is pegged in full, no supply gives more than it has, none comes after its need."""
    p = solution.pegs
    assert (p.quantity > 0).all()
    assert (p.supply_time <= p.need_time).all()
    given: dict[tuple[int, int], int] = defaultdict(int)
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for k in range(len(p.supply)):
        given[int(p.supply_kind[k]), int(p.supply[k])] += int(p.quantity[k])
        taken[int(p.consumer_kind[k]), int(p.consumer[k])] += int(p.quantity[k])
    has = {
        SupplyKind.ON_HAND: problem.item_locations.on_hand,
        SupplyKind.RECEIPT: problem.receipts.quantity,
        SupplyKind.ORDER: solution.orders.quantity,
        SupplyKind.CO_PRODUCT: solution.co_products.quantity,
    }
    for (kind, row), quantity in given.items():
        assert quantity <= has[SupplyKind(kind)][row]
    wants: dict[tuple[int, int], int] = defaultdict(int)
    d, c, f = solution.deliveries, solution.consumption, solution.stock_fills
    for rows, kind, quantities in (
        (d.demand, ConsumerKind.DEMAND, d.quantity),
        (c.order, ConsumerKind.ORDER, c.quantity),
        (f.item_location, ConsumerKind.STOCK_TARGET, f.quantity),
    ):
        for row, quantity in zip(rows, quantities, strict=True):
            wants[int(kind), int(row)] += int(quantity)
    assert dict(taken) == dict(wants)


def _audit_reasons(solution: Solution) -> None:
    r, total = solution.reasons, np.zeros(len(solution.orders.source), np.int64)
    np.add.at(total, r.order, r.quantity)
    assert (r.quantity > 0).all()
    assert (total == solution.orders.quantity).all()


def _audit_demands(problem: Problem, solution: Solution) -> None:
    """Delivered and short units are what was asked, slices obey the shipping rules, delays lead from date to date."""
    d, q = problem.demands, solution.deliveries
    short = np.zeros(len(d.key), np.int64)
    np.add.at(short, solution.shortages.demand, solution.shortages.quantity)
    assert (solution.delivered + short == d.quantity).all()
    assert (solution.shortages.cause > 0).all()
    assert (q.time >= problem.now).all()
    for row in range(len(d.key)):
        own = q.demand == row
        if not d.partial[row]:
            assert own.sum() <= 1
        assert not own.any() or q.quantity[own].min() >= min(d.min_shipment[row], d.quantity[row]) or own.sum() == 1
        promised = d.promised_at[row] < NEVER
        first = max(int(d.promised_at[row]) if promised else int(d.due[row]), problem.now)
        latest = int(d.due[row]) + int(d.max_lateness[row])
        assert ((q.time[own] == first) | (q.time[own] < latest)).all()
        waits = solution.delays.demand == row
        since, until = solution.delays.since[waits], solution.delays.until[waits]
        assert (since[1:] == until[:-1]).all()
        if own.any() and q.time[own].max() > first:
            assert until.max() >= q.time[own].max()
