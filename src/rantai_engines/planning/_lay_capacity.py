"""Lay out what limits: loads by step, resources by how their load is kept, set-up times as squares."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning._layout import (
    BUCKETS,
    COUNTED,
    INFINITE,
    LOAD_COLUMNS,
    O_CALENDAR,
    R_CLOCK,
    R_MOST,
    RESOURCE_COLUMNS,
    SETUPS,
    SINGLE,
    T_CALENDAR,
    T_END_LOAD,
    T_FIRST_LOAD,
    Ints,
)
from rantai_engines.planning.capacity import ResourceKind, SetupTimes, StepFunctions
from rantai_engines.planning.problem import Calendars, Problem
from rantai_engines.planning.tables import NEVER, InvalidProblem


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The kernels' arrays of loads and resources, and the calendars with those that loads added by intersection."""

    loads: Ints
    resources: Ints
    setup_seconds: Ints
    calendars: Calendars


def stacked(*columns: "NDArray[np.generic]") -> Ints:
    """Stack columns into one row-major table."""
    return np.ascontiguousarray(np.stack([np.asarray(c, np.int64) for c in columns], axis=1))


def lay_out_capacity(problem: Problem, *, steps: Ints, step_position: Ints) -> Limits:
    """Group the loads by step (writing the ranges into ``steps``) and say how each resource's load is kept."""
    loads, resources = problem.loads, problem.resources
    owner = step_position[loads.operation]
    order = np.lexsort((resources.key[loads.resource], loads.rank, loads.group, owner))
    kept = (owner >= 0) & _limits(problem, owner)
    order = order[kept[order]]
    bounds = np.searchsorted(owner[order], np.arange(len(steps) + 1))
    steps[:, T_FIRST_LOAD], steps[:, T_END_LOAD] = bounds[:-1], bounds[1:]
    rows = stacked(
        loads.resource[order], loads.quantity[order], loads.quantity_per[order], loads.group[order],
        loads.setup[order], loads.effective_from[order], loads.effective_to[order], np.full(len(order), -1), order,
        loads.by_rank[order], loads.is_held[order], loads.point_ppm[order],
    )  # fmt: skip
    assert rows.shape[1] == LOAD_COLUMNS
    squares, first = _setup_squares(problem.setup_times, resources.setup_matrix, loads.setup)
    calendars = _intersect(problem, rows, owner[order], steps)
    resource_rows = _resource_rows(problem, first)
    resource_rows[:, R_CLOCK] = _clocks(rows, owner[order], steps, len(resources.key))
    return Limits(loads=rows, resources=resource_rows, setup_seconds=squares, calendars=calendars)


def _clocks(loads: Ints, owner: Ints, steps: Ints, n: int) -> Ints:
    """Give for each resource the calendar by which all its loads work, -1 when there are several or none."""
    own = np.where(loads[:, O_CALENDAR] >= 0, loads[:, O_CALENDAR], steps[owner, T_CALENDAR]) if len(loads) else owner
    least, most = np.full(n, NEVER), np.full(n, -1, np.int64)
    np.minimum.at(least, loads[:, 0], own)
    np.maximum.at(most, loads[:, 0], own)
    return np.where(least == most, most, -1)


def _limits(problem: Problem, owner: Ints) -> "NDArray[np.bool_]":
    """Say which loads matter: those of limited resources, and their alternates."""
    loads = problem.loads
    limited = problem.resources.kind[loads.resource] != ResourceKind.INFINITE
    if not (loads.group >= 0).any():
        return limited
    code = owner * (loads.group.max() + 2) + loads.group + 1
    return limited | ((loads.group >= 0) & np.isin(code, code[limited]))


