"""Tie each unit of supply to its consumer, and say for whom in the end each planned unit is there."""

import numpy as np
from numba import types

from rantai_engines.planning._capacity import amount
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    INT,
    K_FROM,
    K_PLACE,
    K_ROW,
    K_STEP,
    K_TO,
    L_BIT,
    L_FROM,
    L_PLACE,
    L_ROW,
    L_TO,
    N_END,
    N_LOAD,
    N_START,
    N_STEP,
    NET,
    O_RESOURCE,
    P_ALTERNATES,
    P_END,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    ROW,
    S_END_CO,
    S_END_LINE,
    S_END_STEP,
    S_FIRST_CO,
    S_FIRST_LINE,
    S_FIRST_STEP,
    S_FIXED,
    S_MAXIMUM,
    T_ROW,
    TABLE,
    Ints,
    Net,
)
from rantai_engines.planning._lots import component_need
from rantai_engines.planning._outputs import co_product_units
from rantai_engines.planning._placing import started_units, step_end, step_start, taken_at


@compiled(types.boolean(NET, TABLE, INT, INT))
def _may_merge(net: Net, orders: Ints, one: int, other: int) -> bool:
    """Say whether two orders may be one: same source, end and alternates, fixed time, and the same components."""
    source = orders[one, P_SOURCE]
    if orders[one, P_RUNS] > 0 or orders[other, P_RUNS] > 0 or net.sources[source, S_FIXED] > 0:
        return False
    if net.sources[source, S_END_CO] > net.sources[source, S_FIRST_CO]:
        return False
    for column in (P_SOURCE, P_END, P_ALTERNATES):
        if orders[one, column] != orders[other, column]:
            return False
    units, more, maximum = orders[one, P_QUANTITY], orders[other, P_QUANTITY], net.sources[source, S_MAXIMUM]
    both = units + more
    if 0 < maximum < both:
        return False
    for step in range(net.sources[source, S_FIRST_STEP], net.sources[source, S_END_STEP]):
        if net.unit_seconds[step] > 0.0:
            return False
    for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
        apart = component_need(net, source, line, units) + component_need(net, source, line, more)
        if component_need(net, source, line, both) != apart:
            return False
    return True


@compiled(INT(NET, TABLE))
def merge_orders(net: Net, orders: Ints) -> int:
    """Merge neighbours of ``orders`` (sorted by source, end, alternates) in place; give how many are left."""
    n = 0
    for k in range(len(orders)):
        if n > 0 and _may_merge(net, orders, n - 1, k):
            orders[n - 1, P_QUANTITY] += orders[k, P_QUANTITY]
        else:
            for column in range(orders.shape[1]):
                orders[n, column] = orders[k, column]
            n += 1
    return n


@compiled(types.void(NET, TABLE, TABLE, ROW))
def write_starts(net: Net, orders: Ints, runs: Ints, start: Ints) -> None:
    """Write when each order starts: where nothing limits it, as late as it can."""
    for k in range(len(orders)):
        start[k] = step_start(
            net, runs, orders[k, P_SOURCE], orders[k, P_END], orders[k, P_QUANTITY],
            orders[k, P_RUN], orders[k, P_RUNS], -1,
        )  # fmt: skip


@compiled(INT(NET, TABLE, TABLE, TABLE))
def write_consumption(net: Net, orders: Ints, runs: Ints, out: Ints) -> int:
    """Write (order, line row, item-location, time, quantity) of all that orders take; give how many rows that is."""
    n = 0
    for k in range(len(orders)):
        source, end, lot = orders[k, P_SOURCE], orders[k, P_END], orders[k, P_QUANTITY]
        for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
            bit = net.lines[line, L_BIT]
            if bit >= 0 and (orders[k, P_ALTERNATES] >> bit) & 1 == 0:
                continue
            at = taken_at(net, runs, source, end, lot, orders[k, P_RUN], orders[k, P_RUNS], line)
            if at < net.lines[line, L_FROM] or at >= net.lines[line, L_TO]:
                continue
            need = component_need(net, source, line, lot)
            if need == 0:
                continue
            out[n, 0], out[n, 1], out[n, 2] = k, net.lines[line, L_ROW], net.lines[line, L_PLACE]
            out[n, 3], out[n, 4] = at, need
            n += 1
    return n


@compiled(INT(TABLE, TABLE, ROW, ROW, TABLE))
def write_pegs(supplies: Ints, needs: Ints, left: Ints, stack: Ints, out: Ints) -> int:
    """Give each need the latest supplies in time, later needs last; rows are (place, time, quantity), sorted.

    ``left`` (n_supplies): the units of each supply, which are used up. ``stack`` (n_supplies) is scratch.
    ``out`` (n_supplies + n_needs, 3) takes (supply row, need row, quantity). Early units stay for whom they alone can
    serve; since a unit that is there stays usable for every later need, any choice among those there is feasible.
    """
    n, s, top = 0, 0, 0
    for k in range(len(needs)):
        place, at, want = needs[k, 0], needs[k, 1], needs[k, 2]
        if k == 0 or needs[k - 1, 0] != place:
            top = 0
        while s < len(supplies) and supplies[s, 0] < place:
            s += 1
        while s < len(supplies) and supplies[s, 0] == place and supplies[s, 1] <= at:
            stack[top] = s
            top += 1
            s += 1
        while want > 0 and top > 0:
            supply = stack[top - 1]
            units = min(want, left[supply])
            if units > 0:
                out[n, 0], out[n, 1], out[n, 2] = supply, k, units
                n += 1
            want -= units
            left[supply] -= units
            if left[supply] == 0:
                top -= 1
    return n


