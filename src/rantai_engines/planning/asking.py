"""State a question about when units could be had, and what the held plan answers; imports no kernel."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.tables import NEVER

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class LeanKind(IntEnum):
    """What an answer leans on: the kinds of ``solution.SupplyKind``, and an order that would be planned for it."""

    ON_HAND = 0
    RECEIPT = 1
    ORDER = 2
    CO_PRODUCT = 3
    NEW_ORDER = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Units that somebody asks a date for, by the rules of a demand: at ``due`` or as soon after as can be.

    ``item_location`` is a row of the problem's item-locations, quantities are 1/10,000, instants seconds.
    """

    item_location: int
    quantity: int
    due: int
    partial: bool = True
    min_shipment: int = 0
    max_lateness: int = NEVER
    keeps: bool = False
    """Nobody's units are taken at the place itself, even where they could be made up by when they are needed."""
    others: tuple[tuple[int, int], ...] = ()
    """Item-locations that would do as well with their due dates, best first: the first in time with everything is
    taken, else the soonest with most."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Slices:
    """Units that a line could have, and when."""

    line: Ints
    time: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NewOrders:
    """Orders that would have to be planned for a line; ``source`` and ``item_location`` are rows of the problem."""

    line: Ints
    source: Ints
    item_location: Ints
    start: Ints
    end: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Leans:
    """Supplies that a line would take from, at any level; ``time`` is when they are there.

    ``kind`` is a ``LeanKind`` and ``supply`` a row of the item-locations (stock, by-product), of the receipts, of the
    sources (of an order that is planned already and ends at ``time``) or of the answer's new orders.
    """

    line: Ints
    kind: Ints
    supply: Ints
    item_location: Ints
    time: Ints
    quantity: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Missing:
    """Units of a line that cannot be had, why, and when they could be if the line's last date allowed it."""

    line: Ints
    quantity: Ints
    cause: Ints
    subject: Ints
    until: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Answers:
    """What the lines of one question could have, together; ``cost`` (n_lines) is that of their new orders.

    ``item_location`` (n_lines) is where each line is had.
    """

    slices: Slices
    orders: NewOrders
    leans: Leans
    shortages: Missing
    cost: Floats
    item_location: Ints
    asks: int = field(default=0)
