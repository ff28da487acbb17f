"""Hold the part of a plan that concerns some item-locations; imports no kernel.

Orders are named by their number, which an order keeps as long as it lives; the rest as in ``solution``.
"""

from dataclasses import dataclass

from rantai_engines.planning.solution import (
    Consumption,
    Delays,
    Deliveries,
    Ints,
    Pegs,
    Reasons,
    Runs,
    Shortages,
    StockFills,
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NumberedOrders:
    """Planned orders by number."""

    number: Ints
    source: Ints
    item_location: Ints
    start: Ints
    end: Ints
    quantity: Ints
    status: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PlanPart:
    """What a plan says of ``item_locations``.

    ``orders`` that bring units there, with their ``runs`` and ``reasons`` and the ``consumption`` of what they take;
    ``deliveries``, ``delays`` and ``shortages`` of the demands there, ``stock_fills`` and ``pegs`` there, and by peg
    the item-location of who takes the units (``consumers``). A by-product is pegged under the number of the order
    that gives it.
    """

    item_locations: Ints
    orders: NumberedOrders
    consumption: Consumption
    deliveries: Deliveries
    stock_fills: StockFills
    pegs: Pegs
    consumers: Ints
    reasons: Reasons
    runs: Runs
    delays: Delays
    shortages: Shortages
