"""Lay a problem out for the kernels: sorted, grouped, circles cut, every demand in its place in the queue."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rantai_engines.planning._lay_capacity import Limits, lay_out_capacity, stacked
from rantai_engines.planning._layout import (
    ASK_COLUMNS,
    BUCKETS,
    CO_COLUMNS,
    L_BIT,
    L_FIXED,
    LINE_COLUMNS,
    O_GROUP,
    O_QUANTITY,
    O_RESOURCE,
    PLACE_COLUMNS,
    R_EARLY,
    R_KIND,
    S_END_CO,
    S_END_LINE,
    S_END_STEP,
    S_FINITE,
    S_FIRST_CO,
    S_FIRST_LINE,
    S_FIRST_STEP,
    S_FIXED,
    S_JOIN,
    S_PER_UNIT,
    S_POST,
    S_YIELD,
    SOURCE_COLUMNS,
    STEP_COLUMNS,
    T_END_LOAD,
    T_FIRST_LOAD,
    Ints,
    Net,
)
from rantai_engines.planning._sorting import grouped_order
from rantai_engines.planning._worktime import set_walls
from rantai_engines.planning.problem import PER_SCALE, PPM, UNIT, Calendars, DemandKind, Demands, Problem, SourceKind
from rantai_engines.planning.tables import NEVER, InvalidProblem

#: Alternate lines of one source are remembered in the bits of one integer.
_MOST_ALTERNATES = 62


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The kernels' arrays, the low-level code of each item-location and the sources that were cut out of a circle."""

    net: Net
    level: Ints
    circles: Ints
    limits: Limits


def lay_out(problem: Problem, *, max_pieces: int, loop: int = 0, splits: int = 2, shifts: int = 24) -> Network:
    """Sort and group the tables of a problem; what decides an order is a key, never a row.

    Complexity: one sort of each table.
    """
    places, sources = problem.item_locations, problem.sources
    lines = _all_lines(problem)
    circles, level = _find_levels(problem, parents=sources.item_location[lines[:, 0]], lines=lines)
    kept = np.setdiff1d(np.flatnonzero(sources.planned), circles)
    by = (sources.key[kept], sources.cost[kept], sources.rank[kept], places.key[sources.item_location[kept]])
    order = kept[np.lexsort(by)]
    position = np.full(len(sources.key), -1, np.int64)
    position[order] = np.arange(len(order))
    rows = _source_rows(problem, order)
    steps, unit_seconds, step_position = _step_rows(problem, position, rows)
    line_rows = _line_rows(problem, lines, position, step_position, rows)
    co_rows = _co_product_rows(problem, position, step_position, rows)
    limits = lay_out_capacity(problem, steps=steps, step_position=step_position)
    rows[:, S_FINITE] = _has(steps[:, T_END_LOAD] > steps[:, T_FIRST_LOAD], rows)
    rows[:, S_PER_UNIT] = _has(unit_seconds > 0.0, rows)
    rows[:, S_JOIN] = _join_times(rows, line_rows, steps, limits)
    calendars = limits.calendars
    net = Net(
        clock=np.array(
            [problem.now, problem.horizon_end, max_pieces, loop, splits, rows[:, S_FINITE].any(), shifts, -NEVER, 0],
            np.int64,
        ),
        places=_place_rows(problem, order, is_keeping_stock=loop != 0),
        sources=rows,
        lines=line_rows,
        steps=steps,
        unit_seconds=unit_seconds,
        calendar_offset=np.ascontiguousarray(calendars.offset),
        open_start=np.ascontiguousarray(calendars.start),
        open_end=np.ascontiguousarray(calendars.end),
        open_before=_open_before(calendars),
        co_products=co_rows,
        loads=limits.loads,
        resources=limits.resources,
        setup_seconds=limits.setup_seconds,
        step_offset=np.ascontiguousarray(problem.step_functions.offset),
        step_start=np.ascontiguousarray(problem.step_functions.start),
        step_value=np.ascontiguousarray(problem.step_functions.value),
        unit_cost=(sources.cost[order] + _hourly_cost(problem, steps, unit_seconds, limits, rows)) / UNIT,
    )
    set_walls(net, np.ascontiguousarray(sources.fence[order]))
    return Network(net=net, level=level, circles=circles, limits=limits)


