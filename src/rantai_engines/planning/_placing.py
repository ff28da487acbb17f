"""Place the steps of an order on their resources: backward from the asked end, or forward from an instant.

Backward reserves and writes rows of ``State.runs``; forward only looks. Each step goes as late as it can before the
next one; of alternate loads the resource that is free latest (forward: soonest) is taken, by rank among equals.
"""

from numba import types

from rantai_engines.planning._capacity import amount, earlier_end, is_effective, is_possible, later_start, take
from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    BUCKETS,
    C_FULL,
    C_LOG,
    C_RUNS,
    INFINITE,
    INT,
    L_AT_END,
    L_OFFSET,
    L_STEP,
    N_END,
    N_LOAD,
    N_START,
    N_STEP,
    NET,
    NOW,
    O_BY_RANK,
    O_CALENDAR,
    O_GROUP,
    O_HOLDS,
    O_RESOURCE,
    R_EARLY,
    R_EFFICIENCY,
    R_KIND,
    REPLY,
    S_CALENDAR,
    S_END_STEP,
    S_FINITE,
    S_FIRST_STEP,
    S_FIXED,
    S_LEAD,
    S_YIELD,
    STATE,
    T_CALENDAR,
    T_END_LOAD,
    T_FIRST_LOAD,
    TABLE,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._worktime import advance, end_from, go_back, start_for, step_seconds, wall_of
from rantai_engines.planning.problem import PPM
from rantai_engines.planning.tables import NEVER


@short(INT(NET, INT, INT))
def started_units(net: Net, source: int, lot: int) -> int:
    """Give the units that an order of ``lot`` good ones starts (1/10,000)."""
    return int(max(lot - net.sources[source, S_FIXED], 0) * (PPM / net.sources[source, S_YIELD]))


