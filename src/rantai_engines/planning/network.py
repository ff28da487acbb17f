"""Lay a problem out for the kernels: sorted, grouped, circles cut, every demand in its place in the queue."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rantai_engines.planning._layout import (
    ASK_COLUMNS,
    LINE_COLUMNS,
    S_END_LINE,
    S_END_STEP,
    S_FIRST_LINE,
    S_FIRST_STEP,
    SOURCE_COLUMNS,
    Ints,
    Net,
)
from rantai_engines.planning._sorting import stable_order
from rantai_engines.planning._worktime import set_walls
from rantai_engines.planning.problem import PER_SCALE, PPM, Calendars, DemandKind, Problem, SourceKind
from rantai_engines.planning.tables import NEVER, InvalidProblem

#: Alternate lines of one source are remembered in the bits of one integer.
_MOST_ALTERNATES = 62


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The kernels' arrays, the low-level code of each item-location and the sources that were cut out of a circle."""

    net: Net
    level: Ints
    circles: Ints


def lay_out(problem: Problem, *, max_pieces: int) -> Network:
    """Sort and group the tables of a problem; what decides an order is a key, never a row.

    Complexity: one sort of each table.
    """
    places, sources = problem.item_locations, problem.sources
    lines = _all_lines(problem)
    circles, level = _find_levels(problem, parents=sources.item_location[lines[:, 0]], lines=lines)
    kept = np.setdiff1d(np.arange(len(sources.key)), circles)
    by = (sources.key[kept], sources.cost[kept], sources.rank[kept], places.key[sources.item_location[kept]])
    order = kept[np.lexsort(by)]
    position = np.full(len(sources.key), -1, np.int64)
    position[order] = np.arange(len(order))
    rows = _source_rows(problem, order)
    steps, unit_seconds, step_position = _step_rows(problem, position, rows)
    line_rows = _line_rows(problem, lines, position, step_position, rows)
    target = np.maximum(places.safety_stock, places.reorder_level)
    own_key = places.key[sources.item_location[order]]
    bounds = (np.searchsorted(own_key, places.key, "left"), np.searchsorted(own_key, places.key, "right"))
    columns = (np.maximum(places.order_up_to - target, 0) * (places.order_up_to > 0), places.fence_until)
    net = Net(
        clock=np.array([problem.now, problem.horizon_end, max_pieces], np.int64),
        places=_table(*columns, *bounds),
        sources=rows,
        lines=line_rows,
        steps=steps,
        unit_seconds=unit_seconds,
        calendar_offset=np.ascontiguousarray(problem.calendars.offset),
        open_start=np.ascontiguousarray(problem.calendars.start),
        open_end=np.ascontiguousarray(problem.calendars.end),
        open_before=_open_before(problem.calendars),
    )
    set_walls(net, np.ascontiguousarray(sources.fence[order]))
    return Network(net=net, level=level, circles=circles)


def ordered(major: Ints, at: Ints, *, since: int) -> Ints:
    """Give the stable order of rows by ``major`` (0 to 2**29), then by instant from ``since`` on.

    One key of both sorts many times as fast as two keys.
    """
    return stable_order((major << 34) + np.clip(at - since, 0, (1 << 34) - 1))


def queue_demands(problem: Problem, *, promises_first: bool, forecasts_after_orders: bool) -> Ints:
    """Give the asks of all demands, first served first.

    Requirements of open orders, then given promises, then class, kind, date, stake and at last key.
    """
    demands = problem.demands
    is_promised = demands.promised_at < NEVER
    asked_at = np.where(is_promised, demands.promised_at, demands.due)
    kind = demands.kind if forecasts_after_orders else demands.kind * (demands.kind == DemandKind.SAFETY)
    later = ~is_promised if promises_first else np.zeros(len(is_promised), np.bool_)
    needed = (demands.kind != DemandKind.REQUIREMENT).astype(np.int64)
    later = later & (needed == 1)
    order = np.lexsort((demands.key, -demands.stake, asked_at, kind, demands.class_rank, later, needed))
    order = order[demands.quantity[order] > 0]
    latest = np.minimum(demands.due + np.minimum(demands.max_lateness, NEVER), NEVER)
    table = _table(
        order,
        demands.item_location[order],
        demands.quantity[order],
        np.maximum(asked_at[order], problem.now),
        latest[order],
        np.minimum(demands.min_shipment, demands.quantity)[order],
        demands.partial[order].astype(np.int64),
    )
    assert table.shape[1] == ASK_COLUMNS
    return table