def _place_rows(problem: Problem, order: Ints, *, is_keeping_stock: bool) -> Ints:
    """Give the item-locations with the range of their sources, which stand in ``order``."""
    p = problem.item_locations
    target = np.maximum(p.safety_stock, p.reorder_level)
    own_key = p.key[problem.sources.item_location[order]]
    first, end = np.searchsorted(own_key, p.key, "left"), np.searchsorted(own_key, p.key, "right")
    rows = stacked(
        np.maximum(p.order_up_to - target, 0) * (p.order_up_to > 0), p.fence_until, first, end,
        p.autofence, p.search, target * is_keeping_stock, p.safety_steps if is_keeping_stock else 0 * target - 1,
        p.pool,
    )  # fmt: skip
    assert rows.shape[1] == PLACE_COLUMNS
    return rows


def _has(steps: "NDArray[np.bool_]", rows: Ints) -> Ints:
    """Say which sources have a step that is so."""
    count = np.concatenate(([0], np.cumsum(steps)))
    return (count[rows[:, S_END_STEP]] > count[rows[:, S_FIRST_STEP]]).astype(np.int64)


def _hourly_cost(
    problem: Problem, steps: Ints, unit_seconds: NDArray[np.float64], limits: Limits, rows: Ints
) -> NDArray[np.float64]:
    """Give what the resource hours of a base unit cost, alternates and what does not grow with the quantity apart."""
    of_step = np.repeat(np.arange(len(steps)), steps[:, T_END_LOAD] - steps[:, T_FIRST_LOAD])
    of_source = np.repeat(np.arange(len(rows)), rows[:, S_END_STEP] - rows[:, S_FIRST_STEP])
    loads = np.flatnonzero(limits.loads[:, O_GROUP] < 0)
    resource, step = limits.loads[loads, O_RESOURCE], of_step[loads]
    hours = unit_seconds[step] / 3600 * PPM / problem.resources.efficiency_ppm[resource]
    cost = hours * problem.resources.cost_per_hour[resource] * limits.loads[loads, O_QUANTITY] / UNIT
    return np.bincount(of_source[step], weights=cost, minlength=len(rows)) * PPM / rows[:, S_YIELD]


def _join_times(rows: Ints, lines: Ints, steps: Ints, limits: Limits) -> Ints:
    """Give the seconds that a need may lie behind an order that it makes larger, 0 where orders cannot grow.

    An order can, at no capacity, when its steps take the same time for any quantity, its bill has no choice and
    nothing fixed, and it gives nothing besides its output.
    """
    simple = (rows[:, S_FINITE] == 1) & (rows[:, S_PER_UNIT] == 0) & (rows[:, S_FIXED] == 0)
    simple &= rows[:, S_END_CO] == rows[:, S_FIRST_CO]
    owner = np.repeat(np.arange(len(rows)), rows[:, S_END_LINE] - rows[:, S_FIRST_LINE])
    simple[owner[(lines[:, L_BIT] >= 0) | (lines[:, L_FIXED] > 0)]] = False
    of_step = np.repeat(np.arange(len(rows)), rows[:, S_END_STEP] - rows[:, S_FIRST_STEP])
    of_load = of_step[np.repeat(np.arange(len(steps)), steps[:, T_END_LOAD] - steps[:, T_FIRST_LOAD])]
    resources = limits.resources[limits.loads[:, O_RESOURCE]]
    simple[of_load[resources[:, R_KIND] == BUCKETS]] = False
    least = np.full(len(rows), NEVER)
    np.minimum.at(least, of_load, resources[:, R_EARLY])
    return np.where(simple, np.maximum(least, 1), 0)


def ordered(major: Ints, at: Ints, *, since: int) -> Ints:
    """Give the stable order of rows by ``major`` (a row number), then by instant from ``since`` on."""
    return grouped_order(major, np.maximum(at, since))