@short(INT(NET, STATE, INT, INT, INT))
def _seconds(net: Net, st: State, base: int, first: int, end: int) -> int:
    """Give the working time of a step on the loads of scratch rows first:end: the least efficient one rules."""
    longest = base
    for row in range(first, end):
        load = st.runs[row, N_LOAD]
        if load >= 0:
            efficiency = net.resources[net.loads[load, O_RESOURCE], R_EFFICIENCY]
            if efficiency != PPM:
                longest = max(longest if row > first else 0, (base * PPM + efficiency - 1) // efficiency)
    return longest


@short(INT(NET, STATE, INT, INT, INT))
def _calendar(net: Net, st: State, step: int, first: int, end: int) -> int:
    """Give the calendar of a step on its loads: that of an alternate where it has one of its own."""
    for row in range(first, end):
        if st.runs[row, N_LOAD] >= 0 and net.loads[st.runs[row, N_LOAD], O_CALENDAR] >= 0:
            return int(net.loads[st.runs[row, N_LOAD], O_CALENDAR])
    return int(net.steps[step, T_CALENDAR])


@compiled(REPLY(NET, STATE, INT, INT, INT, INT, INT, INT, INT))
def _fit_back(
    net: Net, st: State, step: int, base: int, started: int, first: int, end_row: int, until: int, wall: int
) -> tuple[int, int, int, int]:
    """Find the latest span of a step on the loads of rows first:end_row: (1, start, end, -1) or (0, .., resource)."""
    seconds, calendar = _seconds(net, st, base, first, end_row), _calendar(net, st, step, first, end_row)
    end, culprit = until, -1
    while True:
        start = go_back(net, calendar, end, seconds)
        if start < wall:
            return 0, start, end, culprit
        moved = False
        for row in range(first, end_row):
            load = st.runs[row, N_LOAD]
            if load < 0:
                continue
            resource = net.loads[load, O_RESOURCE]
            kind = net.resources[resource, R_KIND]
            # A step without length still fills a bucket.
            if kind == INFINITE or (seconds == 0 and kind != BUCKETS) or not is_effective(net, load, start):
                continue
            if not is_possible(net, load):
                return 0, start, end, resource
            lowest = until - net.resources[resource, R_EARLY]
            if net.loads[load, O_HOLDS] != 0:
                if earlier_end(net, st, load, start, until, seconds, amount(net, load, started), lowest) < until:
                    return 0, start, end, resource
                continue
            earlier = earlier_end(net, st, load, start, end, seconds, amount(net, load, started), lowest)
            if earlier < end:
                end, culprit, moved = earlier, resource, True
                if end <= lowest:
                    return 0, start, end, resource
                break
        if not moved:
            return 1, start, end, -1


@compiled(types.UniTuple(INT, 2)(NET, STATE, INT, INT, INT, INT, INT, INT, INT))
def _fit_forward(
    net: Net, st: State, step: int, base: int, started: int, first: int, end_row: int, since: int, _unused: int
) -> tuple[int, int]:
    """Find the first span of a step from ``since`` on: (start, end), NEVER twice when there is none."""
    seconds, calendar = _seconds(net, st, base, first, end_row), _calendar(net, st, step, first, end_row)
    at = since
    while True:
        end = advance(net, calendar, at, seconds)
        if end >= NEVER:
            return NEVER, NEVER
        start = max(go_back(net, calendar, end, seconds), at)
        moved = False
        for row in range(first, end_row):
            load = st.runs[row, N_LOAD]
            if load < 0:
                continue
            kind = net.resources[net.loads[load, O_RESOURCE], R_KIND]
            if kind == INFINITE or (seconds == 0 and kind != BUCKETS) or not is_effective(net, load, start):
                continue
            if not is_possible(net, load):
                return NEVER, NEVER
            later = later_start(net, st, load, start, end, seconds, amount(net, load, started))
            if later >= NEVER:
                return NEVER, NEVER
            if later > start:
                at, moved = later, True
                break
        if not moved:
            return start, end


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT, INT))
def _choose_loads(
    net: Net, st: State, step: int, base: int, started: int, first: int, limit: int, wall: int, backward: int
) -> int:
    """Write one row in ``State.runs`` from ``first`` on for each load that the step will have; give the end.

    ``limit``: the end to go back from, or the start to go forward from.
    """
    n, load, last = first, net.steps[step, T_FIRST_LOAD], net.steps[step, T_END_LOAD]
    if n + last - load + 2 >= len(st.runs):
        st.counters[C_FULL] = 1
        return n
    if load == last:
        st.runs[n, N_STEP], st.runs[n, N_LOAD] = step, -1
        return n + 1
    while load < last:
        group, best, best_at = net.loads[load, O_GROUP], load, -NEVER
        if group < 0:
            load += 1
        else:
            best = -1
            while load < last and net.loads[load, O_GROUP] == group:
                st.runs[n, N_LOAD] = load
                if backward != 0:
                    fits, start, end, _culprit = _fit_back(net, st, step, base, started, n, n + 1, limit, wall)
                    at = end if fits != 0 else -NEVER
                else:
                    start, end = _fit_forward(net, st, step, base, started, n, n + 1, limit, 0)
                    at = -end
                # Only those are choices that would be loaded then; where none would be, the step goes without.
                is_settled = backward != 0 and best_at > -NEVER and net.loads[best, O_BY_RANK] != 0
                if not is_settled and (best < 0 or at > best_at) and (is_effective(net, load, start) or start >= NEVER):
                    best, best_at = load, at
                load += 1
        st.runs[n, N_STEP], st.runs[n, N_LOAD] = step, best
        n += 1
    return n


@compiled(types.void(NET, STATE, INT, INT, INT, INT, INT, INT))
def _occupy(net: Net, st: State, first: int, end_row: int, start: int, stop: int, until: int, started: int) -> None:
    """Reserve and log a span on the loads of the rows, and write it in them; those not effective then lose theirs.

    What is held is so ``until`` the next step.
    """
    for row in range(first, end_row):
        load = st.runs[row, N_LOAD]
        end = until if load >= 0 and net.loads[load, O_HOLDS] != 0 else stop
        st.runs[row, N_START], st.runs[row, N_END] = start, end
        if load >= 0 and not is_effective(net, load, start):
            st.runs[row, N_LOAD] = -1
            continue
        if load < 0 or net.resources[net.loads[load, O_RESOURCE], R_KIND] == INFINITE:
            continue
        n, need = st.counters[C_LOG], amount(net, load, started)
        if n == len(st.log):
            st.counters[C_FULL] = 1
        if st.counters[C_FULL] != 0 or not take(net, st, load, start, end, need):
            return
        st.log[n, 0], st.log[n, 1], st.log[n, 2], st.log[n, 3] = -1 - load, start, need, end
        st.counters[C_LOG] = n + 1


