"""Net commitments against slots and take slots for lines, item-location by item-location."""

from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import INT, ROW, TABLE, Ints
from rantai_engines.planning.tables import NEVER


@compiled(types.void(TABLE, TABLE, ROW))
def net_commitments(slots: Ints, committed: Ints, stack: Ints) -> None:
    """Take each commitment off the latest slots in time: look back where its own period has too little.

    slots (n, 3: place, instant, free) and committed (m, 3: place, instant, quantity) sorted by place and instant;
    stack (n) is scratch. What no slot covers is over-committed and frees nothing.
    """
    s = 0
    top = 0
    for k in range(len(committed)):
        place, at, want = committed[k, 0], committed[k, 1], committed[k, 2]
        if k == 0 or committed[k - 1, 0] != place:
            top = 0
        while s < len(slots) and slots[s, 0] < place:
            s += 1
        while s < len(slots) and slots[s, 0] == place and slots[s, 1] <= at:
            stack[top] = s
            top += 1
            s += 1
        while want > 0 and top > 0:
            slot = stack[top - 1]
            units = min(want, slots[slot, 2])
            slots[slot, 2] -= units
            want -= units
            if slots[slot, 2] == 0:
                top -= 1


@short(INT(TABLE, INT, INT, INT, INT, INT, TABLE, INT))
def _take(slots: Ints, first: int, end: int, quantity: int, at: int, line: int, takes: Ints, n: int) -> int:
    """Take units from rows first:end, the last first, for delivery at ``at``; give the takes written so far."""
    for s in range(end - 1, first - 1, -1):
        units = min(quantity, slots[s, 2])
        if units > 0:
            if n < len(takes):
                takes[n, 0], takes[n, 1], takes[n, 2], takes[n, 3] = line, s, units, at
            slots[s, 2] -= units
            quantity -= units
            n += 1
    return n


@compiled(INT(TABLE, ROW, TABLE, TABLE, TABLE))
def promise_lines(slots: Ints, first: Ints, lines: Ints, answers: Ints, takes: Ints) -> int:
    """Serve lines in their order; give the number of takes, which may be more than ``takes`` holds.

    slots (n, 3) as above; first (places + 1) cuts them by item-location; lines (m, 4: place, instant wanted, quantity,
    partial); answers (m, 2: instant of the last unit, units at the wanted instant); takes (k, 4: line, slot row, units,
    instant of delivery).
    """
    n = 0
    for k in range(len(lines)):
        place, wanted, quantity = lines[k, 0], lines[k, 1], lines[k, 2]
        begin, end = first[place], first[place + 1]
        ready, ready_units = begin, 0
        while ready < end and slots[ready, 1] <= wanted:
            ready_units += slots[ready, 2]
            ready += 1
        last, units = ready, ready_units
        while last < end and units < quantity:
            units += slots[last, 2]
            last += 1
        answers[k, 1] = min(ready_units, quantity)
        answers[k, 0] = NEVER
        if units >= quantity:
            answers[k, 0] = wanted if last == ready else slots[last - 1, 1]
            if lines[k, 3] == 0:
                while last < end and slots[last, 1] <= answers[k, 0]:
                    last += 1
                n = _take(slots, begin, last, quantity, answers[k, 0], k, takes, n)
                continue
        elif lines[k, 3] == 0:
            continue
        n = _take(slots, begin, ready, min(ready_units, quantity), wanted, k, takes, n)
        rest = quantity - min(ready_units, quantity)
        for s in range(ready, last):
            units = min(rest, slots[s, 2])
            if units > 0:
                n = _take(slots, s, s + 1, units, slots[s, 1], k, takes, n)
                rest -= units
    return n