def queue_demands(problem: Problem, *, promises_first: bool, forecasts_after_orders: bool) -> Ints:
    """Give the asks of all demands, first served first (see ``queue``)."""
    return queue(
        problem.demands, now=problem.now, promises_first=promises_first, forecasts_after_orders=forecasts_after_orders
    )


def queue(demands: Demands, *, now: int, promises_first: bool, forecasts_after_orders: bool) -> Ints:
    """Give the asks of demands, first served first.

    Requirements of open orders, then given promises, then class, kind, date, stake and at last key.
    """
    is_promised = demands.promised_at < NEVER
    asked_at = np.where(is_promised, demands.promised_at, demands.due)
    kind = demands.kind if forecasts_after_orders else demands.kind * (demands.kind == DemandKind.SAFETY)
    later = ~is_promised if promises_first else np.zeros(len(is_promised), np.bool_)
    needed = (demands.kind != DemandKind.REQUIREMENT).astype(np.int64)
    later = later & (needed == 1)
    order = np.lexsort((demands.key, -demands.stake, asked_at, kind, demands.class_rank, later, needed))
    order = _groups_together(demands.group, order[demands.quantity[order] > 0])
    latest = np.minimum(demands.due + np.minimum(demands.max_lateness, NEVER), NEVER)
    table = stacked(
        order,
        demands.item_location[order],
        demands.quantity[order],
        np.maximum(asked_at[order], now),
        latest[order],
        np.minimum(demands.min_shipment, demands.quantity)[order],
        demands.partial[order].astype(np.int64),
        _rights(needed[order], later[order], demands.class_rank[order], kind[order]),
        demands.group[order],
        np.zeros(len(order), np.int64),
    )
    assert table.shape[1] == ASK_COLUMNS
    return table


def _groups_together(group: Ints, order: Ints) -> Ints:
    """Move the demands of each group to where its first one stands."""
    own = group[order]
    if not (own >= 0).any():
        return order
    place = np.arange(len(order))
    first = np.full(own.max() + 1, len(order))
    np.minimum.at(first, own[own >= 0], place[own >= 0])
    return order[np.argsort(np.where(own >= 0, first[np.maximum(own, 0)], place), kind="stable")]


def _rights(*columns: "NDArray[np.generic]") -> Ints:
    """Number the runs of equal right; those of one number are served in two passes."""
    fresh = np.zeros(len(columns[0]), np.bool_)
    for column in columns:
        fresh[1:] |= column[1:] != column[:-1]
    return np.cumsum(fresh)


def queue_targets(problem: Problem, network: Network) -> Ints:
    """Give the asks that fill stock targets, end items first; their demand column is n_demands + item-location."""
    places = problem.item_locations
    place, at, units = list_targets(problem)
    order = np.lexsort((at, places.key[place], network.level[place]))
    place, at, units = place[order], at[order], units[order]
    same = np.ones(len(order), np.int64)
    numbers = (len(problem.demands.key) + place, place, units, at, NEVER * same, 0 * same, same)
    return stacked(*numbers, 0 * same, -same, 0 * same)


def list_targets(problem: Problem) -> tuple[Ints, Ints, Ints]:
    """Give (item-location, from when on, units more) of all stock targets."""
    places, functions, now = problem.item_locations, problem.step_functions, problem.now
    target = np.maximum(places.safety_stock, places.reorder_level)
    plain = np.flatnonzero((target > 0) & (places.safety_steps < 0))
    parts = [(plain, np.full(len(plain), now), target[plain])]
    for place in np.flatnonzero(places.safety_steps >= 0):
        own = slice(*functions.offset[places.safety_steps[place] : places.safety_steps[place] + 2].tolist())
        start, value = (
            np.maximum(functions.start[own], now),
            np.maximum(functions.value[own], places.reorder_level[place]),
        )
        # Of the steps before now only the last holds.
        passed = max(int(np.searchsorted(functions.start[own], now, "right")) - 1, 0)
        start, value = start[passed:], value[passed:]
        more = np.diff(np.maximum.accumulate(value), prepend=0) if len(value) else value
        rises = np.flatnonzero((more > 0) & (start < problem.horizon_end))
        parts.append((np.full(len(rises), place), start[rises], more[rises]))
    columns = [np.concatenate([part[c] for part in parts]).astype(np.int64) for c in range(3)]
    return columns[0], columns[1], columns[2]


