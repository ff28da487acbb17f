"""Ask a resource for room and take it, whatever the way in which its load is kept.

A load row of ``Net.loads`` names the resource and how much of it. Instants int64 seconds, half-open spans.
"""

from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    BUCKETS,
    COUNTED,
    INT,
    NET,
    NOW,
    O_FROM,
    O_PER,
    O_POINT,
    O_QUANTITY,
    O_RESOURCE,
    O_SETUP,
    O_TO,
    R_CLOCK,
    R_END_BUCKET,
    R_FIRST_BUCKET,
    R_KIND,
    R_MOST,
    SETUPS,
    SINGLE,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._profile import add_span, first_enough, last_below
from rantai_engines.planning._runs import (
    earliest_gap,
    first_run_in,
    last_run_in,
    latest_gap,
    release,
    reserve,
)
from rantai_engines.planning._setups import (
    earliest_with_setup,
    fit_setup,
    latest_with_setup,
    release_with_setup,
    reserve_with_setup,
)
from rantai_engines.planning._worktime import end_at_work, first_at_least, start_at_work, worked_until
from rantai_engines.planning.tables import NEVER

_PER_SCALE = 1_000_000


@short(types.boolean(NET, INT))
def is_possible(net: Net, load: int) -> bool:
    """Say whether a load may ever run."""
    return bool(net.loads[load, O_QUANTITY] <= net.resources[net.loads[load, O_RESOURCE], R_MOST])


@short(types.boolean(NET, INT, INT))
def is_effective(net: Net, load: int, start: int) -> bool:
    """Say whether a step that starts at ``start`` loads the resource at all."""
    return bool(net.loads[load, O_FROM] <= start < net.loads[load, O_TO])


