"""Keep one laid-down state of a plan with what ties its rows to demands."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from rantai_engines.planning._facts import Facts
from rantai_engines.planning._laying import lay_down
from rantai_engines.planning._layout import (
    C_BUSY_POOL,
    C_DELAYS,
    C_DELIVERIES,
    C_LOG,
    C_ORDERS,
    C_POOL,
    C_RUNS,
    C_SHORTAGES,
    K_PLACE,
    L_PLACE,
    N_BEFORE,
    N_LOAD,
    O_RESOURCE,
    P_BEFORE,
    P_HOST,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    S_END_CO,
    S_END_LINE,
    S_FIRST_CO,
    S_FIRST_LINE,
    S_ROW,
    SHIFTS,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._listing import list_uses
from rantai_engines.planning._state import roomier
from rantai_engines.planning._unplan import B_JOURNAL, TALLIES, WAITING_COLUMNS, Held
from rantai_engines.planning.account import Rows
from rantai_engines.planning.network import Network
from rantai_engines.planning.problem import DemandKind, Problem
from rantai_engines.planning.solve import trim_all

#: Tables of a state whose rows tell of a demand (its first column), their counters, and the column of units.
TOLD = {"deliveries": (C_DELIVERIES, 2), "delays": (C_DELAYS, 1), "shortages": (C_SHORTAGES, 1)}


#: Rows that the journal begins with.
_JOURNAL_ROWS = 65_536
#: What counts the rows of the arrays that grow, and the arrays that grow with one.
_GROWN = {
    "log": C_LOG, "orders": C_ORDERS, "runs": C_RUNS, "pool_time": C_POOL, "busy_start": C_BUSY_POOL,
    "deliveries": C_DELIVERIES, "delays": C_DELAYS, "shortages": C_SHORTAGES,
}  # fmt: skip
_ALIKE = {
    "pool_time": ("pool_time", "pool_balance", "pool_count"),
    "busy_start": ("busy_start", "busy_end", "busy_setup", "busy_change"),
}


class HeldState:
    """A laid-down state.

    ``told`` gives the rows of each demand (-1 - p: of place p's stock target) by table; ``served`` the event that
    planned for a demand and for nobody else; ``gave_way`` who was planned again after a demand, to make room for it;
    ``besides`` the (source, row) of the by-products of an item-location.
    """

    def __init__(self, network: Network, net: Net, state: State) -> None:
        self.network, self.net, self.state = network, net, state
        self.hd = _besides(net, network.level)
        self.besides: dict[int, list[tuple[int, int]]] = {}
        for source, row in _rows_of_sources(net.sources, S_FIRST_CO, S_END_CO):
            self.besides.setdefault(int(net.co_products[row, K_PLACE]), []).append((source, row))
        self.events = 0
        self.served: dict[int, int] = {}
        self.gave_way: dict[int, list[int]] = {}
        self.position = np.full(int(net.sources[:, S_ROW].max(initial=-1)) + 1, -1, np.int64)
        self.position[net.sources[:, S_ROW]] = np.arange(len(net.sources))
        self._scratch = np.empty((256, 4), np.int64)
        self.told: dict[str, dict[int, list[int]]] = {}
        for name, (counter, _) in TOLD.items():
            rows: dict[int, list[int]] = {}
            for row, demand in enumerate(getattr(state, name)[: state.counters[counter], 0].tolist()):
                rows.setdefault(demand, []).append(row)
            self.told[name] = rows

    def listed(self, write: Callable[..., int], place: int) -> list[list[int]]:
        """Give the rows that ``list_uses`` or ``list_made`` writes of an item-location."""
        found: list[list[int]] = self.listed_rows(write, place).tolist()
        return found

    def listed_rows(self, write: Callable[..., int], place: int) -> Ints:
        """Give the same as an array, which the next call writes over."""
        hd = (self.hd,) if write is list_uses else ()
        while (count := int(write(self.net, self.state, *hd, place, self._scratch))) < 0:
            self._scratch = np.empty((2 * len(self._scratch), 4), np.int64)
        return self._scratch[:count]

    def shipped_with(self, facts: Facts, demand: int) -> list[int]:
        """Give the demands that ship together with one, itself included."""
        if demand < 0 or facts.demands.columns["group"][demand] < 0:
            return [demand]
        groups = facts.demands.columns["group"][: facts.demands.size]
        return [int(row) for row in np.flatnonzero(groups == groups[demand])]

    def pop_order(self, order: int) -> None:
        """Take the order last planned, which is cancelled, out of the tables."""
        state = self.state
        first, runs = int(state.orders[order, P_RUN]), int(state.orders[order, P_RUNS])
        for row in range(first + runs - 1, first - 1, -1):
            if state.runs[row, N_LOAD] >= 0:
                state.last_run[self.net.loads[state.runs[row, N_LOAD], O_RESOURCE]] = state.runs[row, N_BEFORE]
        state.last_order[state.orders[order, P_SOURCE]] = state.orders[order, P_BEFORE]
        state.counters[C_ORDERS], state.counters[C_RUNS] = order, first

    def network_now(self) -> Network:
        """Give the network as events have changed it."""
        return replace(self.network, net=self.net)

    def list_full(self) -> list[str]:
        """Name the arrays of which over three quarters are used, to be asked when one of them ran full."""
        counters = self.state.counters
        full = [name for name, c in _GROWN.items() if 4 * counters[c] > 3 * len(getattr(self.state, name))]
        return full + ["journal"] * bool(4 * self.hd.tally[B_JOURNAL] > 3 * len(self.hd.journal))

    def grow(self, names: Sequence[str]) -> None:
        """Give arrays twice the room, all of them where none is named."""
        self.state = roomier(self.state, {one for name in names for one in _ALIKE.get(name, (name,))})
        if "journal" in names or not names:
            arrays = self.hd.arrays()
            arrays["journal"] = np.empty((2 * len(arrays["journal"]), 4), np.int64)
            self.hd = Held(**arrays)


def _rows_of_sources(sources: Ints, first: int, end: int) -> list[tuple[int, int]]:
    """Give (source, row) of a table that is grouped by source."""
    own = np.flatnonzero(sources[:, end] > sources[:, first]).tolist()
    return [(source, row) for source in own for row in range(int(sources[source, first]), int(sources[source, end]))]


def _besides(net: Net, level: Ints) -> Held:
    """Give the arrays that releasing and mending need."""
    place = net.lines[:, L_PLACE]
    order = np.argsort(place, kind="stable")
    count = np.bincount(place, minlength=len(net.places)) if len(place) else np.zeros(len(net.places), np.int64)
    owner = np.repeat(np.arange(len(net.sources)), net.sources[:, S_END_LINE] - net.sources[:, S_FIRST_LINE])
    return Held(
        tally=np.zeros(TALLIES, np.int64),
        journal=np.empty((_JOURNAL_ROWS, 4), np.int64),
        queue=np.empty(len(net.places), np.int64),
        waiting=np.zeros((len(net.places), WAITING_COLUMNS), np.int64),
        level=np.ascontiguousarray(level),
        seen=np.full(len(net.places), -1),
        use_offset=np.concatenate(([0], np.cumsum(count))).astype(np.int64),
        use_line=order.astype(np.int64),
        use_source=np.ascontiguousarray(owner[order]).astype(np.int64),
    )


def hold(problem: Problem, network: Network, rows: Rows) -> HeldState:
    """Lay a plan down; its orders are numbered as they stand in ``rows``."""
    n_demands = len(problem.demands.key)
    renamed = {name: _renamed(getattr(rows, name), n_demands) for name in TOLD}
    state = lay_down(problem, network, replace(rows, **renamed))
    return HeldState(network, _quiet(network.net), state)


def without_forecasts(problem: Problem, held: HeldState) -> HeldState:
    """Give the state without what only forecasts and stock targets need; its orders keep their numbers."""
    state, is_firm = held.state, firm_kinds(problem.demands.kind)
    kept = {}
    for name, (counter, _) in TOLD.items():
        table = getattr(state, name)[: state.counters[counter]]
        demand = table[:, 0]
        kept[name] = (
            np.ascontiguousarray(table[(demand >= 0) & is_firm[np.maximum(demand, 0)]]) if len(is_firm) else table[:0]
        )
    rows = Rows(orders=state.orders[: state.counters[C_ORDERS]], runs=state.runs, **kept)
    firm = trim_all(problem, held.network, lay_down(problem, held.network, rows))
    live = firm.orders[: firm.counters[C_ORDERS]]
    firm.used[:] = 0
    np.add.at(firm.used, live[:, P_SOURCE], live[:, P_QUANTITY])
    return HeldState(held.network, _quiet(held.net), firm)


def list_numbers(held: HeldState) -> Ints:
    """Give the numbers of the orders that ``plain_rows`` gives, in their order."""
    return np.flatnonzero(_whole_orders(held)[:, P_QUANTITY] > 0).astype(np.int64)


def plain_rows(problem: Problem, held: HeldState) -> Rows:
    """Give the rows of a state as ``solve`` gives them: riders in their hosts, nothing cancelled, targets by number."""
    state, n_demands = held.state, len(problem.demands.key)
    orders = _whole_orders(held)
    told = {}
    for name, (counter, column) in TOLD.items():
        table = getattr(state, name)[: state.counters[counter]].copy()
        table = table[table[:, column] > 0]
        is_target = table[:, 0] < 0
        table[is_target, 0] = n_demands - 1 - table[is_target, 0]
        told[name] = table
    kept = np.ascontiguousarray(orders[orders[:, P_QUANTITY] > 0])
    return Rows(orders=kept, runs=state.runs[: state.counters[C_RUNS]], **told)


def _whole_orders(held: HeldState) -> Ints:
    """Give all orders by number, those that ride in others without units of their own."""
    orders = held.state.orders[: held.state.counters[C_ORDERS]].copy()
    riders = np.flatnonzero((orders[:, P_HOST] >= 0) & (orders[:, P_QUANTITY] > 0))
    np.add.at(orders[:, P_QUANTITY], orders[riders, P_HOST], orders[riders, P_QUANTITY])
    orders[orders[:, P_HOST] >= 0, P_QUANTITY] = 0
    return orders


def firm_kinds(kind: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Say which demands are somebody's, not expected or for stock."""
    return (kind == DemandKind.ORDER) | (kind == DemandKind.REQUIREMENT)


def _renamed(table: Ints, n_demands: int) -> Ints:
    """Name a stock target by its item-location, so that demands may be added."""
    named = table.copy()
    is_target = named[:, 0] >= n_demands
    named[is_target, 0] = n_demands - 1 - named[is_target, 0]
    return named


def _quiet(net: Net) -> Net:
    """Give the network in which nobody is moved to make room for another, with tables of its own that events change."""
    arrays = net.arrays()
    for name in ("clock", "sources", "resources"):
        arrays[name] = arrays[name].copy()
    arrays["clock"][SHIFTS] = 0
    return Net(**arrays)