def _open_before(calendars: Calendars) -> Ints:
    """Working seconds of each interval's calendar before that interval."""
    lengths = calendars.end - calendars.start
    total = np.concatenate(([0], np.cumsum(lengths)))
    base = np.repeat(total[calendars.offset[:-1]], np.diff(calendars.offset))
    return np.ascontiguousarray(total[:-1] - base, dtype=np.int64)


def _all_lines(problem: Problem) -> Ints:
    """Give (source, row, component, per, fixed, kept, step, from, to, group, rank, at end, offset) of all lines."""
    bom, sources = problem.bom_lines, problem.sources
    own = stacked(
        bom.source, np.arange(len(bom.source)), bom.component, bom.quantity_per, bom.quantity_fixed,
        PPM - bom.scrap_ppm, bom.operation, bom.effective_from, bom.effective_to, bom.group, bom.rank,
        bom.at_end, bom.offset,
    )  # fmt: skip
    takes = np.flatnonzero((sources.kind == SourceKind.MOVE) | (sources.kind == SourceKind.SUBSTITUTE))
    one = np.ones(len(takes), np.int64)
    moved = stacked(
        takes, -one, sources.origin[takes], sources.origin_per[takes], 0 * one,
        PER_SCALE * one, -one, -NEVER * one, NEVER * one, -one, one, 0 * one, 0 * one,
    )  # fmt: skip
    return np.concatenate((own, moved))


def _find_levels(problem: Problem, *, parents: Ints, lines: Ints) -> tuple[Ints, Ints]:
    """Find the sources that close a circle, and the low-level code of each item-location without them.

    A make source inside a circle is cut. Lanes both ways are legal, since a journey takes time; one without lead
    time inside a circle is cut as well.
    """
    n, children, sources = len(problem.item_locations.key), lines[:, 2], problem.sources
    group = _circles(n, parents, children)
    inside = (group[parents] == group[children]) & (parents != children) | (parents == children)
    timeless = (sources.kind[lines[:, 0]] == SourceKind.MAKE) | (sources.lead_time[lines[:, 0]] == 0)
    circles = np.unique(lines[inside & (timeless | (parents == children)), 0])
    rest = ~np.isin(lines[:, 0], circles)
    group = _circles(n, parents[rest], children[rest])
    return circles, _levels(group, parents[rest], children[rest])


def _circles(n: int, parents: Ints, children: Ints) -> Ints:
    graph = coo_array((np.ones(len(parents), np.int8), (parents, children)), shape=(n, n)).tocsr()
    return np.asarray(connected_components(graph, directed=True, connection="strong")[1], np.int64)


def _levels(group: Ints, parents: Ints, children: Ints) -> Ints:
    """Longest way down from an end item, over groups of item-locations that feed each other."""
    above, below = group[parents], group[children]
    above, below = above[above != below], below[above != below]
    level = np.zeros(group.max(initial=0) + 1, np.int64)
    while True:
        deeper = level.copy()
        np.maximum.at(deeper, below, level[above] + 1)
        if (deeper == level).all():
            return level[group]
        level = deeper


def _source_rows(problem: Problem, order: Ints) -> Ints:
    s = problem.sources
    zero = np.zeros(len(order), np.int64)
    rows = stacked(
        s.item_location[order], order, s.lead_time[order], s.calendar[order], zero, s.minimum[order],
        s.multiple[order], s.maximum[order], s.limit[order], s.effective_from[order], s.effective_to[order],
        s.yield_ppm[order], zero, zero, zero, zero, s.output_fixed[order], s.posttime[order], zero, zero, zero,
        np.rint(s.weight[order] * PPM), s.kind[order], zero, zero,
    )  # fmt: skip
    assert rows.shape[1] == SOURCE_COLUMNS
    return rows