@compiled(REPLY(NET, STATE, INT, INT, INT))
def place_back(net: Net, st: State, source: int, lot: int, until: int) -> tuple[int, int, int, int]:
    """Place an order so that it ends as late as it can by ``until``: (1, start, end, -1) or (0, .., culprit resource).

    On success its rows are those added to ``State.runs``; otherwise the caller takes back what was reserved.
    """
    t = go_back(net, net.sources[source, S_CALENDAR], until, net.sources[source, S_LEAD])
    started, wall = started_units(net, source, lot), wall_of(net, source)
    first_row, last_end = st.counters[C_RUNS], t
    for step in range(net.sources[source, S_END_STEP] - 1, net.sources[source, S_FIRST_STEP] - 1, -1):
        first, base = st.counters[C_RUNS], step_seconds(net, source, step, lot)
        end_row = _choose_loads(net, st, step, base, started, first, t, wall, 1)
        if st.counters[C_FULL] != 0:
            return 0, t, t, -1
        fits, start, end, culprit = _fit_back(net, st, step, base, started, first, end_row, t, wall)
        if fits == 0:
            st.counters[C_RUNS] = first_row
            return 0, start, end, culprit
        _occupy(net, st, first, end_row, start, end, t, started)
        if st.counters[C_FULL] != 0:
            return 0, t, t, -1
        st.counters[C_RUNS] = end_row
        if step == net.sources[source, S_END_STEP] - 1:
            last_end = end
        t = start
    return 1, t, advance(net, net.sources[source, S_CALENDAR], last_end, net.sources[source, S_LEAD]), -1


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def end_forward(net: Net, st: State, source: int, start: int, lot: int, step: int) -> int:
    """Give when an order would end whose ``step`` (-1: itself) began at ``start`` or as soon after as it can."""
    if start >= NEVER or net.sources[source, S_FINITE] == 0:
        return end_from(net, source, start, lot, step)
    t, started, row = start, started_units(net, source, lot), st.counters[C_RUNS]
    for k in range(max(step, net.sources[source, S_FIRST_STEP]), net.sources[source, S_END_STEP]):
        base = step_seconds(net, source, k, lot)
        end_row = _choose_loads(net, st, k, base, started, row, t, 0, 0)
        if st.counters[C_FULL] != 0:
            return NEVER
        t = _fit_forward(net, st, k, base, started, row, end_row, t, 0)[1]
        if t >= NEVER:
            return NEVER
    return advance(net, net.sources[source, S_CALENDAR], t, net.sources[source, S_LEAD])


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def run_start(net: Net, st: State, source: int, first: int, end: int, lot: int) -> int:
    """Give when the step of runs first:end must start at the latest to end as it does, were the order of ``lot``."""
    step = st.runs[first, N_STEP]
    seconds = _seconds(net, st, step_seconds(net, source, step, lot), first, end)
    return go_back(net, _calendar(net, st, step, first, end), st.runs[first, N_END], seconds)


@compiled(INT(NET, TABLE, INT, INT, INT, INT, INT, INT))
def step_start(net: Net, runs: Ints, source: int, end: int, lot: int, first_run: int, n_runs: int, step: int) -> int:
    """Give when a step (-1: the order) of an order starts."""
    if n_runs == 0:
        return start_for(net, source, end, lot, step)
    if step < 0:
        return int(runs[first_run + n_runs - 1, N_START])
    for row in range(first_run, first_run + n_runs):
        if runs[row, N_STEP] == step:
            return int(runs[row, N_START])
    return end


@compiled(INT(NET, TABLE, INT, INT, INT, INT, INT, INT))
def step_end(net: Net, runs: Ints, source: int, end: int, lot: int, first_run: int, n_runs: int, step: int) -> int:
    """Give when a step (-1: the order) of an order ends."""
    if step < 0:
        return end
    if n_runs == 0:
        if step + 1 < net.sources[source, S_END_STEP]:
            return start_for(net, source, end, lot, step + 1)
        return go_back(net, net.sources[source, S_CALENDAR], end, net.sources[source, S_LEAD])
    for row in range(first_run, first_run + n_runs):
        if runs[row, N_STEP] == step:
            return int(runs[row, N_END])
    return end


@compiled(INT(NET, TABLE, INT, INT, INT, INT, INT, INT))
def taken_at(net: Net, runs: Ints, source: int, end: int, lot: int, first_run: int, n_runs: int, line: int) -> int:
    """Give when an order takes the component of a line, not before now."""
    step = net.lines[line, L_STEP]
    if net.lines[line, L_AT_END] != 0:
        at = step_end(net, runs, source, end, lot, first_run, n_runs, step)
    else:
        at = step_start(net, runs, source, end, lot, first_run, n_runs, step)
    return int(max(at + net.lines[line, L_OFFSET], net.clock[NOW]))