def queue_targets(problem: Problem, network: Network) -> Ints:
    """Give the asks that fill stock targets, end items first; their demand column is n_demands + item-location."""
    places = problem.item_locations
    target = np.maximum(places.safety_stock, places.reorder_level)
    wanted = np.flatnonzero(target > 0)
    order = wanted[np.lexsort((places.key[wanted], network.level[wanted]))]
    same = np.ones(len(order), np.int64)
    numbers = (len(problem.demands.key) + order, order, target[order], problem.now * same, NEVER * same, 0 * same, same)
    return _table(*numbers)


def _table(*columns: "NDArray[np.generic]") -> Ints:
    return np.ascontiguousarray(np.stack([np.asarray(c, np.int64) for c in columns], axis=1))


def _open_before(calendars: Calendars) -> Ints:
    """Working seconds of each interval's calendar before that interval."""
    lengths = calendars.end - calendars.start
    total = np.concatenate(([0], np.cumsum(lengths)))
    base = np.repeat(total[calendars.offset[:-1]], np.diff(calendars.offset))
    return np.ascontiguousarray(total[:-1] - base, dtype=np.int64)


def _all_lines(problem: Problem) -> Ints:
    """Give (source, row, component, per, fixed, kept, step, from, to, group, rank) of bills and of origins."""
    bom, sources = problem.bom_lines, problem.sources
    own = _table(
        bom.source, np.arange(len(bom.source)), bom.component, bom.quantity_per, bom.quantity_fixed,
        PPM - bom.scrap_ppm, bom.operation, bom.effective_from, bom.effective_to, bom.group, bom.rank,
    )  # fmt: skip
    takes = np.flatnonzero((sources.kind == SourceKind.MOVE) | (sources.kind == SourceKind.SUBSTITUTE))
    one = np.ones(len(takes), np.int64)
    moved = _table(
        takes, -one, sources.origin[takes], sources.origin_per[takes], 0 * one,
        PER_SCALE * one, -one, -NEVER * one, NEVER * one, -one, one,
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
    rows = _table(
        s.item_location[order], order, s.lead_time[order], s.calendar[order], zero, s.minimum[order],
        s.multiple[order], s.maximum[order], s.limit[order], s.effective_from[order], s.effective_to[order],
        s.yield_ppm[order], zero, zero, zero, zero,
    )  # fmt: skip
    assert rows.shape[1] == SOURCE_COLUMNS
    return rows


def _step_rows(problem: Problem, position: Ints, rows: Ints) -> tuple[Ints, NDArray[np.float64], Ints]:
    """Sort the operations by source and sequence; write where each source's begin and end."""
    o = problem.operations
    owner = position[o.source]
    order = np.lexsort((o.calendar, o.unit_seconds, o.fixed_seconds, o.sequence, owner))
    order = order[owner[order] >= 0]
    step_position = np.full(len(o.source), -1, np.int64)
    step_position[order] = np.arange(len(order))
    bounds = np.searchsorted(owner[order], np.arange(len(rows) + 1))
    rows[:, S_FIRST_STEP], rows[:, S_END_STEP] = bounds[:-1], bounds[1:]
    steps = _table(o.fixed_seconds[order], o.calendar[order])
    return steps, np.ascontiguousarray(o.unit_seconds[order]), step_position


def _line_rows(problem: Problem, lines: Ints, position: Ints, step_position: Ints, rows: Ints) -> Ints:
    """Sort the lines by source, group of alternates, rank and component; number groups and alternates."""
    owner, row, component, per, fixed, kept, step, since, until, group, rank = lines.T
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
    table = _table(
        component[order], per[order], fixed[order], kept[order], at_step[order],
        since[order], until[order], np.cumsum(fresh), bit, row[order],
    )  # fmt: skip
    assert table.shape[1] == LINE_COLUMNS
    return table


def _count_single(own: Ints, grouped: Ints, n: int) -> Ints:
    """Count the lines of each source that have no alternate; they stand before those that have."""
    return np.bincount(own[grouped < 0], minlength=n).astype(np.int64)
