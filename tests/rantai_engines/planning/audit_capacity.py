"""Check a finite plan's use of resources, from the problem and the plan alone: no line of the planner is used here."""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rantai_engines.planning.problem import PPM, UNIT, Problem, ResourceKind
from rantai_engines.planning.solution import Solution

Interval = tuple[int, int]


def audit_capacity(problem: Problem, solution: Solution) -> None:
    """Assert that nothing runs beyond a resource, that every step runs, as long as it must and after its set-up."""
    _audit_load(problem, solution)
    _audit_buckets(problem, solution)
    _audit_steps(problem, solution)
    _audit_lengths(problem, solution)


def _audit_load(problem: Problem, solution: Solution) -> None:
    """At every instant what runs on a finite resource is at most its maximum."""
    runs, taken = solution.runs, problem.occupations
    changes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for resource, start, end, quantity in zip(runs.resource, runs.start, runs.end, runs.quantity, strict=True):
        if resource >= 0 and end > start:
            changes[int(resource)][int(start)] += int(quantity)
            changes[int(resource)][int(end)] -= int(quantity)
    for resource in list(changes):
        if problem.resources.kind[resource] != ResourceKind.FINITE:
            continue
        planned = changes[resource]
        known: dict[int, int] = defaultdict(int)
        for row in np.flatnonzero(taken.resource == resource):
            if taken.end[row] > taken.start[row]:
                known[int(taken.start[row])] += int(taken.quantity[row])
                known[int(taken.end[row])] -= int(taken.quantity[row])
        steps = _maximum_steps(problem, resource)
        own = others = 0
        for at in sorted({*planned, *known, *(time for time, _ in steps)}):
            own += planned.get(at, 0)
            others += known.get(at, 0)
            most = _value(steps, at)
            assert own == 0 or own + others <= most, f"resource {resource} carries {own}+{others} of {most} at {at}"


def _audit_buckets(problem: Problem, solution: Solution) -> None:
    runs = solution.runs
    for resource in np.flatnonzero(problem.resources.kind == ResourceKind.BUCKET):
        steps = _maximum_steps(problem, int(resource))
        used: dict[int, int] = defaultdict(int)
        for row in np.flatnonzero(runs.resource == resource):
            load = _load_of(problem, int(runs.operation[row]), int(resource))
            length = int(runs.end[row]) - int(runs.start[row])
            at = int(runs.start[row]) + length * int(problem.loads.point_ppm[load]) // PPM
            before = [k for k, (time, _) in enumerate(steps) if time <= at]
            assert before, f"resource {resource} is used before its first bucket"
            used[before[-1]] += int(runs.quantity[row])
        for bucket, quantity in used.items():
            assert quantity <= steps[bucket][1], f"bucket {bucket} of {resource} holds {quantity}"


def _load_of(problem: Problem, operation: int, resource: int) -> int:
    return int(np.flatnonzero((problem.loads.operation == operation) & (problem.loads.resource == resource))[0])


def _audit_steps(problem: Problem, solution: Solution) -> None:
    """Every step of an order that loads something runs once on each of its loads, in the order of the routing."""
    operations, loads, runs, orders = problem.operations, problem.loads, solution.runs, solution.orders
    finite = problem.resources.kind != ResourceKind.INFINITE
    own: dict[int, list[int]] = defaultdict(list)
    for row, order in enumerate(runs.order):
        own[int(order)].append(row)
    for order in range(len(orders.source)):
        source = int(orders.source[order])
        rows = sorted(own[order], key=lambda row: (int(operations.sequence[runs.operation[row]]), int(runs.start[row])))
        needed = [int(o) for o in np.flatnonzero(operations.source == source)]
        if any(finite[loads.resource[loads.operation == o]].any() for o in needed):
            assert {int(runs.operation[row]) for row in rows} == set(needed), f"order {order} lacks a step"
        ends: dict[int, int] = defaultdict(int)
        for row in rows:
            sequence = int(operations.sequence[runs.operation[row]])
            before = max((end for number, end in ends.items() if number < sequence), default=-(1 << 60))
            assert runs.start[row] >= before, f"order {order}: a step starts before the one before it ends"
            assert orders.start[order] <= runs.start[row] <= runs.end[row] <= orders.end[order]
            ends[sequence] = max(ends[sequence], int(runs.end[row]))
        for operation in {int(runs.operation[row]) for row in rows}:
            _audit_step(problem, solution, [row for row in rows if runs.operation[row] == operation], operation)


def _audit_step(problem: Problem, solution: Solution, rows: list[int], operation: int) -> None:
    """One step has one run for each load or group of alternates, all at one time."""
    loads, runs = problem.loads, solution.runs
    spans = {
        (int(runs.start[row]), int(runs.end[row]))
        for row in rows
        if runs.resource[row] < 0 or not loads.is_held[_load_of(problem, operation, int(runs.resource[row]))]
    }
    assert len(spans) <= 1
    used = {int(runs.resource[row]) for row in rows} - {-1}
    own = np.flatnonzero(loads.operation == operation)
    choices: dict[int, list[int]] = defaultdict(list)
    for load in own:
        group = int(loads.group[load])
        choices[group if group >= 0 else -2 - int(load)].append(int(load))
    start = int(runs.start[rows[0]])
    for options in choices.values():
        able = [k for k in options if loads.effective_from[k] <= start < loads.effective_to[k]]
        limiting = [k for k in able if problem.resources.kind[loads.resource[k]] != ResourceKind.INFINITE]
        if limiting and len(limiting) == len(able):
            assert used & {int(loads.resource[k]) for k in able}, f"operation {operation}: a load is missing"
    assert used <= {int(loads.resource[k]) for k in own}


