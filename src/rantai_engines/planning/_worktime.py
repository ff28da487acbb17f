"""Advance and go back in the working time of calendars, and through a source's steps."""

import numpy as np
from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    EARLIEST,
    INT,
    NET,
    NOW,
    ROW,
    S_CALENDAR,
    S_END_STEP,
    S_FIRST_STEP,
    S_FIXED,
    S_LEAD,
    S_WALL,
    S_YIELD,
    T_CALENDAR,
    T_FIXED,
    Ints,
    Net,
)
from rantai_engines.planning.problem import PPM, UNIT
from rantai_engines.planning.tables import NEVER


@short(INT(ROW, INT, INT, INT))
def first_at_least(rows: Ints, first: int, end: int, value: int) -> int:
    """Give the first of rows first:end that is not below ``value``, ``end`` when there is none."""
    low, high = first, end
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@short(INT(NET, INT, INT))
def worked_until(net: Net, calendar: int, t: int) -> int:
    """Count the calendar's working seconds before ``t``."""
    first, end = net.calendar_offset[calendar], net.calendar_offset[calendar + 1]
    i = first_at_least(net.open_start, first, end, t + 1) - 1
    if i < first:
        return 0
    return int(net.open_before[i] + min(t, net.open_end[i]) - net.open_start[i])


@short(INT(NET, INT, INT, INT))
def advance(net: Net, calendar: int, t: int, seconds: int) -> int:
    """Give the first instant at which ``seconds`` of work begun at ``t`` are done, NEVER when the calendar ends."""
    if seconds == 0 or t >= NEVER:
        return min(t, NEVER)
    if calendar < 0:
        return min(t + seconds, NEVER)
    done = worked_until(net, calendar, t) + seconds
    first, end = net.calendar_offset[calendar], net.calendar_offset[calendar + 1]
    i = first_at_least(net.open_before, first, end, done) - 1
    if i < first:
        return NEVER
    at = net.open_start[i] + done - net.open_before[i]
    return int(at) if at <= net.open_end[i] else NEVER


@short(INT(NET, INT, INT, INT))
def go_back(net: Net, calendar: int, t: int, seconds: int) -> int:
    """Give the last instant at which ``seconds`` of work must begin to be done by ``t``, -NEVER before the calendar."""
    if seconds == 0 or t <= -NEVER:
        return max(t, -NEVER)
    if calendar < 0:
        return max(t - seconds, -NEVER)
    left = worked_until(net, calendar, t) - seconds
    if left < 0:
        return -NEVER
    first, end = net.calendar_offset[calendar], net.calendar_offset[calendar + 1]
    i = first_at_least(net.open_before, first, end, left + 1) - 1
    return int(net.open_start[i] + left - net.open_before[i])


@short(INT(NET, INT, INT, INT))
def step_seconds(net: Net, source: int, step: int, quantity: int) -> int:
    """Give the working time of a step for that much good output, halves of a second rounded down."""
    seconds = int(net.steps[step, T_FIXED])
    per_unit = net.unit_seconds[step]
    if per_unit > 0.0:
        started = max(quantity - net.sources[source, S_FIXED], 0) * (PPM / net.sources[source, S_YIELD])
        seconds += int(min(np.ceil(started * per_unit / UNIT - 0.5), 1e17))
    return seconds


@compiled(INT(NET, INT, INT))
def end_at_work(net: Net, calendar: int, worked: int) -> int:
    """Give the first instant by which a calendar has worked so many seconds, NEVER after its end."""
    first, end = net.calendar_offset[calendar], net.calendar_offset[calendar + 1]
    i = max(first_at_least(net.open_before, first, end, worked) - 1, first)
    if i >= end:
        return NEVER
    at = net.open_start[i] + worked - net.open_before[i]
    return int(at) if at <= net.open_end[i] else NEVER


@compiled(INT(NET, INT, INT))
def start_at_work(net: Net, calendar: int, worked: int) -> int:
    """Give the instant at which the second after so many worked ones begins, NEVER after the calendar's end."""
    first, end = net.calendar_offset[calendar], net.calendar_offset[calendar + 1]
    i = first_at_least(net.open_before, first, end, worked + 1) - 1
    if i < first:
        return NEVER
    at = net.open_start[i] + worked - net.open_before[i]
    return int(at) if at < net.open_end[i] else NEVER


@short(INT(NET, INT))
def wall_of(net: Net, source: int) -> int:
    """Give the instant before which no order of a source begins."""
    return int(max(net.sources[source, S_WALL], net.clock[EARLIEST]))


@compiled(INT(NET, INT, INT, INT, INT))
def start_for(net: Net, source: int, end: int, quantity: int, step: int) -> int:
    """Give when ``step`` (-1: the order) must start at the latest so that the order ends at ``end``."""
    t = go_back(net, net.sources[source, S_CALENDAR], end, net.sources[source, S_LEAD])
    first = max(step, net.sources[source, S_FIRST_STEP])
    for k in range(net.sources[source, S_END_STEP] - 1, first - 1, -1):
        t = go_back(net, net.steps[k, T_CALENDAR], t, step_seconds(net, source, k, quantity))
    return t


@compiled(INT(NET, INT, INT, INT, INT))
def end_from(net: Net, source: int, start: int, quantity: int, step: int) -> int:
    """Give when the order ends if ``step`` (-1: the order) starts at ``start``."""
    t = start
    for k in range(max(step, net.sources[source, S_FIRST_STEP]), net.sources[source, S_END_STEP]):
        t = advance(net, net.steps[k, T_CALENDAR], t, step_seconds(net, source, k, quantity))
    return advance(net, net.sources[source, S_CALENDAR], t, net.sources[source, S_LEAD])


@compiled(types.void(NET, ROW))
def set_walls(net: Net, fence: Ints) -> None:
    """Write each source's earliest start: now, advanced (or gone back) by its fence in its working time."""
    for s in range(len(fence)):
        calendar = net.sources[s, S_CALENDAR]
        if fence[s] >= 0:
            net.sources[s, S_WALL] = advance(net, calendar, net.clock[NOW], fence[s])
        else:
            net.sources[s, S_WALL] = go_back(net, calendar, net.clock[NOW], -fence[s])
