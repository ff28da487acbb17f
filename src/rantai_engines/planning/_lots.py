"""Size one order of a source and what it needs of a component, exactly, in integers."""

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    INT,
    L_FIXED,
    L_KEPT,
    L_PER,
    NET,
    S_FIXED,
    S_MAXIMUM,
    S_MINIMUM,
    S_MULTIPLE,
    S_PER_UNIT,
    S_YIELD,
    Net,
)
from rantai_engines.planning._worktime import start_for, wall_of
from rantai_engines.planning.problem import PPM
from rantai_engines.planning.tables import NEVER


@short(INT(INT, INT, INT))
def ratio_up(a: int, b: int, c: int) -> int:
    """Give ceil(a × b / c) without overflow on the way, NEVER when the result itself is too large."""
    if float(a) * float(b) / float(c) > 1e18:
        return NEVER
    whole, rest = a // c, a % c
    return whole * b + (rest * b + c - 1) // c


@short(INT(INT, INT, INT))
def ratio_down(a: int, b: int, c: int) -> int:
    """Give floor(a × b / c) without overflow on the way, NEVER when the result itself is too large."""
    if float(a) * float(b) / float(c) > 1e18:
        return NEVER
    whole, rest = a // c, a % c
    return whole * b + (rest * b) // c


@short(INT(NET, INT, INT))
def lot_within(net: Net, source: int, most: int) -> int:
    """Give the largest order of at most ``most`` units, 0 when that is below the minimum."""
    multiple, fixed = net.sources[source, S_MULTIPLE], net.sources[source, S_FIXED]
    lot = (most - fixed) // multiple * multiple if multiple > 0 else most - fixed
    return int(lot + fixed) if lot >= max(net.sources[source, S_MINIMUM], 1 - fixed) else 0


@compiled(INT(NET, INT, INT))
def lot_for(net: Net, source: int, need: int) -> int:
    """Give the smallest order that covers ``need`` (or the largest one allowed), 0 when the sizes allow none."""
    minimum, multiple = net.sources[source, S_MINIMUM], net.sources[source, S_MULTIPLE]
    maximum, fixed = net.sources[source, S_MAXIMUM], net.sources[source, S_FIXED]
    lot = max(need - fixed, minimum)
    if multiple > 0:
        lot = (lot + multiple - 1) // multiple * multiple
    if maximum > 0 and lot > maximum:
        return lot_within(net, source, maximum + fixed)
    return int(lot + fixed)


@compiled(INT(NET, INT, INT))
def half_lot(net: Net, source: int, need: int) -> int:
    """Give half of what is needed, rounded up to the sizes, 0 when half would not be smaller or not take less time."""
    if net.sources[source, S_PER_UNIT] == 0:
        return 0
    whole, half = lot_for(net, source, need), lot_for(net, source, (need + 1) // 2)
    return half if half < whole else 0


@compiled(INT(NET, INT, INT, INT))
def lot_in_time(net: Net, source: int, most: int, end: int) -> int:
    """Give the largest order of at most ``most`` that ends at ``end`` without starting before its wall, 0 for none."""
    step, fixed = max(net.sources[source, S_MULTIPLE], 1), net.sources[source, S_FIXED]
    least = max(step, net.sources[source, S_MINIMUM]) + fixed
    if start_for(net, source, end, least, -1) < wall_of(net, source):
        return 0
    low, high = 0, most
    while low < high:
        middle = low + (high - low + 1) // 2
        if start_for(net, source, end, middle, -1) >= wall_of(net, source):
            low = middle
        else:
            high = middle - 1
    return lot_within(net, source, low)


@short(INT(NET, INT, INT, INT))
def component_need(net: Net, source: int, line: int, lot: int) -> int:
    """Give the component units that an order takes: ceil(started × per ÷ kept share) + fixed."""
    started = ratio_up(max(lot - net.sources[source, S_FIXED], 0), PPM, net.sources[source, S_YIELD])
    need = ratio_up(started, net.lines[line, L_PER], net.lines[line, L_KEPT])
    return int(min(need + net.lines[line, L_FIXED], NEVER))


@compiled(INT(NET, INT, INT, INT))
def lot_from_component(net: Net, source: int, line: int, units: int) -> int:
    """Give the largest order that ``units`` of the component support."""
    left = units - net.lines[line, L_FIXED]
    if left <= 0:
        return 0
    if net.lines[line, L_PER] == 0:
        return NEVER
    started = ratio_down(left, net.lines[line, L_KEPT], net.lines[line, L_PER])
    return ratio_down(min(started, 10**17), net.sources[source, S_YIELD], PPM) + net.sources[source, S_FIXED]
