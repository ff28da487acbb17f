"""Write the account of some item-locations of a held plan: what ``account`` writes of all, at a few."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rantai_engines.planning._capacity import amount
from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import HeldState
from rantai_engines.planning._layout import (
    N_END,
    N_LOAD,
    N_START,
    N_STEP,
    O_RESOURCE,
    P_END,
    P_QUANTITY,
    P_RIDERS,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    S_PLACE,
    S_ROW,
    T_ROW,
    UP_TO,
    Ints,
)
from rantai_engines.planning._listing import list_made
from rantai_engines.planning._pegs_at import Peg, list_needs, list_pegs
from rantai_engines.planning._placing import started_units, step_start
from rantai_engines.planning.account import list_consumption
from rantai_engines.planning.plan_part import NumberedOrders, PlanPart
from rantai_engines.planning.solution import (
    CauseKind,
    ConsumerKind,
    Consumption,
    Delays,
    Deliveries,
    Pegs,
    ReasonKind,
    Reasons,
    Runs,
    Shortages,
    StockFills,
    SupplyKind,
)
from rantai_engines.planning.tables import NEVER
from rantai_engines.planning.tables_of_rows import table_of

_Row = tuple[int, ...]
#: (kind, place in the order of keys or number, subject): reasons of one order are sorted by the first two.
_Code = tuple[int, int, int]


def account_of(
    facts: Facts, held: HeldState, places: Sequence[int], *, release_until: int, only_released: bool = False
) -> PlanPart:
    """Write the account of item-locations; rows come by item-location, in the order of ``places``."""
    return _Part(facts, held, release_until).write(places, only_released=only_released)


class _Part:
    """The rows of a part while they are written."""

    def __init__(self, facts: Facts, held: HeldState, release_until: int) -> None:
        self.facts, self.held, self.release_until = facts, held, release_until
        self.pegs: dict[int, list[Peg]] = {}
        self.given: dict[int, dict[int, list[Peg]]] = {}
        self.why: dict[int, list[tuple[_Code, int]]] = {}

    def write(self, places: Sequence[int], *, only_released: bool) -> PlanPart:
        orders = [order for place in places for order, *_ in sorted(self.held.listed(list_made, place))]
        needs = [(place, need) for place in places for need in list_needs(self.facts, self.held, place)]
        given = [(n.number, n.time, n.units) for _, n in needs if n.kind == ConsumerKind.DEMAND]
        fills = [(n.number, n.time, n.units) for _, n in needs if n.kind == ConsumerKind.STOCK_TARGET]
        demands = [d for place in places for d in self.facts.demands.at.get(place, ())]
        pegs = [self._peg_row(place, peg) for place in places for peg in self._pegs(place)]
        rows = [self._order_row(order) for order in orders]
        explained = [row[0] for row in rows if row[-1] or not only_released]
        consumers = [self._consumer_place(place, peg) for place in places for peg in self._pegs(place)]
        return PlanPart(
            item_locations=np.array(places, np.int64),
            orders=table_of(NumberedOrders, rows),
            consumption=self._consumption(np.array(orders, np.int64)),
            deliveries=table_of(Deliveries, sorted(given)),
            stock_fills=table_of(StockFills, fills),
            pegs=table_of(Pegs, pegs),
            consumers=np.array(consumers, np.int64),
            reasons=table_of(Reasons, [row for order in explained for row in self._reason_rows(order)]),
            runs=table_of(Runs, [row for order in orders for row in self._run_rows(order)]),
            delays=table_of(Delays, [row for d in demands for row in self._delay_rows(d)]),
            shortages=table_of(Shortages, [row for d in demands for row in self._told("shortages", d)]),
        )

    def _pegs(self, place: int) -> list[Peg]:
        if place not in self.pegs:
            self.pegs[place] = list_pegs(self.facts, self.held, place)
        return self.pegs[place]

    def _told(self, name: str, demand: int) -> list[_Row]:
        table = getattr(self.held.state, name)
        return [tuple(table[row].tolist()) for row in self.held.told[name].get(demand, ())]

    def _delay_rows(self, demand: int) -> list[_Row]:
        """Put before the recorded waits the one from an overdue date to now."""
        d, now = self.facts.demands.columns, self.facts.base.now
        rows = self._told("delays", demand)
        due, quantity = int(d["due"][demand]), int(d["quantity"][demand])
        if due < now and quantity > 0 and d["promised_at"][demand] >= NEVER:
            rows.insert(0, (demand, quantity, due, now, int(CauseKind.DUE_IN_PAST), demand))
        return rows

    def _units(self, order: int) -> int:
        return int(self.held.state.orders[order, P_QUANTITY] + self.held.state.orders[order, P_RIDERS])

    def _order_row(self, order: int) -> _Row:
        net, state = self.held.net, self.held.state
        source, end, run, runs = state.orders[order, [P_SOURCE, P_END, P_RUN, P_RUNS]].tolist()
        units = self._units(order)
        start = int(step_start(net, state.runs, source, end, units, run, runs, -1))
        row, place = net.sources[source, [S_ROW, S_PLACE]].tolist()
        return order, row, place, start, end, units, int(start <= self.release_until)

    def _run_rows(self, order: int) -> list[_Row]:
        net, state = self.held.net, self.held.state
        rows: list[_Row] = []
        source, run, runs = state.orders[order, [P_SOURCE, P_RUN, P_RUNS]].tolist()
        for row in range(run + runs - 1, run - 1, -1):
            step, load, start, end = state.runs[row, [N_STEP, N_LOAD, N_START, N_END]].tolist()
            resource, units = -1, 0
            if load >= 0:
                resource = int(net.loads[load, O_RESOURCE])
                units = int(amount(net, load, started_units(net, source, self._units(order))))
            rows.append((order, int(net.steps[step, T_ROW]), resource, start, end, units))
        return rows

    def _consumption(self, orders: Ints) -> Consumption:
        raw = self.held.state.orders[orders]
        raw[:, P_QUANTITY] += raw[:, P_RIDERS]
        found = list_consumption(self.held.network_now(), raw, self.held.state.runs)
        return replace(found, order=orders[found.order])

    def _consumer_place(self, place: int, peg: Peg) -> int:
        if not peg.need.is_order:
            return place
        return int(self.held.net.sources[self.held.state.orders[peg.need.number, P_SOURCE], S_PLACE])

    def _peg_row(self, place: int, peg: Peg) -> _Row:
        s, n = peg.supply, peg.need
        return s.kind, s.number, n.kind, n.number, place, peg.units, s.time, n.time

    def _reason_rows(self, order: int) -> list[_Row]:
        return [(order, kind, subject, units) for (kind, _, subject), units in self._why(order)]

    def _why(self, order: int) -> list[tuple[_Code, int]]:
        """Share an order's units among those whom its takers are there for (see ``_pegging.write_reasons``)."""
        if order in self.why:
            return self.why[order]
        self.why[order] = []
        place = int(self.held.net.sources[self.held.state.orders[order, P_SOURCE], S_PLACE])
        found: dict[_Code, int] = {}
        rest = self._units(order)
        for peg in self._given_by(order, place):
            rest -= peg.units
            for code, units in self._shares(place, peg):
                found[code] = found.get(code, 0) + units
        if rest > 0:
            code = self._rest_code(order, place)
            found[code] = found.get(code, 0) + rest
        self.why[order] = sorted(found.items())
        return self.why[order]

    def _given_by(self, order: int, place: int) -> list[Peg]:
        """Give the pegs of what an order brings to its item-location."""
        if place not in self.given:
            known = self.given[place] = {}
            for peg in self._pegs(place):
                if peg.supply.kind == SupplyKind.ORDER:
                    known.setdefault(peg.supply.number, []).append(peg)
        return self.given[place].get(order, [])

    def _shares(self, place: int, peg: Peg) -> list[tuple[_Code, int]]:
        need, columns = peg.need, self.facts.demands.columns
        if need.kind == ConsumerKind.DEMAND:
            return [((int(ReasonKind.DEMAND), int(columns["key"][need.number]), need.number), peg.units)]
        if need.kind == ConsumerKind.STOCK_TARGET:
            return [((int(ReasonKind.STOCK_TARGET), int(self.facts.places.key[place]), place), peg.units)]
        whole, given, passed, shares = self._units(need.number), 0, 0, []
        for code, units in self._why(need.number):
            passed += units
            upto = peg.units if passed == whole else int(np.rint(peg.units * (passed / whole)))
            if upto > given:
                shares.append((code, upto - given))
                given = upto
        return shares

    def _rest_code(self, order: int, place: int) -> _Code:
        if self.held.net.places[place, UP_TO] > 0:
            return int(ReasonKind.ORDER_UP_TO), int(self.facts.places.key[place]), place
        return int(ReasonKind.LOT), order, order