def _resource_rows(problem: Problem, first_square: Ints) -> Ints:
    r, loads = problem.resources, problem.loads
    most, least_load = r.maximum.copy(), np.full(len(r.key), NEVER)
    np.minimum.at(least_load, loads.resource, loads.quantity)
    np.minimum.at(least_load, problem.occupations.resource, problem.occupations.quantity)
    for row in np.flatnonzero(r.maximum_steps >= 0):
        most[row] = _highest(problem.step_functions, r.maximum_steps[row])
    alone = (r.maximum_steps < 0) & (2 * np.minimum(least_load, NEVER // 4) > most)
    alone[loads.resource[loads.is_held | (loads.quantity_per > 0)]] = False
    kind = np.where(alone, SINGLE, COUNTED)
    kind = np.where(alone & (r.setup_matrix >= 0), SETUPS, kind)
    kind = np.where(r.kind == ResourceKind.BUCKET, BUCKETS, np.where(r.kind == ResourceKind.INFINITE, INFINITE, kind))
    bad = (kind == BUCKETS) & (r.maximum_steps < 0)
    if bad.any():
        raise InvalidProblem("Resources", "maximum_steps", int(np.argmax(bad)), "a bucket resource needs its buckets")
    offset, steps = problem.step_functions.offset, np.maximum(r.maximum_steps, 0)
    has = (r.maximum_steps >= 0).astype(np.int64)
    bounds = (offset[steps] * has, offset[np.minimum(steps + 1, len(offset) - 1)] * has)
    square = np.where(r.setup_matrix >= 0, first_square[np.maximum(r.setup_matrix, 0)], 0)
    rows = stacked(kind, r.max_early, square, r.setup, r.efficiency_ppm, *bounds, most, r.key, np.full(len(r.key), -1))
    rows[kind == BUCKETS, R_MOST] = NEVER
    assert rows.shape[1] == RESOURCE_COLUMNS
    return rows


def _highest(functions: StepFunctions, row: int) -> int:
    own = functions.value[functions.offset[row] : functions.offset[row + 1]]
    return int(own.max(initial=0))


def _setup_squares(times: SetupTimes, matrix: Ints, setup: Ints) -> tuple[Ints, Ints]:
    """Write for each matrix its width, then its square of seconds (-1 forbidden); and where each matrix begins."""
    n = int(max(times.matrix.max(initial=-1), matrix.max(initial=-1))) + 1
    size = int(max(times.from_setup.max(initial=-1), times.to_setup.max(initial=-1), setup.max(initial=-1))) + 2
    squares = np.full((max(n, 1), size * size + 1), -1, np.int64)
    squares[:, 0] = size
    squares[times.matrix, 1 + (times.from_setup + 1) * size + times.to_setup + 1] = times.seconds
    return np.ascontiguousarray(squares.ravel()), np.arange(max(n, 1)) * (size * size + 1)


def _intersect(problem: Problem, loads: Ints, owner: Ints, steps: Ints) -> Calendars:
    """Let steps work only when their resources do; an alternate that has its own calendar gets its own intersection."""
    c, own = problem.calendars, problem.resources.calendar
    made: dict[tuple[int, int], int] = {}
    added: list[tuple[Ints, Ints]] = []

    def both(one: int, other: int) -> int:
        if one < 0 or other < 0 or one == other:
            return max(one, other)
        if (one, other) not in made:
            made[one, other] = len(c) + len(added)
            added.append(_common(_spans(c, added, one), _spans(c, added, other)))
        return made[one, other]

    limited = np.flatnonzero(own[loads[:, 0]] >= 0) if len(loads) else np.zeros(0, np.int64)
    for row in limited[loads[limited, 3] < 0]:
        steps[owner[row], T_CALENDAR] = both(int(steps[owner[row], T_CALENDAR]), int(own[loads[row, 0]]))
    for row in limited[loads[limited, 3] >= 0]:
        loads[row, O_CALENDAR] = both(int(steps[owner[row], T_CALENDAR]), int(own[loads[row, 0]]))
    if not added:
        return c
    counts = np.cumsum([len(start) for start, _ in added])
    return Calendars(
        offset=np.concatenate((c.offset, c.offset[-1] + counts)).astype(np.int64),
        start=np.concatenate((c.start, *(start for start, _ in added))),
        end=np.concatenate((c.end, *(end for _, end in added))),
    )


def _spans(calendars: Calendars, added: list[tuple[Ints, Ints]], row: int) -> tuple[Ints, Ints]:
    if row >= len(calendars):
        return added[row - len(calendars)]
    own = slice(calendars.offset[row], calendars.offset[row + 1])
    return calendars.start[own], calendars.end[own]


def _common(one: tuple[Ints, Ints], other: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Give the spans in which both are open."""
    edges = np.unique(np.concatenate((*one, *other)))
    start, end = edges[:-1], edges[1:]
    is_open = np.ones(len(start), np.bool_)
    for opens, closes in (one, other):
        i = np.searchsorted(opens, start, "right") - 1
        is_open &= (i >= 0) & (closes[np.maximum(i, 0)] > start) if len(opens) else False
    return np.ascontiguousarray(start[is_open]), np.ascontiguousarray(end[is_open])