@compiled(INT(TABLE, INT, INT))
def _gather(out: Ints, begin: int, end: int) -> int:
    """Sort rows begin:end by code and add up equal ones; give the new end."""
    if end - begin < 2:
        return end
    gap = 1
    while 3 * gap + 1 < end - begin:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(begin + gap, end):
            code, units, j = out[k, 0], out[k, 1], k
            while j - gap >= begin and out[j - gap, 0] > code:
                out[j, 0], out[j, 1] = out[j - gap, 0], out[j - gap, 1]
                j -= gap
            out[j, 0], out[j, 1] = code, units
        gap //= 3
    n = begin + 1
    for k in range(begin + 1, end):
        if out[n - 1, 0] == out[k, 0]:
            out[n - 1, 1] += out[k, 1]
        else:
            out[n, 0], out[n, 1] = out[k, 0], out[k, 1]
            n += 1
    return n


@compiled(INT(ROW, ROW, ROW, TABLE, ROW, ROW, TABLE))
def write_reasons(
    sequence: Ints, quantity: Ints, peg_offset: Ints, pegs: Ints, rest_code: Ints, first: Ints, out: Ints
) -> int:
    """Write for each order its final reasons; give the rows used, or -1 when ``out`` is too short.

    sequence (n_orders): consumers before suppliers. peg_offset, pegs (consumer order or -1, reason code, units): what
    each order's units go to. rest_code: the code of units nobody takes. first (2 × n_orders): ``first[o]`` and
    ``first[n_orders + o]`` become the range of order o in ``out`` (code, units), codes rising.
    """
    n, orders = 0, len(sequence)
    for o in sequence:
        begin, rest = n, quantity[o]
        for p in range(peg_offset[o], peg_offset[o + 1]):
            consumer, units = pegs[p, 0], pegs[p, 2]
            rest -= units
            if consumer < 0:
                if n == len(out):
                    return -1
                out[n, 0], out[n, 1] = pegs[p, 1], units
                n += 1
                continue
            given, passed = 0, 0
            for r in range(first[consumer], first[orders + consumer]):
                if n == len(out):
                    return -1
                passed += out[r, 1]
                upto = int(np.rint(units * (passed / quantity[consumer])))
                if passed == quantity[consumer]:
                    upto = units
                if upto > given:
                    out[n, 0], out[n, 1] = out[r, 0], upto - given
                    n += 1
                    given = upto
        if rest > 0:
            if n == len(out):
                return -1
            out[n, 0], out[n, 1] = rest_code[o], rest
            n += 1
        n = _gather(out, begin, n)
        first[o], first[orders + o] = begin, n
    return n


@compiled(INT(NET, TABLE, TABLE, TABLE))
def write_co_products(net: Net, orders: Ints, runs: Ints, out: Ints) -> int:
    """Write (order, row, item-location, time, quantity) of what orders give besides; give how many rows that is."""
    n = 0
    for k in range(len(orders)):
        source, end, lot = orders[k, P_SOURCE], orders[k, P_END], orders[k, P_QUANTITY]
        for row in range(net.sources[source, S_FIRST_CO], net.sources[source, S_END_CO]):
            step = net.co_products[row, K_STEP]
            at = step_end(net, runs, source, end, lot, orders[k, P_RUN], orders[k, P_RUNS], step)
            units = co_product_units(net, source, row, lot)
            if units > 0 and net.co_products[row, K_FROM] <= at < net.co_products[row, K_TO]:
                out[n, 0], out[n, 1], out[n, 2] = k, net.co_products[row, K_ROW], net.co_products[row, K_PLACE]
                out[n, 3], out[n, 4] = at, units
                n += 1
    return n


@compiled(INT(NET, TABLE, TABLE, TABLE))
def write_runs(net: Net, orders: Ints, runs: Ints, out: Ints) -> int:
    """Write (order, operation, resource or -1, start, end, quantity) of the steps of limited orders, in sequence."""
    n = 0
    for k in range(len(orders)):
        for j in range(orders[k, P_RUNS]):
            row = orders[k, P_RUN] + orders[k, P_RUNS] - 1 - j
            load = runs[row, N_LOAD]
            out[n, 0], out[n, 1], out[n, 2] = k, net.steps[runs[row, N_STEP], T_ROW], -1
            out[n, 3], out[n, 4], out[n, 5] = runs[row, N_START], runs[row, N_END], 0
            if load >= 0:
                started = started_units(net, orders[k, P_SOURCE], orders[k, P_QUANTITY])
                out[n, 2], out[n, 5] = net.loads[load, O_RESOURCE], amount(net, load, started)
            n += 1
    return n
