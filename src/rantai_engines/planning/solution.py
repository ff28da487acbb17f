"""Hold a finished plan as flat columns: orders, what they consume, who gets what, and why.

Index columns point into the problem's tables or, for ``order``, into ``Solution.orders``. Quantities, instants and
durations are in the units of ``problem``.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class OrderStatus(IntEnum):
    """Whether a planned order must be released within the release horizon."""

    LATER = 0
    RELEASE_NOW = 1


class SupplyKind(IntEnum):
    """What gives units; the index is an item-location, a receipt, an order or a row of ``co_products``."""

    ON_HAND = 0
    RECEIPT = 1
    ORDER = 2
    CO_PRODUCT = 3


class ConsumerKind(IntEnum):
    """What takes units; the index is a demand, an order or an item-location."""

    DEMAND = 0
    ORDER = 1
    STOCK_TARGET = 2


class ReasonKind(IntEnum):
    """What a unit of an order is there for; the subject is a demand, an item-location, an order, an item-location."""

    DEMAND = 0
    STOCK_TARGET = 1
    LOT = 2
    ORDER_UP_TO = 3


class CauseKind(IntEnum):
    """Why units are late or short: always the leaf of the chain, with its row in ``SUBJECT_TABLE``."""

    NONE = 0
    LEAD_TIME = 1
    NO_SOURCE = 2
    SUPPLIER_MAXIMUM = 3
    EFFECTIVITY = 4
    AWAITS_RECEIPT = 5
    FENCE = 6
    SIZE = 7
    SHIPMENT_RULE = 8
    MAX_LATENESS = 9
    CALENDAR = 10
    CIRCLE = 11
    HORIZON = 12
    DUE_IN_PAST = 13
    CAPACITY = 14


SUBJECT_TABLE = {
    CauseKind.LEAD_TIME: "sources",
    CauseKind.NO_SOURCE: "item_locations",
    CauseKind.SUPPLIER_MAXIMUM: "sources",
    CauseKind.EFFECTIVITY: "sources",
    CauseKind.AWAITS_RECEIPT: "item_locations",
    CauseKind.FENCE: "item_locations",
    CauseKind.SIZE: "sources",
    CauseKind.SHIPMENT_RULE: "demands",
    CauseKind.MAX_LATENESS: "demands",
    CauseKind.CALENDAR: "sources",
    CauseKind.CIRCLE: "item_locations",
    CauseKind.HORIZON: "item_locations",
    CauseKind.DUE_IN_PAST: "demands",
    CauseKind.CAPACITY: "resources",
}


class NoticeKind(IntEnum):
    """A row that was planned around; the subject is a source, a receipt, a demand, an item-location."""

    CIRCLE = 0
    OVERDUE_RECEIPT = 1
    DUE_IN_PAST = 2
    NO_SOURCE = 3


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Orders:
    """Planned orders; ``end`` is when the units are there, ``quantity`` the good output."""

    source: Ints
    item_location: Ints
    start: Ints
    end: Ints
    quantity: Ints
    status: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Consumption:
    """Planned dependent demand: what each order takes, where and when; ``bom_line`` -1 is the origin of a move."""

    order: Ints
    bom_line: Ints
    item_location: Ints
    time: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Deliveries:
    """What each demand gets and when, in slices, sorted by demand and time."""

    demand: Ints
    time: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StockFills:
    """When an item-location's stock target is filled."""

    item_location: Ints
    time: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pegs:
    """Every unit from its supply to its consumer; slack is ``need_time - supply_time`` and never negative."""

    supply_kind: Ints
    supply: Ints
    consumer_kind: Ints
    consumer: Ints
    item_location: Ints
    quantity: Ints
    supply_time: Ints
    need_time: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reasons:
    """For whom, in the end, each unit of an order is there; sorted by order, sums to the order's quantity exactly."""

    order: Ints
    kind: Ints
    subject: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Delays:
    """Open units of a demand moved from ``since`` to ``until`` by one leaf cause."""

    demand: Ints
    quantity: Ints
    since: Ints
    until: Ints
    cause: Ints
    subject: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shortages:
    """Units of a demand that are not given, with the leaf cause; ``until`` is when they could have been, or NEVER."""

    demand: Ints
    quantity: Ints
    cause: Ints
    subject: Ints
    until: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Notices:
    """Rows that were planned around."""

    kind: Ints
    subject: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Runs:
    """When the steps of orders on limited resources run, by order and step; ``resource`` -1: a step without a limit.

    ``operation`` is a row of the problem's operations. ``quantity`` (1/10,000) is what is occupied of the resource; a
    set-up before the run is not part of it.
    """

    order: Ints
    operation: Ints
    resource: Ints
    start: Ints
    end: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CoProducts:
    """What planned orders give besides their output; ``row`` is that of the problem's co-products."""

    order: Ints
    row: Ints
    item_location: Ints
    time: Ints
    quantity: Ints


def _no_runs() -> Runs:
    none = np.zeros(0, np.int64)
    return Runs(order=none, operation=none, resource=none, start=none, end=none, quantity=none)


def _no_co_products() -> CoProducts:
    none = np.zeros(0, np.int64)
    return CoProducts(order=none, row=none, item_location=none, time=none, quantity=none)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Solution:
    """A plan as a value: it can be stored, compared and walked.

    ``delivered`` (n_demands) are the units each demand gets; ``last_delivery`` (n_demands) is the instant of the last
    slice, ``NEVER`` where units are short.
    """

    orders: Orders
    consumption: Consumption
    deliveries: Deliveries
    stock_fills: StockFills
    pegs: Pegs
    reasons: Reasons
    delays: Delays
    shortages: Shortages
    notices: Notices
    delivered: Ints
    last_delivery: Ints
    runs: Runs = field(default_factory=_no_runs)
    co_products: CoProducts = field(default_factory=_no_co_products)
