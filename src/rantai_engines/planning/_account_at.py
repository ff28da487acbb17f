"""Write the account of some item-locations of a held plan: what ``account`` writes of all, at a few."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import HeldState
from rantai_engines.planning._layout import (
    P_END,
    P_QUANTITY,
    P_RIDERS,
    P_SOURCE,
    S_PLACE,
    S_ROW,
    UP_TO,
    Ints,
)
from rantai_engines.planning._listing import list_made
from rantai_engines.planning._peg_rows import (
    CONSUMER,
    CONSUMER_KIND,
    KIND,
    NUMBER,
    PLACE,
    QUANTITY,
    SUPPLY,
    SUPPLY_KIND,
    TIME,
    UNITS,
    list_need_rows,
    list_peg_rows,
)
from rantai_engines.planning.account import list_consumption, list_runs, list_starts
from rantai_engines.planning.plan_part import NumberedOrders, PlanPart
from rantai_engines.planning.solution import (
    CauseKind,
    ConsumerKind,
    Delays,
    Deliveries,
    Pegs,
    ReasonKind,
    Reasons,
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
        self.pegs: dict[int, Ints] = {}
        self.needs: dict[int, Ints] = {}
        self.given: dict[int, dict[int, list[list[int]]]] = {}
        self.why: dict[int, list[tuple[_Code, int]]] = {}

    def write(self, places: Sequence[int], *, only_released: bool) -> PlanPart:
        made = [order for place in places for order, *_ in sorted(self.held.listed(list_made, place))]
        numbers, network = np.array(made, np.int64), self.held.network_now()
        raw = self.held.state.orders[numbers]
        raw[:, P_QUANTITY] += raw[:, P_RIDERS]
        orders, runs = self._orders(numbers, raw), list_runs(network, raw, self.held.state.runs)
        taken = list_consumption(network, raw, self.held.state.runs)
        pegs = np.concatenate([np.empty((0, 8), np.int64), *(self._pegs(place) for place in places)])
        needs = np.concatenate([np.empty((0, 5), np.int64), *(self.needs[place] for place in places)])
        given = needs[needs[:, KIND] == ConsumerKind.DEMAND][:, [NUMBER, TIME, UNITS]]
        fills = needs[needs[:, KIND] == ConsumerKind.STOCK_TARGET][:, [NUMBER, TIME, UNITS]]
        demands = [d for place in places for d in self.facts.demands.at.get(place, ())]
        explained = numbers[orders.status > 0] if only_released else numbers
        return PlanPart(
            item_locations=np.array(places, np.int64),
            orders=orders,
            consumption=replace(taken, order=numbers[taken.order]),
            deliveries=table_of(Deliveries, given[np.lexsort((given[:, 2], given[:, 1], given[:, 0]))]),
            stock_fills=table_of(StockFills, fills),
            pegs=table_of(Pegs, pegs),
            consumers=self._find_consumers(pegs),
            reasons=table_of(Reasons, [row for order in explained.tolist() for row in self._reason_rows(order)]),
            runs=replace(runs, order=numbers[runs.order]),
            delays=table_of(Delays, [row for d in demands for row in self._delay_rows(d)]),
            shortages=table_of(Shortages, [row for d in demands for row in self._told("shortages", d)]),
        )

    def _pegs(self, place: int) -> Ints:
        if place not in self.pegs:
            self.needs[place] = list_need_rows(self.facts, self.held, place)
            self.pegs[place] = list_peg_rows(self.facts, self.held, place, self.needs[place])
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

    def _orders(self, orders: Ints, raw: Ints) -> NumberedOrders:
        held = self.held
        sources = held.net.sources[raw[:, P_SOURCE]]
        start = list_starts(held.network_now(), raw, held.state.runs)
        return NumberedOrders(
            number=orders, source=sources[:, S_ROW], item_location=sources[:, S_PLACE], start=start,
            end=raw[:, P_END].copy(), quantity=raw[:, P_QUANTITY].copy(),
            status=(start <= self.release_until).astype(np.int64),
        )  # fmt: skip

    def _find_consumers(self, pegs: Ints) -> Ints:
        found = pegs[:, PLACE].copy()
        own = pegs[:, CONSUMER_KIND] == ConsumerKind.ORDER
        found[own] = self.held.net.sources[self.held.state.orders[pegs[own, CONSUMER], P_SOURCE], S_PLACE]
        return found

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
        for kind, number, given in self._given_by(order, place):
            rest -= given
            for code, units in self._shares(place, kind, number, given):
                found[code] = found.get(code, 0) + units
        if rest > 0:
            code = self._rest_code(order, place)
            found[code] = found.get(code, 0) + rest
        self.why[order] = sorted(found.items())
        return self.why[order]

    def _given_by(self, order: int, place: int) -> list[list[int]]:
        """Give who gets what an order brings to its item-location: kind, number, units."""
        if place not in self.given:
            known, pegs = self.given.setdefault(place, {}), self._pegs(place)
            pegs = pegs[pegs[:, SUPPLY_KIND] == SupplyKind.ORDER]
            for giver, *rest in pegs[:, [SUPPLY, CONSUMER_KIND, CONSUMER, QUANTITY]].tolist():
                known.setdefault(giver, []).append(rest)
        return self.given[place].get(order, [])

    def _shares(self, place: int, kind: int, number: int, wanted: int) -> list[tuple[_Code, int]]:
        if kind == ConsumerKind.DEMAND:
            return [((int(ReasonKind.DEMAND), int(self.facts.demands.columns["key"][number]), number), wanted)]
        if kind == ConsumerKind.STOCK_TARGET:
            return [((int(ReasonKind.STOCK_TARGET), int(self.facts.places.key[place]), place), wanted)]
        whole, given, passed, shares = self._units(number), 0, 0, []
        for code, units in self._why(number):
            passed += units
            upto = wanted if passed == whole else round(wanted * (passed / whole))
            if upto > given:
                shares.append((code, upto - given))
                given = upto
        return shares

    def _rest_code(self, order: int, place: int) -> _Code:
        if self.held.net.places[place, UP_TO] > 0:
            return int(ReasonKind.ORDER_UP_TO), int(self.facts.places.key[place]), place
        return int(ReasonKind.LOT), order, order
