"""Walk the pegs of a plan: from a demand down to the leaves, from a supply up to whom it serves."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import ConsumerKind, Ints, Solution, SupplyKind
from rantai_engines.planning.tables import NEVER

#: Deeper than any chain; a walk that gets there is cut.
_DEEPEST = 200


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PegIndex:
    """The pegs grouped by consumer and by supply (CSR); build it once for each plan.

    ``by_consumer[k]`` sorts pegs by consumer of kind k, ``consumer_offset[k]`` cuts it; likewise for supplies.
    """

    solution: Solution
    by_consumer: tuple[Ints, ...]
    consumer_offset: tuple[Ints, ...]
    by_supply: tuple[Ints, ...]
    supply_offset: tuple[Ints, ...]

    @classmethod
    def of(cls, solution: Solution) -> "PegIndex":
        """Sort the pegs of a plan both ways."""
        pegs = solution.pegs
        down = [_grouped(pegs.consumer_kind, pegs.consumer, kind=kind) for kind in ConsumerKind]
        up = [_grouped(pegs.supply_kind, pegs.supply, kind=kind) for kind in SupplyKind]
        return cls(
            solution=solution,
            by_consumer=tuple(order for order, _ in down),
            consumer_offset=tuple(offset for _, offset in down),
            by_supply=tuple(order for order, _ in up),
            supply_offset=tuple(offset for _, offset in up),
        )

    def pegs_into(self, kind: ConsumerKind, consumer: int) -> Ints:
        """Give the pegs that feed a consumer."""
        return _cut(self.by_consumer[kind], self.consumer_offset[kind], consumer)

    def pegs_from(self, kind: SupplyKind, supply: int) -> Ints:
        """Give the pegs that a supply feeds."""
        return _cut(self.by_supply[kind], self.supply_offset[kind], supply)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trace:
    """A demand's tree of pegs, parents before children.

    ``peg`` is a row of ``Solution.pegs``; ``parent`` a row of this trace (-1: the demand itself); ``depth`` counts from
    0; ``quantity`` are the peg's units and ``share`` how many of them are there for this demand; ``slack`` the seconds
    by which this supply may slip before the demand is later than due (or later than it is, where it is late already);
    ``critical`` marks the path with the least slack to its leaf.
    """

    peg: Ints
    parent: Ints
    depth: Ints
    quantity: Ints
    share: NDArray[np.float64]
    slack: Ints
    critical: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Served:
    """Whom a supply serves in the end, in units of the supply; shares of shared orders are proportional.

    ``demand, quantity`` and ``item_location, stock_quantity`` are parallel; ``spare`` is what nobody takes.
    """

    demand: Ints
    quantity: NDArray[np.float64]
    item_location: Ints
    stock_quantity: NDArray[np.float64]
    spare: float


def trace(solution: Solution, demand: int, *, index: PegIndex, problem: Problem) -> Trace:
    """Walk from a demand to the stock, receipts and purchases that it leans on.

    Complexity: linear in the size of the tree.
    """
    pegs, orders = solution.pegs, solution.orders
    due = int(problem.demands.due[demand])
    rows: list[tuple[int, int, int, float, int]] = []
    for peg in index.pegs_into(ConsumerKind.DEMAND, demand):
        early_by = max(due - int(pegs.need_time[peg]), 0)
        rows.append((int(peg), -1, 0, float(pegs.quantity[peg]), early_by + _slack(solution, int(peg))))
    k = 0
    while k < len(rows):
        peg, _, depth, share, slack = rows[k]
        if pegs.supply_kind[peg] == SupplyKind.ORDER and depth < _DEEPEST:
            part = share / float(orders.quantity[pegs.supply[peg]])
            for below in index.pegs_into(ConsumerKind.ORDER, int(pegs.supply[peg])):
                units = float(pegs.quantity[below]) * part
                rows.append((int(below), k, depth + 1, units, slack + _slack(solution, int(below))))
        k += 1
    return _as_trace(solution, rows)


def who_is_served(solution: Solution, *, kind: SupplyKind, supply: int, index: PegIndex) -> Served:
    """Walk from stock, a receipt or an order up to the demands and stock targets that its units end in.

    Complexity: linear in the number of pegs above the supply; each order above is passed once.
    """
    pegs, orders = solution.pegs, solution.orders
    ends: tuple[dict[int, float], dict[int, float]] = ({}, {})
    waiting: list[tuple[int, int]] = []
    through: dict[int, float] = {}
    spare = float(_units_of(solution, kind, supply))
    shares = [(int(peg), float(pegs.quantity[peg])) for peg in index.pegs_from(kind, supply)]
    while True:
        for peg, units in shares:
            spare -= units
            consumer = int(pegs.consumer[peg])
            if pegs.consumer_kind[peg] == ConsumerKind.ORDER:
                if consumer not in through:
                    heapq.heappush(waiting, (int(orders.end[consumer]), consumer))
                through[consumer] = through.get(consumer, 0.0) + units
            else:
                end = ends[0] if pegs.consumer_kind[peg] == ConsumerKind.DEMAND else ends[1]
                end[consumer] = end.get(consumer, 0.0) + units
        if not waiting:
            break
        order = heapq.heappop(waiting)[1]
        units = through.pop(order)
        spare += units
        part = units / float(orders.quantity[order])
        shares = [(int(peg), float(pegs.quantity[peg]) * part) for peg in index.pegs_from(SupplyKind.ORDER, order)]
    return Served(
        demand=np.array(list(ends[0]), np.int64),
        quantity=np.array(list(ends[0].values()), np.float64),
        item_location=np.array(list(ends[1]), np.int64),
        stock_quantity=np.array(list(ends[1].values()), np.float64),
        spare=max(spare, 0.0),
    )


def _grouped(kinds: Ints, indices: Ints, *, kind: int) -> tuple[Ints, Ints]:
    own = np.flatnonzero(kinds == kind)
    order = own[np.argsort(indices[own], kind="stable")]
    most = int(indices[order[-1]]) if len(order) else -1
    return order, np.searchsorted(indices[order], np.arange(most + 2)).astype(np.int64)


def _cut(order: Ints, offset: Ints, row: int) -> Ints:
    return order[offset[row] : offset[row + 1]] if row + 1 < len(offset) else order[:0]


def _slack(solution: Solution, peg: int) -> int:
    return int(solution.pegs.need_time[peg] - solution.pegs.supply_time[peg])


def _units_of(solution: Solution, kind: SupplyKind, supply: int) -> int:
    """Units of an order; stock and receipts count what is pegged of them, since the plan does not hold the rest."""
    if kind == SupplyKind.ORDER:
        return int(solution.orders.quantity[supply])
    pegs = solution.pegs
    return int(pegs.quantity[(pegs.supply_kind == kind) & (pegs.supply == supply)].sum())


def _as_trace(solution: Solution, rows: list[tuple[int, int, int, float, int]]) -> Trace:
    peg = np.array([row[0] for row in rows], np.int64)
    parent = np.array([row[1] for row in rows], np.int64)
    slack = np.array([row[4] for row in rows], np.int64)
    critical = np.zeros(len(rows), np.bool_)
    is_leaf = np.ones(len(rows), np.bool_)
    is_leaf[parent[parent >= 0]] = False
    k = int(np.argmin(np.where(is_leaf, slack, NEVER))) if rows else -1
    while k >= 0:
        critical[k] = True
        k = int(parent[k])
    return Trace(
        peg=peg,
        parent=parent,
        depth=np.array([row[2] for row in rows], np.int64),
        quantity=solution.pegs.quantity[peg],
        share=np.array([row[3] for row in rows], np.float64),
        slack=slack,
        critical=critical,
    )
