"""Answer what can be promised when, from free stock and receipts, and with what confidence.

Cumulative available-to-promise with look-back: a commitment is taken off the latest supply in time, so that early
supply stays free; what is free at an instant is what slots up to it have left. Lines are served in the order of rank
and key, each takes what it is promised, so no unit is promised twice.
"""

from dataclasses import dataclass

import numpy as np

from rantai_engines.planning.tables import NEVER
from rantai_engines.promising._kernels import net_commitments, promise_lines
from rantai_engines.promising.problem import AtpProblem, Floats, Ints, Lateness

_DAY = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """How to promise: nothing to choose yet but whether commitments without a slot are respected."""

    respect_commitments: bool = True


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AtpSolution:
    """What each line can be promised.

    ``promised_at`` (n_lines) instant of the last unit, NEVER where slots do not cover it; ``on_wanted_quantity``
    (n_lines) units at the wanted instant. Slices of line k stand in ``slice_offset[k]:slice_offset[k + 1]`` of
    ``slice_time, slice_quantity``; takes in ``take_offset`` of ``take_slot`` (row of Slots), ``take_quantity``,
    ``take_time`` (instant of delivery). A line that wants all at once and cannot have it takes nothing.
    ``free`` (n_slots) is what each slot has left after the lines and commitments.
    """

    promised_at: Ints
    on_wanted_quantity: Ints
    slice_offset: Ints
    slice_time: Ints
    slice_quantity: Ints
    take_offset: Ints
    take_slot: Ints
    take_quantity: Ints
    take_time: Ints
    free: Ints


_DEFAULTS = Params()


def solve(problem: AtpProblem, *, params: Params = _DEFAULTS, seed: int = 0) -> AtpSolution:
    """Promise every line of a problem (one line is a question, many are an order or a batch).

    Complexity: sorting, then for each line the slots of its item-location.
    """
    del seed
    s, lines, now = problem.slots, problem.lines, problem.now
    order = np.lexsort((s.key, s.time, s.item_location))
    slots = _table(s.item_location[order], np.maximum(s.time[order], now), (s.available - s.promised)[order])
    if params.respect_commitments:
        net_commitments(slots, _sorted_commitments(problem), np.zeros(len(slots), np.int64))
    highest = max(int(s.item_location.max(initial=-1)), int(lines.item_location.max(initial=-1)))
    first = np.searchsorted(slots[:, 0], np.arange(highest + 2)).astype(np.int64)
    queue = np.lexsort((lines.key, lines.rank))
    asked = _table(
        lines.item_location[queue],
        np.maximum(lines.wanted_at[queue], now),
        lines.quantity[queue],
        lines.partial[queue].astype(np.int64),
    )
    answers, takes = _promise(slots, first, asked)
    return _as_solution(problem, slots, order, queue, answers, takes)


def quantile_dates(
    promised_at: Ints, *, source: Ints, lateness: Lateness, levels: tuple[float, ...] = (0.5, 0.8, 0.9)
) -> Ints:
    """Give the instants (n, n_levels) by which deliveries promised at ``promised_at`` come with the given chances.

    Parameters
    ----------
    promised_at, source : (n) instants and rows of ``lateness``; -1 for stock, which is never late.
    levels : chances between 0 and 1.

    Notes
    -----
    The empirical quantile (inverse of the distribution function: the smallest observed lateness that at least the
    share of observations does not exceed), in whole working days, rounded up, and never before the promised instant.
    A source without observations is taken at its word. Fails where the future is unlike the past; few observations
    make high levels equal to the worst seen.

    Source: Hyndman and Fan (1996), "Sample quantiles in statistical packages", definition 1.
    """
    n_sources = len(lateness.offset) - 1
    days = np.zeros((n_sources + 1, len(levels)), np.int64)  # the last row is for stock, index -1
    for row in range(n_sources):
        seen = lateness.days[lateness.offset[row] : lateness.offset[row + 1]]
        if len(seen):
            late: Floats = np.quantile(seen, levels, method="inverted_cdf")
            days[row] = np.maximum(np.ceil(late), 0).astype(np.int64)
    calendar = np.append(lateness.calendar, -1)[source]
    columns = [_add_working_days(promised_at, days[source, k], calendar, lateness) for k in range(len(levels))]
    return np.stack(columns, axis=1) if columns else np.zeros((len(promised_at), 0), np.int64)


