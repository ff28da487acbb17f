"""Answer questions by trials on a laid-down state, which is afterwards what it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rantai_engines.planning._asking import find_leans, list_new, name_leans
from rantai_engines.planning._facts import Facts
from rantai_engines.planning._layout import (
    A_AT,
    A_DEMAND,
    A_DONE,
    A_GROUP,
    A_LATEST,
    A_MIN_SHIPMENT,
    A_PARTIAL,
    A_PLACE,
    A_QUANTITY,
    ASK_COLUMNS,
    C_ASKS,
    C_DELAYS,
    C_DELIVERIES,
    C_FULL,
    C_KEEP,
    C_LOG,
    C_ORDERS,
    C_OWNER,
    C_SHIFTS,
    C_SHORTAGES,
    G_ROWS,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._log import undo
from rantai_engines.planning._loop import LATE, ON_TIME, serve_all
from rantai_engines.planning._state import roomier
from rantai_engines.planning.asking import Answers, LeanKind, Leans, Missing, NewOrders, Slices, Wanted
from rantai_engines.planning.tables import NEVER
from rantai_engines.planning.tables_of_rows import table_of

_MARKS = (C_LOG, C_ORDERS, C_DELIVERIES, C_DELAYS, C_SHORTAGES)
_KEPT = (*_MARKS, C_ASKS, C_OWNER, C_KEEP, C_SHIFTS)
_Rows = list[tuple[int, ...]]


@dataclass(kw_only=True, slots=True)
class _Found:
    """Rows of the tables of an answer."""

    slices: _Rows
    orders: _Rows
    leans: _Rows
    missing: _Rows
    cost: list[float]


def answer(facts: Facts, net: Net, state: State, wanted: Sequence[Wanted]) -> tuple[Answers, State]:
    """Plan the lines one after the other, read what they got, take everything back.

    Gives also the state, which is another object when its arrays had to grow.
    """
    while True:
        before = [int(state.counters[c]) for c in _KEPT]
        marks = _try_all(facts, net, state, wanted)
        if marks:
            break
        _take_back(net, state, before)
        state = roomier(state)
    asks = int(state.counters[C_ASKS]) - before[_KEPT.index(C_ASKS)]
    found, moves, made = _Found(slices=[], orders=[], leans=[], missing=[], cost=[]), [], []
    for line, (mark, after) in enumerate(pairwise(marks)):
        found.slices += [(line, *row) for row in state.deliveries[mark[2] : after[2], 1:3].tolist()]
        found.missing += [(line, *row) for row in state.shortages[mark[4] : after[4], 1:5].tolist()]
        orders = np.empty((after[1] - mark[1], 5), np.int64)
        found.cost.append(float(list_new(net, state, mark[1], after[1], orders)))
        log = state.log[mark[0] : after[0]]
        moves.append(np.ascontiguousarray(log[log[:, 0] >= 0][:, :3]))
        found.orders += [(line, *row) for row in orders.tolist()]
        made.append(orders)
    _take_back(net, state, before)
    _read_leans(facts, net, state, moves, made, found)
    answers = Answers(
        slices=table_of(Slices, found.slices),
        orders=table_of(NewOrders, found.orders),
        leans=table_of(Leans, found.leans),
        shortages=table_of(Missing, found.missing),
        cost=np.array(found.cost),
        asks=asks,
    )
    return answers, state


def _try_all(facts: Facts, net: Net, state: State, wanted: Sequence[Wanted]) -> list[list[int]]:
    """Plan the lines; give the counters before each and after the last, nothing when an array ran full."""
    state.counters[C_KEEP] = 1
    marks = [[int(state.counters[c]) for c in _MARKS]]
    for line, each in enumerate(wanted):
        asks = _ask_row(facts.base.now, line, each)
        for how in (ON_TIME, LATE):
            if asks[0, A_DONE] == 0 and serve_all(net, state, asks, 0, 1, how) == 0:
                return []
        marks.append([int(state.counters[c]) for c in _MARKS])
    return marks


def _ask_row(now: int, line: int, wanted: Wanted) -> Ints:
    row = np.zeros((1, ASK_COLUMNS), np.int64)
    row[0, A_DEMAND], row[0, A_PLACE], row[0, A_QUANTITY] = line, wanted.item_location, wanted.quantity
    row[0, A_AT], row[0, A_LATEST] = max(wanted.due, now), min(wanted.due + min(wanted.max_lateness, NEVER), NEVER)
    row[0, A_MIN_SHIPMENT], row[0, A_PARTIAL] = min(wanted.min_shipment, wanted.quantity), wanted.partial
    row[0, A_GROUP] = -1
    return row


def _take_back(net: Net, state: State, before: list[int]) -> None:
    """Undo all that the trial did; the counters are those of before."""
    state.counters[C_FULL] = 0
    undo(net, state, before[0], before[1])
    for counter, value in zip(_KEPT, before, strict=True):
        state.counters[counter] = value


def _read_leans(facts: Facts, net: Net, state: State, moves: list[Ints], made: list[Ints], found: _Found) -> None:
    """Name the supplies that the lines' withdrawals lean on, one line's surplus of a lot for the next included."""
    line_of = np.repeat(np.arange(len(moves)), [len(rows) for rows in moves]).tolist()
    every = np.concatenate([*moves, np.zeros((0, 3), np.int64)])
    orders = np.concatenate([*made, np.zeros((0, 5), np.int64)])
    out = np.empty((2 * int(state.segments[every[:, 0], G_ROWS].sum()) + 8 * len(every), 3), np.int64)
    count = find_leans(state, every, len(every), out)
    named = np.empty((4 * count + 16, 6), np.int64)
    rows = name_leans(net, state, every, out, count, orders, facts.places.on_hand, facts.there_at, named)
    for move, kind, supply, place, time, units in named[:rows].tolist():
        if kind < 0:
            _read_others(facts, line_of[move], place, time, units, found)
        else:
            found.leans.append((line_of[move], kind, supply, place, time, units))


def _read_others(facts: Facts, line: int, place: int, time: int, units: int, found: _Found) -> None:
    """Name the receipts of an item-location that arrive at an instant; what is left is a by-product."""
    receipts = facts.receipts.columns
    for row in facts.receipts.at.get(place, ()):
        if units > 0 and max(int(receipts["time"][row]), facts.base.now) == time:
            given = min(units, int(receipts["quantity"][row]))
            if given > 0:
                found.leans.append((line, int(LeanKind.RECEIPT), row, place, time, given))
                units -= given
    if units > 0:
        found.leans.append((line, int(LeanKind.CO_PRODUCT), place, place, time, units))