@short(INT(NET, INT, INT))
def amount(net: Net, load: int, started: int) -> int:
    """Give what an order of so many started units takes of a resource (1/10,000)."""
    if net.loads[load, O_PER] == 0:
        return int(net.loads[load, O_QUANTITY])
    return int(net.loads[load, O_QUANTITY] + started * net.loads[load, O_PER] // _PER_SCALE)


@short(INT(NET, INT, INT))
def clocked(net: Net, resource: int, t: int) -> int:
    """Give an instant as the runs of a resource count it."""
    clock = net.resources[resource, R_CLOCK]
    return worked_until(net, clock, t) if clock >= 0 else t


@short(INT(NET, INT, INT))
def _bucket_at(net: Net, resource: int, t: int) -> int:
    """Give the bucket of an instant, one before the first when it is before all."""
    first, end = net.resources[resource, R_FIRST_BUCKET], net.resources[resource, R_END_BUCKET]
    return first_at_least(net.step_start, first, end, t + 1) - 1


@short(INT(NET, INT, INT, INT))
def _charged_at(net: Net, load: int, start: int, end: int) -> int:
    """Give the instant whose bucket a step fills."""
    return int(start + (end - start) * net.loads[load, O_POINT] // _PER_SCALE)


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT))
def earlier_end(net: Net, st: State, load: int, start: int, end: int, seconds: int, need: int, lowest: int) -> int:
    """Give ``end`` when the load fits from start to end, else the next earlier end worth trying (-NEVER: none).

    ``seconds`` is the least time in one piece, need the amount of a bucket; ends at or before ``lowest`` are useless.
    """
    resource = net.loads[load, O_RESOURCE]
    kind = net.resources[resource, R_KIND]
    if kind == SINGLE:
        clock = net.resources[resource, R_CLOCK]
        if clock >= 0:
            worked = worked_until(net, clock, end)
            at = latest_gap(st, resource, worked, seconds, worked_until(net, clock, lowest))
            return end if at == worked else min(end_at_work(net, clock, at), end - 1)
        if start == end - seconds:
            return latest_gap(st, resource, end, seconds, lowest)
        at = last_run_in(st, resource, start, end)
        return end if at == NEVER else at
    if kind == COUNTED:
        at = last_below(st, len(net.places) + resource, start, end, need)
        return end if at == NEVER else at
    if kind == SETUPS:
        if fit_setup(net, st, resource, start, end, net.loads[load, O_SETUP], net.clock[NOW]) >= 0:
            return end
        return latest_with_setup(net, st, resource, end, seconds, net.loads[load, O_SETUP])
    if kind == BUCKETS:
        at, first = _charged_at(net, load, start, end), net.resources[resource, R_FIRST_BUCKET]
        bucket = _bucket_at(net, resource, at)
        if bucket >= first and st.bucket_left[bucket] >= need:
            return end
        while bucket >= first and st.bucket_left[bucket] < need:
            bucket -= 1
        return end - (at - net.step_start[bucket + 1] + 1) if bucket >= first else -NEVER
    return end


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def later_start(net: Net, st: State, load: int, start: int, end: int, seconds: int, need: int) -> int:
    """Give ``start`` when the load fits from start to end, else the next later start worth trying (NEVER: none)."""
    resource = net.loads[load, O_RESOURCE]
    kind = net.resources[resource, R_KIND]
    if kind == SINGLE:
        clock = net.resources[resource, R_CLOCK]
        if clock >= 0:
            worked = worked_until(net, clock, start)
            at = earliest_gap(st, resource, worked, seconds)
            return start if at == worked else max(start_at_work(net, clock, at), start + 1)
        if start == end - seconds:
            return earliest_gap(st, resource, start, seconds)
        at = first_run_in(st, resource, start, end)
        return start if at == -NEVER else at
    if kind == COUNTED:
        at = first_enough(st, len(net.places) + resource, start, end, need)
        return start if at == -NEVER else at
    if kind == SETUPS:
        if fit_setup(net, st, resource, start, end, net.loads[load, O_SETUP], net.clock[NOW]) >= 0:
            return start
        return earliest_with_setup(net, st, resource, start, seconds, net.loads[load, O_SETUP])
    if kind == BUCKETS:
        at, last = _charged_at(net, load, start, end), net.resources[resource, R_END_BUCKET]
        bucket = _bucket_at(net, resource, at)
        if bucket >= net.resources[resource, R_FIRST_BUCKET] and st.bucket_left[bucket] >= need:
            return start
        bucket = max(bucket, net.resources[resource, R_FIRST_BUCKET])
        while bucket < last and st.bucket_left[bucket] < need:
            bucket += 1
        return start + max(net.step_start[bucket] - at, 0) if bucket < last else NEVER
    return start


@compiled(types.boolean(NET, STATE, INT, INT, INT, INT))
def take(net: Net, st: State, load: int, start: int, end: int, need: int) -> bool:
    """Occupy what fits; false when an array is full."""
    resource = net.loads[load, O_RESOURCE]
    kind = net.resources[resource, R_KIND]
    if kind == SINGLE:
        return bool(reserve(st, resource, clocked(net, resource, start), clocked(net, resource, end)))
    if kind == COUNTED:
        return bool(add_span(st, len(net.places) + resource, start, end, -need, 1))
    if kind == SETUPS:
        return bool(reserve_with_setup(net, st, resource, start, end, net.loads[load, O_SETUP]))
    if kind == BUCKETS:
        st.bucket_left[_bucket_at(net, resource, _charged_at(net, load, start, end))] -= need
    return True


@compiled(types.boolean(NET, STATE, INT, INT, INT, INT))
def give_back(net: Net, st: State, load: int, start: int, end: int, need: int) -> bool:
    """Free what was taken; false when an array is full, which cannot be when the last taken is the first freed."""
    resource = net.loads[load, O_RESOURCE]
    kind = net.resources[resource, R_KIND]
    if kind == SINGLE:
        return bool(release(st, resource, clocked(net, resource, start), clocked(net, resource, end)))
    if kind == COUNTED:
        return bool(add_span(st, len(net.places) + resource, start, end, need, -1))
    if kind == SETUPS:
        release_with_setup(net, st, resource, start, end)
    elif kind == BUCKETS:
        st.bucket_left[_bucket_at(net, resource, _charged_at(net, load, start, end))] += need
    return True