def _table(*columns: Ints) -> Ints:
    return np.ascontiguousarray(np.stack([np.asarray(c, np.int64) for c in columns], axis=1))


def _sorted_commitments(problem: AtpProblem) -> Ints:
    c = problem.committed
    table = _table(c.item_location, np.maximum(c.time, problem.now), c.quantity)
    return np.ascontiguousarray(table[np.lexsort((table[:, 1], table[:, 0]))])


def _promise(slots: Ints, first: Ints, asked: Ints) -> tuple[Ints, Ints]:
    """Serve the lines; when more slots are taken than expected, serve them again with room for all."""
    answers, takes = np.zeros((len(asked), 2), np.int64), np.zeros((4 * len(asked) + 64, 4), np.int64)
    untouched = slots.copy()
    n = promise_lines(slots, first, asked, answers, takes)
    if n > len(takes):
        slots[:] = untouched
        takes = np.zeros((n, 4), np.int64)
        promise_lines(slots, first, asked, answers, takes)
    return answers, takes[:n]


def _as_solution(problem: AtpProblem, slots: Ints, order: Ints, queue: Ints, answers: Ints, takes: Ints) -> AtpSolution:
    n = len(problem.lines.key)
    promised_at, on_wanted = np.full(n, NEVER, np.int64), np.zeros(n, np.int64)
    promised_at[queue], on_wanted[queue] = answers[:, 0], answers[:, 1]
    line = queue[takes[:, 0]]
    by_line = np.lexsort((takes[:, 3], line))
    line, takes = line[by_line], takes[by_line]
    fresh = np.ones(len(takes), np.bool_)
    fresh[1:] = (line[1:] != line[:-1]) | (takes[1:, 3] != takes[:-1, 3])
    number = np.cumsum(fresh) - 1
    slice_quantity = np.zeros(int(fresh.sum()), np.int64)
    np.add.at(slice_quantity, number, takes[:, 2])
    free = np.zeros(len(order), np.int64)
    free[order] = slots[:, 2]
    return AtpSolution(
        promised_at=promised_at,
        on_wanted_quantity=on_wanted,
        slice_offset=np.searchsorted(line[fresh], np.arange(n + 1)).astype(np.int64),
        slice_time=takes[fresh, 3],
        slice_quantity=slice_quantity,
        take_offset=np.searchsorted(line, np.arange(n + 1)).astype(np.int64),
        take_slot=order[takes[:, 1]],
        take_quantity=takes[:, 2].copy(),
        take_time=takes[:, 3].copy(),
        free=free,
    )


def _add_working_days(at: Ints, days: Ints, calendar: Ints, lateness: Lateness) -> Ints:
    """Move instants by whole working days, keeping the time of day; every day works for calendar -1."""
    moved = np.where((at < NEVER) & (calendar < 0), at + days * _DAY, at)
    for c in np.unique(calendar[(calendar >= 0) & (days > 0) & (at < NEVER)]):
        own = np.flatnonzero((calendar == c) & (days > 0) & (at < NEVER))
        starts = lateness.day_start[lateness.day_offset[c] : lateness.day_offset[c + 1]]
        today = np.searchsorted(starts, at[own], side="right") - 1
        to = today + days[own]
        inside = (to < len(starts)) & (to >= 0)
        since = np.where(today >= 0, at[own] - starts[np.maximum(today, 0)] if len(starts) else 0, 0)
        landed = starts[np.minimum(np.maximum(to, 0), len(starts) - 1)] if len(starts) else at[own]
        moved[own] = np.where(inside, landed + np.minimum(since, _DAY - 1), NEVER)
    return moved