def _step_rows(problem: Problem, position: Ints, rows: Ints) -> tuple[Ints, NDArray[np.float64], Ints]:
    """Sort the operations by source and sequence; write where each source's begin and end, and their rests."""
    o = problem.operations
    owner = position[o.source]
    order = np.lexsort((o.calendar, o.unit_seconds, o.fixed_seconds, o.sequence, owner))
    order = order[owner[order] >= 0]
    step_position = np.full(len(o.source), -1, np.int64)
    step_position[order] = np.arange(len(order))
    bounds = np.searchsorted(owner[order], np.arange(len(rows) + 1))
    rows[:, S_FIRST_STEP], rows[:, S_END_STEP] = bounds[:-1], bounds[1:]
    zero = np.zeros(len(order), np.int64)
    np.add.at(rows[:, S_POST], owner[order], o.posttime[order])
    steps = stacked(o.fixed_seconds[order], o.calendar[order], zero, zero, order)
    assert steps.shape[1] == STEP_COLUMNS
    return steps, np.ascontiguousarray(o.unit_seconds[order]), step_position


def _line_rows(problem: Problem, lines: Ints, position: Ints, step_position: Ints, rows: Ints) -> Ints:
    """Sort the lines by source, group of alternates, rank and component; number groups and alternates."""
    owner, row, component, per, fixed, kept, step, since, until, group, rank, at_end, offset = lines.T
    owner = position[owner]
    key = problem.item_locations.key[component]
    at_step = np.where(step >= 0, step_position[np.maximum(step, 0)], -1) if len(step_position) else step
    order = np.lexsort((until, since, at_step, kept, fixed, per, key, rank, group, owner))
    order = order[owner[order] >= 0]
    bounds = np.searchsorted(owner[order], np.arange(len(rows) + 1))
    rows[:, S_FIRST_LINE], rows[:, S_END_LINE] = bounds[:-1], bounds[1:]
    own, grouped = owner[order], group[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (own[1:] != own[:-1]) | (grouped[1:] != grouped[:-1]) | (grouped[1:] < 0)
    bit = np.where(grouped >= 0, np.arange(len(order)) - bounds[own] - _count_single(own, grouped, len(rows))[own], -1)
    if (bit >= _MOST_ALTERNATES).any():
        bad = int(row[order][np.argmax(bit)])
        raise InvalidProblem("BomLines", "group", bad, f"its source has over {_MOST_ALTERNATES} alternate lines")
    table = stacked(
        component[order], per[order], fixed[order], kept[order], at_step[order],
        since[order], until[order], np.cumsum(fresh), bit, row[order], at_end[order], offset[order],
    )  # fmt: skip
    assert table.shape[1] == LINE_COLUMNS
    return table


def _co_product_rows(problem: Problem, position: Ints, step_position: Ints, rows: Ints) -> Ints:
    """Sort the co-products by source; write where each source's begin and end."""
    c = problem.co_products
    owner = position[c.source]
    order = np.lexsort((c.effective_from, problem.item_locations.key[c.item_location], owner))
    order = order[owner[order] >= 0]
    bounds = np.searchsorted(owner[order], np.arange(len(rows) + 1))
    rows[:, S_FIRST_CO], rows[:, S_END_CO] = bounds[:-1], bounds[1:]
    step = c.operation[order]
    at_step = np.where(step >= 0, step_position[np.maximum(step, 0)], -1) if len(step_position) else step
    table = stacked(
        c.item_location[order], c.quantity_per[order], c.quantity_fixed[order], at_step,
        c.effective_from[order], c.effective_to[order], order,
    )  # fmt: skip
    assert table.shape[1] == CO_COLUMNS
    return table


def _count_single(own: Ints, grouped: Ints, n: int) -> Ints:
    """Count the lines of each source that have no alternate; they stand before those that have."""
    return np.bincount(own[grouped < 0], minlength=n).astype(np.int64)
