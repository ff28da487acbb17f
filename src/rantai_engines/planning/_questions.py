"""Answer questions by trials on a laid-down state, which is afterwards what it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from rantai_engines.planning._asking import find_leans, list_new, name_leans
from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import HeldState
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


@dataclass(kw_only=True, slots=True)
class _Found:
    """Rows of the tables of an answer, by line; but for ``moves`` and ``orders`` with the line before them."""

    slices: list[Ints] = field(default_factory=list)
    missing: list[Ints] = field(default_factory=list)
    moves: list[Ints] = field(default_factory=list)
    orders: list[Ints] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)


def answer(
    facts: Facts, held: HeldState, wanted: Sequence[Wanted], freed: Sequence[tuple[int, int, int]]
) -> Answers:  # fmt: skip
    """Plan the lines one after the other, read what they got, take everything back.

    ``freed``: (item-location, instant, units) of what others are about to let go. The held state may get roomier
    arrays.
    """
    net = held.net
    while True:
        state = held.state
        before = _count(state, _KEPT)
        for place, time, units in freed:
            enter(state, place, time, units)
        tried = _try_all(facts, net, state, wanted) if state.counters[C_FULL] == 0 else None
        if tried is not None:
            break
        _take_back(net, state, before)
        held.state = roomier(state)
    marks, chosen = tried
    asks = int(state.counters[C_ASKS]) - before[_KEPT.index(C_ASKS)]
    found = _read(net, state, marks)
    _take_back(net, state, before)
    for place, time, units in freed:
        add(state, place, time, units, 1)
    leans = _read_leans(facts, held, found)
    for place, time, units in reversed(freed):
        add(state, place, time, -units, -1)
    return Answers(
        slices=table_of(Slices, _join(found.slices, 3)),
        orders=table_of(NewOrders, _join([_of_line(line, rows) for line, rows in enumerate(found.orders)], 6)),
        leans=table_of(Leans, leans),
        shortages=table_of(Missing, _join(found.missing, 5)),
        cost=np.array(found.cost),
        item_location=np.array(chosen, np.int64),
        asks=asks,
    )


def _read(net: Net, state: State, marks: Sequence[list[int]]) -> _Found:
    """Read what the lines got, before it is taken back."""
    found = _Found()
    for line, (mark, after) in enumerate(pairwise(marks)):
        found.slices.append(_of_line(line, state.deliveries[mark[2] : after[2], 1:3]))
        found.missing.append(_of_line(line, state.shortages[mark[4] : after[4], 1:5]))
        orders = np.empty((after[1] - mark[1], 5), np.int64)
        found.cost.append(float(list_new(net, state, mark[1], after[1], orders)))
        found.orders.append(orders)
        log = state.log[mark[0] : after[0]]
        found.moves.append(log[log[:, 0] >= 0, :3])
    return found


def _of_line(line: int, rows: Ints) -> Ints:
    told = np.empty((rows.shape[0], rows.shape[1] + 1), np.int64)
    told[:, 0], told[:, 1:] = line, rows
    return told


def _join(parts: Sequence[Ints], columns: int) -> Ints:
    return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros((0, columns), np.int64)])


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


def _read_leans(facts: Facts, held: HeldState, found: _Found) -> Ints:
    """Name the supplies that the lines' withdrawals lean on, one line's surplus of a lot for the next included."""
    net, state = held.net, held.state
    moves, made = _join(found.moves, 3), _join(found.orders, 5)
    out = np.empty((2 * int(state.segments[moves[:, 0], G_ROWS].sum()) + 8 * len(moves), 3), np.int64)
    count = find_leans(state, moves, len(moves), out)
    mixed = [place in facts.receipts.at or place in held.besides for place in moves[:, 0].tolist()]
    named = np.empty((4 * count + 16, 6), np.int64)
    rows = name_leans(
        net, state, moves, out, count, made, facts.places.on_hand, facts.there_at, np.array(mixed, np.int64), named
    )
    leans = named[:rows]
    if len(found.moves) > 1:
        leans[:, 0] = np.repeat(np.arange(len(found.moves)), [len(one) for one in found.moves])[leans[:, 0]]
    else:
        leans[:, 0] = 0
    is_else = leans[:, 1] < 0
    if not is_else.any():
        return leans
    others = [row for line, _kind, _supply, *what in leans[is_else].tolist() for row in _list_else(facts, line, *what)]
    return np.concatenate([leans[~is_else], np.array(others, np.int64)])


def _list_else(facts: Facts, line: int, place: int, time: int, units: int) -> Iterator[tuple[int, ...]]:
    """Name the receipts of an item-location that arrive at an instant; what is left is a by-product."""
    receipts = facts.receipts.columns
    for row in facts.receipts.at.get(place, ()):
        if units > 0 and max(int(receipts["time"][row]), facts.base.now) == time:
            given = min(units, int(receipts["quantity"][row]))
            if given > 0:
                yield line, int(LeanKind.RECEIPT), row, place, time, given
                units -= given
    if units > 0:
        yield line, int(LeanKind.CO_PRODUCT), place, place, time, units