def _audit_lengths(problem: Problem, solution: Solution) -> None:
    """A run takes the working time of its step; the set-up that it needs fits behind the run before it."""
    runs, orders, operations, sources = solution.runs, solution.orders, problem.operations, problem.sources
    _audit_setups(problem, solution)
    for row in range(len(runs.order)):
        order, operation = int(runs.order[row]), int(runs.operation[row])
        source = int(orders.source[order])
        proper = int(orders.quantity[order]) - int(sources.output_fixed[source])
        started = -(-proper * PPM // int(sources.yield_ppm[source]))
        length = float(operations.fixed_seconds[operation]) + float(operations.unit_seconds[operation]) * started / UNIT
        step = np.flatnonzero((runs.order == order) & (runs.operation == operation) & (runs.resource >= 0))
        used = [int(runs.resource[other]) for other in step]
        efficiency = min((int(problem.resources.efficiency_ppm[resource]) for resource in used), default=PPM)
        seconds = _half_down(length * PPM / efficiency)
        calendars = [int(operations.calendar[operation]), *(int(problem.resources.calendar[r]) for r in used)]
        worked = worked_between(problem, calendars, int(runs.start[row]), int(runs.end[row]))
        resource = int(runs.resource[row])
        if resource >= 0 and problem.loads.is_held[_load_of(problem, operation, resource)]:
            assert worked >= seconds - 1
            continue
        # A unit in the last place of a float may round a step's half second either way.
        assert abs(worked - seconds) <= 1, f"run {row}: {worked} s worked, {seconds} s needed"


def _audit_setups(problem: Problem, solution: Solution) -> None:
    """On a resource with a matrix, between two runs there is time to change from the state of one to the other."""
    runs, resources, times, taken = solution.runs, problem.resources, problem.setup_times, problem.occupations
    needed = {
        (int(matrix), int(before), int(after)): int(seconds)
        for matrix, before, after, seconds in zip(
            times.matrix, times.from_setup, times.to_setup, times.seconds, strict=True
        )
    }
    least = np.full(len(resources.key), np.iinfo(np.int64).max // 4)
    np.minimum.at(least, problem.loads.resource, problem.loads.quantity)
    np.minimum.at(least, taken.resource, taken.quantity)
    alone = (resources.kind == ResourceKind.FINITE) & (2 * least > resources.maximum)
    for resource in np.flatnonzero((resources.setup_matrix >= 0) & alone):
        state, matrix, free = int(resources.setup[resource]), int(resources.setup_matrix[resource]), problem.now
        events = [
            (int(runs.start[r]), int(runs.end[r]), _setup_of(problem, solution, int(r), int(resource)), True)
            for r in np.flatnonzero(runs.resource == resource)
        ]
        own = np.flatnonzero(taken.resource == resource)
        events += [(int(taken.start[k]), int(taken.end[k]), int(taken.setup[k]), False) for k in own]
        for start, end, setup, is_planned in sorted(events):
            if setup >= 0 and setup != state:
                if is_planned:
                    assert (matrix, state, setup) in needed, f"resource {resource}: no way from {state} to {setup}"
                    seconds = needed[matrix, state, setup]
                    assert start - free >= seconds, f"resource {resource}: {start - free} s for a set-up of {seconds}"
                state = setup
            free = max(free, end)


def _setup_of(problem: Problem, solution: Solution, run: int, resource: int) -> int:
    loads = problem.loads
    rows = np.flatnonzero((loads.operation == solution.runs.operation[run]) & (loads.resource == resource))
    return int(loads.setup[rows[0]])


def worked_between(problem: Problem, calendars: Sequence[int], start: int, end: int) -> int:
    """Count the seconds in which all the calendars are open; -1 is always open."""
    spans: list[Interval] = [(start, end)]
    for calendar in calendars:
        if calendar >= 0:
            c = problem.calendars
            own = range(int(c.offset[calendar]), int(c.offset[calendar + 1]))
            spans = [
                (max(a, int(c.start[k])), min(b, int(c.end[k])))
                for a, b in spans
                for k in own
                if max(a, int(c.start[k])) < min(b, int(c.end[k]))
            ]
    return sum(b - a for a, b in spans)


def _maximum_steps(problem: Problem, resource: int) -> list[tuple[int, int]]:
    function = int(problem.resources.maximum_steps[resource])
    if function < 0:
        return [(-(1 << 60), int(problem.resources.maximum[resource]))]
    f = problem.step_functions
    own = slice(int(f.offset[function]), int(f.offset[function + 1]))
    return [(int(a), int(b)) for a, b in zip(f.start[own], f.value[own], strict=True)]


def _value(steps: list[tuple[int, int]], at: int) -> int:
    return next((value for time, value in reversed(steps) if time <= at), 0)


def _half_down(seconds: float) -> int:
    return math.ceil(seconds - 0.5)
