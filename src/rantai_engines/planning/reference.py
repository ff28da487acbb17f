"""Plan the slow, obvious way: lists of events, everything recomputed at each question, whole copies for undo.

The same rules as ``solve`` with none of its arrays; tests compare the two on random small problems.
"""

import copy
from dataclasses import dataclass, field
from itertools import groupby

from rantai_engines.planning.problem import PPM, DemandKind, Problem, SourceKind
from rantai_engines.planning.reference_lots import Line, Lots
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

_DAY = 86_400
_TRIES = 12
Reply = tuple[int, int, int, int]


@dataclass(slots=True)
class Plan:
    """What has been planned: stock events (place, time, change), orders, deliveries, delays, shortages."""

    events: list[tuple[int, int, int]] = field(default_factory=list)
    orders: list[tuple[int, int, int, frozenset[int]]] = field(default_factory=list)
    deliveries: list[tuple[int, int, int]] = field(default_factory=list)
    delays: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    shortages: list[tuple[int, int, int, int, int]] = field(default_factory=list)


class Reference(Lots):
    """The planner's rules over one problem; ``run`` gives the plan before merging."""

    def __init__(self, problem: Problem, *, circles: set[int], level: list[int], max_pieces: int = 1000) -> None:
        super().__init__(problem)
        self.level, self.max_pieces = level, max_pieces
        self.plan = Plan()
        self.busy: set[int] = set()
        s, keys = problem.sources, problem.item_locations.key
        self.sources = {
            place: sorted(
                (r for r in range(len(s.key)) if s.item_location[r] == place and r not in circles),
                key=lambda r: (s.rank[r], s.cost[r], s.key[r]),
            )
            for place in range(len(keys))
        }
        self.lines = {r: self._lines_of(r) for r in range(len(s.key))}

    def run(self) -> Plan:
        """Serve every demand in its order, fill the stock targets, trim."""
        p = self.p
        for place, quantity in enumerate(p.item_locations.on_hand):
            if quantity:
                self._enter(place, max(int(p.item_locations.on_hand_at[place]), p.now), int(quantity))
        for place, at, quantity in zip(p.receipts.item_location, p.receipts.time, p.receipts.quantity, strict=True):
            if quantity:
                self._enter(int(place), max(int(at), p.now), int(quantity))
        rows = sorted((r for r in range(len(p.demands.key)) if p.demands.quantity[r]), key=self._right_of)
        for _, equals in groupby(rows, key=lambda row: self._right_of(row)[:4]):
            self._serve_class(list(equals))
        keys, places = p.item_locations.key, p.item_locations
        for place in sorted(range(len(keys)), key=lambda i: (self.level[i], keys[i])):
            target = max(int(places.safety_stock[place]), int(places.reorder_level[place]))
            if target:
                self._serve(len(p.demands.key) + place, place, target, p.now, NEVER, 0, partial=True)
        self._trim()
        return self.plan

    def _right_of(self, row: int) -> tuple[float, ...]:
        d = self.p.demands
        required, promised = d.kind[row] == DemandKind.REQUIREMENT, d.promised_at[row] < NEVER
        asked = d.promised_at[row] if promised else d.due[row]
        return (not required, not promised and not required, d.class_rank[row], d.kind[row], asked, -d.stake[row],
                d.key[row])  # fmt: skip

    def _serve_class(self, rows: list[int]) -> None:
        """Serve demands of equal right: who can have all on time, then who can have a part, then the others late."""
        rest = {row: int(self.p.demands.quantity[row]) for row in rows}
        for row in rows:
            before = copy.deepcopy(self.plan)
            if self._is_in_horizon(row) and self.draw(self._place(row), rest[row], self._asked(row), is_strict=True)[0]:
                self.plan.deliveries.append((row, self._asked(row), rest.pop(row)))
            else:
                self.plan = before
        for row in [row for row in rest if self._is_in_horizon(row) and self.p.demands.partial[row]]:
            before = copy.deepcopy(self.plan)
            got = self.draw(self._place(row), rest[row], self._asked(row))[0]
            if got == rest[row] or (got and got >= self._smallest(row) and rest[row] - got >= self._smallest(row)):
                self.plan.deliveries.append((row, self._asked(row), got))
                rest[row] -= got
            else:
                self.plan = before
        for row in [row for row in rest if rest[row]]:
            self._serve_late(row, rest[row])

    def _serve_late(self, row: int, rest: int) -> None:
        d = self.p.demands
        latest = min(int(d.due[row]) + int(d.max_lateness[row]), NEVER)
        self._serve(
            row, self._place(row), rest, self._asked(row), latest, self._smallest(row), partial=bool(d.partial[row])
        )

    def _asked(self, row: int) -> int:
        d = self.p.demands
        return max(int(d.promised_at[row]) if d.promised_at[row] < NEVER else int(d.due[row]), self.p.now)

    def _is_in_horizon(self, row: int) -> bool:
        return self._asked(row) < self.p.horizon_end

    def _place(self, row: int) -> int:
        return int(self.p.demands.item_location[row])

    def _smallest(self, row: int) -> int:
        return min(int(self.p.demands.min_shipment[row]), int(self.p.demands.quantity[row]))

    def _serve(self, demand: int, place: int, rest: int, at: int, latest: int, smallest: int, *, partial: bool) -> None:
        refused, refused_at, leap, first, tries = 0, at, _DAY, at, 0
        if at >= self.p.horizon_end:
            self.plan.shortages.append((demand, rest, CauseKind.HORIZON, place, NEVER))
            return
        while True:
            tries += 1
            before = copy.deepcopy(self.plan)
            got, later, cause, subject = self.draw(place, rest, at)
            if got == rest or (partial and got > 0 and got >= smallest and rest - got >= smallest):
                self.plan.deliveries.append((demand, at, got))
                rest -= got
            else:
                self.plan = before
                if partial and got >= smallest and got > refused:
                    refused, refused_at = got, at
            if rest == 0:
                return
            if later <= at:
                later, leap = at + leap, 2 * leap
            if tries > 64:
                later = max(later, at + (at - first) // 16 + _DAY)
            if later >= self.p.horizon_end or later >= latest:
                break
            self.plan.delays.append((demand, rest, at, later, cause, subject))
            at = later
        if refused:
            got = self.draw(place, min(refused, rest), refused_at)[0]
            self.plan.deliveries.append((demand, refused_at, got))
            rest -= got
        if rest:
            self.plan.shortages.append((demand, rest, cause, subject, later))

    def draw(self, place: int, quantity: int, at: int, *, is_strict: bool = False) -> Reply:
        """Take units from an item-location, making up what later needs would miss; strictly: all or nothing."""
        if place in self.busy:
            return 0, NEVER, CauseKind.CIRCLE, place
        self.busy.add(place)
        want, later, cause, subject, tries = quantity, NEVER, int(CauseKind.NONE), -1, 0
        before = copy.deepcopy(self.plan)
        self._enter(place, at, -want)
        while (hole := self._first_hole(place, at)) is not None:
            lack, n_orders = -self._balance(place, hole), len(self.plan.orders)
            got, reply, why, whom = self._refill(place, lack, hole, is_strict=is_strict)
            if got >= lack:
                continue
            if cause == CauseKind.NONE or reply < later:
                later, cause, subject = reply, why, whom
            want -= lack - got
            if is_strict:
                want = 0
                break
            if n_orders > len(before.orders):
                self.plan, tries = copy.deepcopy(before), tries + 1
                want = 0 if tries > _TRIES else want
                if want > 0:
                    self._enter(place, at, -want)
            else:
                self._enter(place, at, lack - got)
        if want <= 0:
            want, self.plan = 0, before
        if want < quantity:
            more = self._more_after(place, at)
            if more < later:
                later, cause, subject = more, CauseKind.AWAITS_RECEIPT, place
        self.busy.discard(place)
        return want, later, cause, subject

    def _refill(self, place: int, quantity: int, at: int, *, is_strict: bool) -> Reply:
        is_strict = is_strict and len(self.sources[place]) <= 1
        rest, got = quantity + self._up_to(place), 0
        later, cause, subject = NEVER, int(CauseKind.NO_SOURCE), place
        for source in self.sources[place]:
            for _ in range(self.max_pieces):
                lot, reply, why, whom = self._order(source, rest, at, is_strict=is_strict)
                if not lot:
                    if reply < later or cause == CauseKind.NO_SOURCE:
                        later, cause, subject = reply, why, whom
                    break
                got, rest = got + lot, rest - lot
                if rest <= 0:
                    break
            if got >= quantity:
                return got, NEVER, CauseKind.NONE, -1
        return got, later, cause, subject

    def _order(self, source: int, quantity: int, at: int, *, is_strict: bool) -> Reply:
        s = self.p.sources
        lot = self.lot(source, quantity)
        if not lot:
            return 0, NEVER, CauseKind.SIZE, source
        left = int(s.limit[source]) - sum(q for r, _, q, _ in self.plan.orders if r == source)
        if lot > left and not (lot := self.lot_within(source, left)):
            return 0, NEVER, CauseKind.SUPPLIER_MAXIMUM, source
        end = min(at, int(s.effective_to[source]) - 1)
        later, cause, subject = NEVER, int(CauseKind.NONE), -1
        for _ in range(_TRIES):
            fits, later, cause, subject = self._wait(source, lot, end)
            if fits:
                possible, later, cause, subject = self._attempt(source, lot, end, is_strict=is_strict)
                if possible == lot:
                    return lot, NEVER, CauseKind.NONE, -1
            else:
                possible = self.lot_in_time(source, lot, end) if cause == CauseKind.LEAD_TIME else 0
                if possible >= lot or not (possible and self._wait(source, possible, end)[0]):
                    possible = 0
            lot = self.lot_within(source, possible)
            if not lot or (fits and is_strict):
                break
        return 0, (later if later < s.effective_to[source] else NEVER), cause, subject

    def _attempt(self, source: int, lot: int, end: int, *, is_strict: bool) -> Reply:
        """Plan an order of this lot, or give the lot that its components support and the last of their replies."""
        before = copy.deepcopy(self.plan)
        later, cause, subject, most, taken = -NEVER, int(CauseKind.NONE), -1, lot, set[int]()
        for group in self._groups(source):
            used, can, reply, why, whom = self._take_one_of(source, group, lot, end, is_strict=is_strict)
            taken |= used
            if can < lot:
                most = min(most, can)
                if reply > later:
                    later, cause, subject = reply, why, whom
                if is_strict:
                    break
        if most == lot:
            self._enter(int(self.p.sources.item_location[source]), end, lot)
            self.plan.orders.append((source, end, lot, frozenset(taken)))
        else:
            self.plan = before
        return most, later, cause, subject

    def _take_one_of(
        self, source: int, group: list[Line], lot: int, end: int, *, is_strict: bool
    ) -> tuple[set[int], int, int, int, int]:
        """Try the alternates of a group in order; give the lines taken and, where none does, the best reply."""
        tried, can, best, why, whom = False, 0, NEVER, int(CauseKind.NONE), -1
        for line in group:
            at = max(self.start_for(source, end, lot, line.step), self.p.now)
            if not line.since <= at < line.until:
                continue
            need = self.need(source, line, lot)
            before = copy.deepcopy(self.plan)
            got, reply, cause, subject = (
                self.draw(line.place, need, at, is_strict=is_strict and line.group < 0)
                if need
                else (0, NEVER, int(CauseKind.NONE), -1)
            )
            if got >= need:
                return {line.row}, lot, NEVER, int(CauseKind.NONE), -1
            self.plan = before
            can = max(can, self.lot_from(source, line, got))
            reply = self.end_from(source, reply, lot, line.step)
            if not tried or reply < best:
                best, why, whom = reply, cause, subject
            tried = True
        return set(), (can if tried else lot), best, why, whom

    def _wait(self, source: int, lot: int, end: int) -> Reply:
        s, place = self.p.sources, int(self.p.sources.item_location[source])
        lead = max(self.end_from(source, self._wall(source), lot, -1), self.p.now)
        fence, opens = int(self.p.item_locations.fence_until[place]), int(s.effective_from[source])
        first = max(lead, fence, opens)
        if first <= end:
            return 1, first, CauseKind.NONE, -1
        if first >= NEVER:
            return 0, NEVER, CauseKind.CALENDAR, source
        if first >= s.effective_to[source]:
            return 0, NEVER, CauseKind.EFFECTIVITY, source
        if first == lead:
            return 0, first, CauseKind.LEAD_TIME, source
        if first == fence:
            return 0, first, CauseKind.FENCE, place
        return 0, first, CauseKind.EFFECTIVITY, source

    def _trim(self) -> None:
        keys, s = self.p.item_locations.key, self.p.sources
        orders = self.plan.orders

        def order_key(k: int) -> tuple[int, ...]:
            place = int(s.item_location[orders[k][0]])
            return self.level[place], int(keys[place]), orders[k][1], k

        for k in sorted(range(len(orders)), key=order_key):
            source, end, lot, taken = orders[k]
            place = int(s.item_location[source])
            spare = min((self._balance(place, t) for t in self._times(place) if t >= end), default=0)
            if spare <= 0 or self._up_to(place):
                continue
            smaller = self.lot(source, lot - spare) if spare < lot else 0
            bills = [self._bill(source, end, size, taken) for size in (lot, smaller)]
            same = [{line for line, _, _ in bill} for bill in bills]
            if smaller >= lot or (smaller and same[0] != same[1]):
                continue
            for _, at, need in bills[0]:
                self._enter_bill(_, at, need)
            for line, at, need in bills[1] if smaller else []:
                self._enter_bill(line, at, -need)
            self._enter(place, end, smaller - lot)
            orders[k] = (source, end, smaller, taken)
        self.plan.orders = [order for order in orders if order[2]]

    def _enter_bill(self, line: Line, at: int, change: int) -> None:
        self._enter(line.place, at, change)

    def _bill(self, source: int, end: int, lot: int, taken: frozenset[int]) -> list[tuple[Line, int, int]]:
        """What an order takes: line, instant, units."""
        bill = []
        for line in self.lines[source]:
            at = max(self.start_for(source, end, lot, line.step), self.p.now)
            if (line.group < 0 or line.row in taken) and line.since <= at < line.until:
                bill.append((line, at, self.need(source, line, lot)))
        return bill

    def _lines_of(self, source: int) -> list[Line]:
        b, s, keys = self.p.bom_lines, self.p.sources, self.p.item_locations.key
        lines = [
            (int(b.rank[r]), Line(int(b.component[r]), int(b.quantity_per[r]), int(b.quantity_fixed[r]),
             PPM - int(b.scrap_ppm[r]), int(b.operation[r]), int(b.effective_from[r]), int(b.effective_to[r]),
             int(b.group[r]), r))
            for r in range(len(b.source)) if b.source[r] == source
        ]  # fmt: skip
        if s.kind[source] in (SourceKind.MOVE, SourceKind.SUBSTITUTE):
            origin, per = int(s.origin[source]), int(s.origin_per[source])
            lines.append((1, Line(origin, per, 0, PPM, -1, -NEVER, NEVER, -1, -1)))
        steps = {step: k for k, step in enumerate(self._steps(source))} | {-1: -1}
        lines.sort(key=lambda x: (x[1].group, x[0], keys[x[1].place], x[1].per, x[1].fixed, x[1].kept, steps[x[1].step],
                                  x[1].since, x[1].until))  # fmt: skip
        return [line for _, line in lines]

    def _groups(self, source: int) -> list[list[Line]]:
        groups: list[list[Line]] = []
        for line in self.lines[source]:
            if groups and line.group >= 0 and groups[-1][0].group == line.group:
                groups[-1].append(line)
            else:
                groups.append([line])
        return groups

    def _up_to(self, place: int) -> int:
        places = self.p.item_locations
        target = max(int(places.safety_stock[place]), int(places.reorder_level[place]))
        return max(int(places.order_up_to[place]) - target, 0)

    def _enter(self, place: int, at: int, change: int) -> None:
        self.plan.events.append((place, at, change))

    def _times(self, place: int) -> list[int]:
        return sorted({t for i, t, _ in self.plan.events if i == place})

    def _balance(self, place: int, at: int) -> int:
        return sum(change for i, t, change in self.plan.events if i == place and t <= at)

    def _first_hole(self, place: int, at: int) -> int | None:
        return next((t for t in self._times(place) if t >= at and self._balance(place, t) < 0), None)

    def _more_after(self, place: int, at: int) -> int:
        """Give the first instant from which the least balance is greater than it is from ``at`` on."""
        rows = [(t, self._balance(place, t)) for t in self._times(place) if t >= at]
        least, following = self._balance(place, at - 1), 0
        for k, (t, balance) in enumerate(rows):
            if balance <= least or t == at:
                least, following = balance, k + 1
        return rows[following][0] if following < len(rows) else NEVER
