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
    EARLIEST,
    G_ROWS,
    KEEPS,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._log import enter, undo
from rantai_engines.planning._loop import LATE, ON_TIME, serve_all
from rantai_engines.planning._profile import add
from rantai_engines.planning._state import roomier
from rantai_engines.planning.asking import Answers, LeanKind, Leans, Missing, NewOrders, Slices, Wanted
from rantai_engines.planning.tables import NEVER
from rantai_engines.planning.tables_of_rows import table_of

_MARKS = (C_LOG, C_ORDERS, C_DELIVERIES, C_DELAYS, C_SHORTAGES)
_KEPT = (*_MARKS, C_ASKS, C_OWNER, C_KEEP, C_SHIFTS)
_DELIVERIES = _KEPT.index(C_DELIVERIES)
_Rows = list[tuple[int, ...]]


@dataclass(kw_only=True, slots=True)
class _Found:
    """Rows of the tables of an answer."""

    slices: _Rows
    orders: _Rows
    leans: _Rows
    missing: _Rows
    cost: list[float]


def answer(
    facts: Facts, net: Net, state: State, wanted: Sequence[Wanted], freed: Sequence[tuple[int, int, int]]
) -> tuple[Answers, State]:  # fmt: skip
    """Plan the lines one after the other, read what they got, take everything back.

    ``freed``: (item-location, instant, units) of what others are about to let go. Gives also the state, which is
    another object when its arrays had to grow.
    """
    while True:
        before = _count(state, _KEPT)
        for place, time, units in freed:
            enter(state, place, time, units)
        tried = _try_all(facts, net, state, wanted) if state.counters[C_FULL] == 0 else None
        if tried is not None:
            break
        _take_back(net, state, before)
        state = roomier(state)
    marks, chosen = tried
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
    for place, time, units in freed:
        add(state, place, time, units, 1)
    _read_leans(facts, net, state, moves, made, found)
    for place, time, units in reversed(freed):
        add(state, place, time, -units, -1)
    answers = Answers(
        slices=table_of(Slices, found.slices),
        orders=table_of(NewOrders, found.orders),
        leans=table_of(Leans, found.leans),
        shortages=table_of(Missing, found.missing),
        cost=np.array(found.cost),
        item_location=np.array(chosen, np.int64),
        asks=asks,
    )
    return answers, state


def _try_all(
    facts: Facts, net: Net, state: State, wanted: Sequence[Wanted]
) -> tuple[list[list[int]], list[int]] | None:  # fmt: skip
    """Plan the lines; give the counters before each and after the last, and where each is had; None for full arrays."""
    state.counters[C_KEEP] = 1
    earliest = max(facts.base.now, int(net.clock[EARLIEST]))
    marks, chosen = [_count(state, _MARKS)], []
    for line, each in enumerate(wanted):
        net.clock[KEEPS] = each.keeps
        place = _serve_best(net, state, _list_asks(line, each, earliest), each.quantity)
        if place is None:
            return None
        chosen.append(place)
        marks.append(_count(state, _MARKS))
    return marks, chosen


def _serve_best(net: Net, state: State, asks: Sequence[Ints], quantity: int) -> int | None:
    """Plan the first ask that is in time with everything, else the soonest with most; give where, None if full."""
    before, best = _count(state, _KEPT), (1, 0, 0)
    for number, ask in enumerate(asks):
        if number:
            _take_back(net, state, before)
        if not _serve(net, state, ask.copy()):
            return None
        given = state.deliveries[before[_DELIVERIES] : state.counters[C_DELIVERIES], 1:3]
        units, until = int(given[:, 1].sum()), int(given[:, 0].max(initial=0))
        best = min(best, (-units, until, number))
        if units == quantity and until <= ask[0, A_AT]:
            return int(ask[0, A_PLACE])
    chosen = asks[best[2]]
    if best[2] < len(asks) - 1:
        _take_back(net, state, before)
        if not _serve(net, state, chosen.copy()):
            return None
    return int(chosen[0, A_PLACE])


def _serve(net: Net, state: State, ask: Ints) -> bool:
    """Plan a line, in time or late; false when an array ran full."""
    return all(ask[0, A_DONE] != 0 or serve_all(net, state, ask, 0, 1, how) != 0 for how in (ON_TIME, LATE))


def _list_asks(line: int, wanted: Wanted, earliest: int) -> list[Ints]:
    """Give a line as the loop works it off, once for each place that would do."""
    row = np.zeros(ASK_COLUMNS, np.int64)
    row[A_DEMAND], row[A_QUANTITY] = line, wanted.quantity
    row[A_MIN_SHIPMENT], row[A_PARTIAL] = min(wanted.min_shipment, wanted.quantity), wanted.partial
    row[A_GROUP] = -1
    asks = []
    for place, due in ((wanted.item_location, wanted.due), *wanted.others):
        row[A_PLACE], row[A_AT] = place, max(due, earliest)
        row[A_LATEST] = min(due + min(wanted.max_lateness, NEVER), NEVER)
        asks.append(row.reshape(1, -1).copy())
    return asks


def _count(state: State, counters: Sequence[int]) -> list[int]:
    return [int(state.counters[c]) for c in counters]


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
