"""Book what an order gives besides its output, and add up what a tree of orders costs."""

from numba import types

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    C_ORDERS,
    INT,
    K_FIXED,
    K_FROM,
    K_PER,
    K_PLACE,
    K_STEP,
    K_TO,
    NET,
    P_QUANTITY,
    P_SOURCE,
    S_END_CO,
    S_FIRST_CO,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._log import enter
from rantai_engines.planning._lots import ratio_down
from rantai_engines.planning._placing import started_units, step_end
from rantai_engines.planning.problem import PER_SCALE


@compiled(INT(NET, INT, INT, INT))
def co_product_units(net: Net, source: int, row: int, lot: int) -> int:
    """Give the units of a co-product that an order gives (1/10,000)."""
    return ratio_down(started_units(net, source, lot), net.co_products[row, K_PER], PER_SCALE) + int(
        net.co_products[row, K_FIXED]
    )


@compiled(types.void(NET, STATE, INT, INT, INT, INT, INT))
def enter_co_products(net: Net, st: State, source: int, end: int, lot: int, first_run: int, n_runs: int) -> None:
    """Enter and log the co-products of an order where they are effective."""
    for row in range(net.sources[source, S_FIRST_CO], net.sources[source, S_END_CO]):
        at = step_end(net, st.runs, source, end, lot, first_run, n_runs, net.co_products[row, K_STEP])
        if net.co_products[row, K_FROM] <= at < net.co_products[row, K_TO]:
            units = co_product_units(net, source, row, lot)
            if units > 0:
                enter(st, net.co_products[row, K_PLACE], at, units)


@compiled(types.float64(NET, STATE, INT))
def tree_cost(net: Net, st: State, order_mark: int) -> float:
    """Add up what the orders made since the mark cost (currency × 1/10,000)."""
    cost = 0.0
    for k in range(order_mark, st.counters[C_ORDERS]):
        cost += net.unit_cost[st.orders[k, P_SOURCE]] * st.orders[k, P_QUANTITY]
    return cost
