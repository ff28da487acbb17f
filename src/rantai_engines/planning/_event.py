"""Change one held state by one event: all of it, or nothing.

Un-plan what the event touches, book what it changes, have sources make up what is short then, un-plan those of lowest
right where they cannot, and serve everybody un-planned again in the order of right. Nobody else moves.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import TOLD, HeldState
from rantai_engines.planning._layout import (
    A_AT,
    A_DEMAND,
    A_DONE,
    A_GROUP,
    A_LATEST,
    A_PARTIAL,
    A_PLACE,
    A_QUANTITY,
    A_RIGHT,
    ASK_COLUMNS,
    C_DELAYS,
    C_DELIVERIES,
    C_FULL,
    C_KEEP,
    C_LOG,
    C_ORDERS,
    C_OWNER,
    C_SHORTAGES,
    G_FIRST,
    G_ROWS,
    K_PLACE,
    P_BEFORE,
    P_HOST,
    P_QUANTITY,
    P_RUN,
    P_SOURCE,
    R_KIND,
    S_END_CO,
    S_FIRST_CO,
    S_PLACE,
    SETUPS,
    Ints,
)
from rantai_engines.planning._log import undo
from rantai_engines.planning._loop import LATE, ON_TIME, PART, serve_all
from rantai_engines.planning._pegs_at import Need, list_needs, list_pegs
from rantai_engines.planning._unplan import (
    B_EVENT,
    B_JOURNAL,
    B_OWNER,
    IN_ORDERS,
    book,
    forget_queue,
    mend,
    push,
    relax,
    shrink,
    write_back,
)
from rantai_engines.planning.network import queue
from rantai_engines.planning.problem import Demands
from rantai_engines.planning.tables import NEVER

_COUNTED = (C_ORDERS, C_DELIVERIES, C_DELAYS, C_SHORTAGES)
#: Needs that are looked at, the latest first, for one whose right is lowest.
_LOOKED_AT = 48
#: A right that comes after that of every demand.
_LAST_RIGHT = (2,)


class Full(Exception):
    """An array of the state ran full: the event is taken back, to be done again with more room."""


class TooMany(Exception):
    """The event would touch more demands than are changed in place."""


class Event:
    """A change of one held state that can be taken back until it is kept."""

    def __init__(
        self, facts: Facts, held: HeldState, *, most: int, promises_first: bool, forecasts_after: bool
    ) -> None:
        self.facts, self.held, self.most = facts, held, most
        self.how = {"promises_first": promises_first, "forecasts_after_orders": forecasts_after}
        self.net, self.state, self.hd = held.net, held.state, held.hd
        counters = self.state.counters
        self.marks = [int(counters[c]) for c in _COUNTED]
        self.unplanned: dict[int, None] = {}
        self.told: list[tuple[str, int, dict[int, int]]] = []
        self.served_from = 0
        self.gave_way: dict[int, list[int]] = {}
        self.written: list[tuple[Ints, tuple[int, int], int]] = []
        self.runs: list[tuple[int, Ints, list[Ints]]] = []
        counters[C_LOG], counters[C_KEEP] = 0, 1
        self.hd.tally[:] = 0
        self.hd.tally[B_OWNER], self.hd.tally[B_EVENT] = -NEVER, -1

    # --- what an event does -------------------------------------------------------------------------------------

    def unplan(self, demand: int) -> None:
        """Take back what is planned for a demand (-1 - p: for place p's stock target), with all who ship with it."""
        for one in self.held.shipped_with(self.facts, demand):
            if one in self.unplanned:
                continue
            self.unplanned[one] = None
            if len(self.unplanned) > self.most:
                raise TooMany
            self._release(one)

    def _release(self, demand: int) -> None:
        state, place = self.state, self._place_of(demand)
        for name, (_, column) in TOLD.items():
            rows = self.held.told[name].pop(demand, None)
            if rows is None:
                continue
            table = getattr(state, name)
            self.told.append((name, demand, {row: int(table[row, column]) for row in rows}))
            for row in rows:
                units = int(table[row, column])
                if name == "deliveries":
                    book(state, place, int(table[row, 1]), units, -1)
                    push(self.hd, place, int(table[row, 1]), units)
                table[row, column] = 0
        self.hd.tally[B_OWNER], self.hd.tally[B_EVENT] = demand, self.held.served.get(demand, -1)
        relax(self.net, state, self.hd)
        self.hd.tally[B_OWNER], self.hd.tally[B_EVENT] = -NEVER, -1
        self.check()

    def change_supply(self, place: int, *, old: tuple[int, int], new: tuple[int, int]) -> None:
        """Book a supply (instant, units) otherwise than it was; units 0: none."""
        if old[1]:
            book(self.state, place, old[0], -old[1], -1)
        if new[1]:
            book(self.state, place, new[0], new[1], 1)
            push(self.hd, place, new[0], new[1])
        self.check()

    def drop(self, order: int) -> list[int]:
        """Cancel a planned order, and those that ride on it; give the item-locations that may be short then."""
        state = self.state
        source = int(state.orders[order, P_SOURCE])
        rider = int(state.last_order[source])
        while rider >= 0:
            if state.orders[rider, P_HOST] == order and state.orders[rider, P_QUANTITY] > 0:
                shrink(self.net, state, self.hd, rider, 0, int(state.orders[order, P_RUN]))
            rider = int(state.orders[rider, P_BEFORE])
        if state.orders[order, P_QUANTITY] > 0:
            shrink(self.net, state, self.hd, order, 0, int(state.orders[order, P_RUN]))
        self.check()
        besides = range(int(self.net.sources[source, S_FIRST_CO]), int(self.net.sources[source, S_END_CO]))
        given = (int(self.net.co_products[row, K_PLACE]) for row in besides)
        return [int(self.net.sources[source, S_PLACE]), *given]

    def settle(self, places: Iterable[int]) -> None:
        """Make up what is short at item-locations, or un-plan those of lowest right until nothing is short."""
        self.state.counters[C_OWNER] = -NEVER
        for place in places:
            while True:
                short_at = int(mend(self.net, self.state, place))
                self.check()
                if short_at >= NEVER:
                    break
                self._free(place, short_at)
                self.check()

    def _free(self, place: int, at: int) -> None:
        """Un-plan whoever has the lowest right among those who need units of an item-location by an instant."""
        needs = [need for need in list_needs(self.facts, self.held, place) if need.time <= at and not self._gone(need)]
        needs.sort(key=lambda need: -need.time)
        seen: dict[int, int | None] = {}
        victims = [(self.lowest(need, seen), need) for need in needs[:_LOOKED_AT]]
        if not victims:
            raise TooMany
        victim, need = max(victims, key=lambda pair: (self.right(pair[0]), pair[1].time, pair[1].number))
        if victim is None or victim in self.unplanned:
            # Nobody needs that order, or whoever did has gone and left part of a lot.
            self.settle(self.drop(need.number)) if need.is_order else self._release(need.demand)
        else:
            self.unplan(victim)

    def _gone(self, need: Need) -> bool:
        return not need.is_order and need.demand in self.unplanned

    def lowest(self, need: Need, seen: dict[int, int | None]) -> int | None:
        """Give the demand of lowest right that a need is there for, None for nobody."""
        if not need.is_order:
            return need.demand
        if need.number in seen:
            return seen[need.number]
        seen[need.number] = None
        place = int(self.net.sources[self.state.orders[need.number, P_SOURCE], S_PLACE])
        takers = [peg.need for peg in list_pegs(self.facts, self.held, place) if peg.supply.order == need.number]
        found = [victim for taker in takers if (victim := self.lowest(taker, seen)) is not None]
        seen[need.number] = max(found, key=self.right) if found else None
        return seen[need.number]

    def right(self, demand: int | None) -> tuple[float, ...]:
        """Give what ``network.queue`` sorts by; nobody comes last, then stock targets."""
        if demand is None:
            return (3,)
        if demand < 0:
            return (*_LAST_RIGHT, -demand)
        d = {name: column[demand] for name, column in self.facts.demands.columns.items()}
        promised = d["promised_at"] < NEVER
        is_needed = d["kind"] != 3
        kind = d["kind"] if self.how["forecasts_after_orders"] else d["kind"] * (d["kind"] == 2)
        later = not promised if self.how["promises_first"] else False
        asked = d["promised_at"] if promised else d["due"]
        return (
            float(is_needed), float(later and is_needed), float(d["class_rank"]), float(kind), float(asked),
            -float(d["stake"]), float(d["key"]),
        )  # fmt: skip

    def replan(self, demands: Sequence[int]) -> None:
        """Serve demands and stock targets in the order of right, then drop what nobody needs any more."""
        self.served_from = int(self.state.counters[C_LOG])
        rows = np.array([demand for demand in demands if demand >= 0], np.int64)
        targets = sorted(-1 - demand for demand in demands if demand < 0)
        if len(rows):
            self._serve_demands(rows)
        for place in targets:
            for at, units in self.facts.targets.get(place, ()):
                asks = np.zeros((1, ASK_COLUMNS), np.int64)
                asks[0, A_DEMAND], asks[0, A_PLACE], asks[0, A_QUANTITY], asks[0, A_AT] = -1 - place, place, units, at
                asks[0, A_LATEST], asks[0, A_PARTIAL], asks[0, A_GROUP] = NEVER, 1, -1
                self._serve(asks, LATE)
        relax(self.net, self.state, self.hd)
        self.check()

    def _serve_demands(self, rows: Ints) -> None:
        columns = {name: column[rows] for name, column in self.facts.demands.columns.items()}
        asks = queue(Demands(**columns), now=self.facts.base.now, **self.how)
        asks[:, A_DEMAND] = rows[asks[:, A_DEMAND]]
        bounds = np.flatnonzero(np.diff(asks[:, A_RIGHT], prepend=-1, append=-1)).tolist()
        for begin, end in pairwise(bounds):
            block = np.ascontiguousarray(asks[begin:end])
            for how in (ON_TIME, PART, LATE):
                if (block[:, A_DONE] == 0).any():
                    self._serve(block, how)

    def _serve(self, asks: Ints, how: int) -> None:
        """Serve asks and tie the rows that tell of them to their demands."""
        before = {name: int(self.state.counters[counter]) for name, (counter, _) in TOLD.items()}
        done = serve_all(self.net, self.state, asks, 0, len(asks), how)
        if done < len(asks):
            raise Full
        for name, (counter, _) in TOLD.items():
            table = getattr(self.state, name)
            for row in range(before[name], int(self.state.counters[counter])):
                demand = int(table[row, 0])
                self.held.told[name].setdefault(demand, []).append(row)
                self.told.append((name, demand, {}))

    def write(self, table: Ints, at: tuple[int, int], value: int) -> None:
        """Change one number of the network."""
        self.written.append((table, at, int(table[at])))
        table[at] = value

    def keep_runs(self, resource: int) -> None:
        """Keep what a resource with set-ups does, before the event: it is rewritten without a log."""
        if self.net.resources[resource, R_KIND] == SETUPS:
            row = self.state.busy[resource].copy()
            own = slice(int(row[G_FIRST]), int(row[G_FIRST] + row[G_ROWS]))
            self.runs.append((resource, row, [array[own].copy() for array in self._busy()]))

    def _busy(self) -> tuple[Ints, ...]:
        state = self.state
        return state.busy_start, state.busy_end, state.busy_setup, state.busy_change

    def replan_before(self, demands: Sequence[int], victims: Sequence[int]) -> None:
        """Serve demands that were served already anew, before others, which give way to them."""
        for victim in victims:
            self.unplan(victim)
        for demand in demands:
            self._release(demand)
        self.replan([*demands, *victims])

    def got(self, demand: int) -> tuple[int, int]:
        """Give (units short, instant of the last units) of what a demand gets: less is better."""
        rows, table = self.held.told["deliveries"].get(demand, ()), self.state.deliveries
        asked = int(self.facts.demands.columns["quantity"][demand])
        return asked - sum(int(table[row, 2]) for row in rows), max((int(table[row, 1]) for row in rows), default=0)

    # --- how it ends --------------------------------------------------------------------------------------------

    def touched_orders(self) -> tuple[set[int], set[int], set[int]]:
        """Give the numbers of orders touched, of those added and of those removed."""
        mark, last = self.marks[0], int(self.state.counters[C_ORDERS])
        journal = self.hd.journal[: self.hd.tally[B_JOURNAL]]
        of_orders = journal[(journal[:, 0] == IN_ORDERS) & (journal[:, 1] < mark)]
        changed = set(of_orders[:, 1].tolist())
        live = self.state.orders[:, P_QUANTITY]
        added = {order for order in range(mark, last) if live[order] > 0}
        changed |= {int(host) for host in self.state.orders[sorted(added), P_HOST].tolist() if 0 <= host < mark}
        removed = {order for order in changed if live[order] == 0}
        return changed | added, added, removed

    def touched_places(self) -> set[int]:
        """Give the item-locations whose balance has changed on the way, and those of the demands planned again."""
        log = self.state.log[: self.state.counters[C_LOG], 0]
        n = len(self.net.places)
        return {*log[(log >= 0) & (log < n)].tolist(), *(self._place_of(demand) for demand in self.unplanned)}

    def keep(self) -> None:
        """End the event; what was planned and cancelled within it, last in its tables, leaves them."""
        state = self.state
        counters = state.counters
        self.hd.seen[sorted(self.touched_places())] = self.held.events
        for demand in self.unplanned:
            self.held.served.pop(demand, None)
            self.held.gave_way.pop(demand, None)
        self.held.gave_way |= self.gave_way
        if len(self.unplanned) == 1:
            self.held.served[next(iter(self.unplanned))] = self.held.events
        self.held.events += 1
        counters[C_LOG], counters[C_KEEP] = 0, 0
        last = int(counters[C_ORDERS]) - 1
        while last >= self.marks[0] and state.orders[last, P_QUANTITY] == 0:
            self.held.pop_order(last)
            last -= 1

    def take_back(self) -> None:
        """Make the state what it was before the event."""
        state, counters, told = self.state, self.state.counters, self.held.told
        counters[C_FULL] = 0
        forget_queue(self.hd)
        for table, at, value in reversed(self.written):
            table[at] = value
        write_back(state, self.hd)
        undo(self.net, state, 0, self.marks[0])
        for resource, row, kept in self.runs:
            state.busy[resource] = row
            for array, values in zip(self._busy(), kept, strict=True):
                array[int(row[G_FIRST]) : int(row[G_FIRST] + row[G_ROWS])] = values
        counters[C_FULL] = 0
        for counter, mark in zip(_COUNTED, self.marks, strict=True):
            counters[counter] = mark
        for name, demand, rows in reversed(self.told):
            if rows:
                told[name][demand] = list(rows)
                getattr(state, name)[list(rows), TOLD[name][1]] = list(rows.values())
            else:
                told[name][demand].pop()
                if not told[name][demand]:
                    del told[name][demand]
        counters[C_LOG], counters[C_KEEP] = 0, 0

    def _place_of(self, demand: int) -> int:
        return -1 - demand if demand < 0 else int(self.facts.demands.columns["item_location"][demand])

    def check(self) -> None:
        if self.state.counters[C_FULL]:
            raise Full
