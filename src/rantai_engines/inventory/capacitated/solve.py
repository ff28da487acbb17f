"""Find cheap lots for many items on one machine with set-up times, and say how far they may be from the best."""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rantai_engines.inventory.capacitated import _flows, _kernels, _windows
from rantai_engines.inventory.capacitated.params import CapacitatedParams
from rantai_engines.inventory.capacitated.problem import CapacitatedProblem
from rantai_engines.inventory.capacitated.solution import CapacitatedSolution

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]
Data = tuple[Floats, Floats, Floats, Floats, Floats]


class _Chain(NamedTuple):
    """Share of the work, temperatures in mean set-up costs, share of trials that plan anew, first price of overtime."""

    work: float
    hot: float
    cold: float
    anew: float
    penalty: float


_CHAINS = (
    _Chain(0.1, 0.15, 0.05, 0.2, 0.0025),
    _Chain(0.45, 0.15, 0.05, 0.2, 0.0025),
    _Chain(0.45, 0.3, 0.05, 0.1, 0.0025),
)
_POLISH = (
    _Chain(0.25, 0.1, 0.05, 0.0, 0.02),
    _Chain(0.35, 0.2, 0.05, 0.1, 0.02),
    _Chain(0.25, 0.1, 0.05, 0.0, 0.02),
    _Chain(0.35, 0.2, 0.05, 0.1, 0.02),
)
_SMALL = 1e-7
_PENALTY = 1000.0
# A small problem is searched through long before its budget is spent.
_STEPS_A_SETUP = 2_000
_WINDOW_SETUPS = 24
_RELAXED_SETUPS = 200
_STEP = 2
# A large problem is given fewer rounds of its bound, and fewer moves to balance a plan: one of each takes longer.
_BOUND_WORK, _LEAST_ROUNDS = 6e7, 100
_MOVE_WORK, _MOST_MOVES = 1e8, 100_000


def solve(problem: CapacitatedProblem, *, params: CapacitatedParams, seed: int) -> CapacitatedSolution:
    """Choose set-ups and quantities of all items.

    Parameters
    ----------
    problem : CapacitatedProblem
        Demand (n_items, n_periods), times, costs, capacity.
    params : CapacitatedParams
        Budget of work, and a limit of time for those who need one.
    seed : int
        Of the annealing, 0 to 2^63 - 1.

    Returns
    -------
    CapacitatedSolution
        The best plan met; one with the least overtime met where none keeps to the capacity.

    Notes
    -----
    Lagrangian relaxation of the capacity gives the bound and prices of machine time (Trigeiro, Thomas & McClain 1989,
    Capacitated lot sizing with setup times); annealing over set-ups, each priced with its cheapest quantities, gives a
    plan at once; windows of set-ups solved exactly give the rest (Helber & Sahling 2010).
    Where it fails: set-ups carried over from one period to the next, sequences, backlog, several machines.
    Complexity: the annealing is bounded by its work; a window grows exponentially in its set-ups up to `nodes`.
    """
    search = _Search(problem, params=params, seed=seed)
    search.find_bound()
    has_gained = search.anneal()
    if search.best.over > 0:
        search.relax_and_fix(width=2, nodes=1, gap=2e-2)
    if search.best.over > 0 or not has_gained:
        # Where the chains met overtime only, the first plan, a lot for each demand, is a poor one for windows.
        search.polish()
    search.optimise_windows()
    search.relax_and_fix(width=3, nodes=params.nodes, gap=1e-3)
    search.polish()
    search.optimise_windows()
    return search.describe()


@dataclass(slots=True)
class _Best:
    setups: Flags
    cost: float
    over: float


class _Search:
    """One run: what it has found so far, and what it may still spend."""

    def __init__(self, problem: CapacitatedProblem, *, params: CapacitatedParams, seed: int) -> None:
        self.problem, self.params, self.seed = problem, params, seed
        self.ends_at = time.perf_counter() + params.seconds if params.seconds else np.inf
        need = problem.demand * problem.unit_time[:, None]
        hold = problem.holding_cost / problem.unit_time
        # Copies: a kernel is compiled anew for arrays that may not be written to.
        columns = (problem.setup_time.copy(), problem.setup_cost.copy(), problem.capacity.copy())
        self.data: Data = (need, hold, *columns)
        self.small = _SMALL * max(float(problem.capacity.max()), 1e-6)
        self.prices = np.zeros(problem.n_periods)
        every = np.ascontiguousarray(need > 0, dtype=np.int8)
        spent = float((problem.setup_cost[:, None] * every).sum())
        held = float((hold[:, None] * need).sum())
        # What a unit of overtime costs: far more than the dearest way to make a unit of machine time within the plan.
        self.penalty = _PENALTY * (spent + held) / max(float(need.sum()), 1e-9) + 1e-6
        self.start, self.target = every, spent
        self.best = _Best(setups=every, cost=np.inf, over=np.inf)
        self.bound, self.windows, self.was_cut = 0.0, 0, False

    @property
    def seconds_left(self) -> float:
        return self.ends_at - time.perf_counter()

    def is_over(self) -> bool:
        if self.best.over == 0 and self.best.cost <= self.bound + 1e-9 * abs(self.best.cost):
            return True  # it is proven best
        self.was_cut = self.was_cut or self.seconds_left <= 0
        return self.was_cut

    def find_bound(self) -> None:
        """Bound the cost, and begin from the set-ups that the prices ask for."""
        n, periods = self.start.shape
        rounds = min(self.params.bound_rounds, max(_LEAST_ROUNDS, int(_BOUND_WORK / (n * periods * periods))))
        self.bound = _flows.find_bound(self.data, rounds, self.target, self.prices)
        self.take(self.start)
        wanted = np.zeros_like(self.start)
        for item in range(self.problem.n_items):
            _flows.choose_setups(self.data, item, self.prices, wanted[item])
        self.take(wanted)
        self.start = wanted

    def anneal(self) -> bool:
        """Search from the set-ups of the bound; say whether a better plan was met that keeps to the capacity.

        A chain that met none when none is known is the last.
        """
        before = self.best.cost, self.best.over
        for number, chain in enumerate(_CHAINS):
            if self.is_over():
                break
            self.follow(chain, start=self.start, seed=self.seed + number)
            if self.best.over > 0:
                break
        return self.best.over == 0 and (self.best.cost, self.best.over) != before

    def polish(self) -> None:
        """Search once more from the best plan, with overtime too dear to leave the plans that keep to the capacity."""
        for number, chain in enumerate(_POLISH):
            if self.is_over() or self.best.over > 0:
                return
            self.follow(chain, start=self.best.setups, seed=self.seed + len(_CHAINS) + number)

    def follow(self, chain: _Chain, *, start: Flags, seed: int) -> None:
        n, periods = start.shape
        steps = int(chain.work * min(self.params.search_work / (n * periods * periods), _STEPS_A_SETUP * n * periods))
        mean = max(float(self.problem.setup_cost.mean()), 1e-6 * self.target, 1e-9)
        found = start.copy()
        _kernels.anneal(
            self.data, self.prices, start, steps, (chain.hot * mean, chain.cold * mean), chain.penalty * self.penalty,
            self.small, chain.anew, seed, found,
        )  # fmt: skip
        self.take(found)

    def relax_and_fix(self, *, width: int, nodes: int, gap: float) -> None:
        """Solve stretches of periods from the first on, later set-ups relaxed; for problems of moderate size."""
        n, periods = self.start.shape
        if n * periods > _RELAXED_SETUPS or self.params.rounds == 0:
            return
        model, setups = self.model(), np.zeros(n * periods)
        period = np.tile(np.arange(periods), n)
        for first in range(0, max(1, periods - width + _STEP), _STEP):
            if self.is_over():
                return
            free = period >= first
            whole = free & (period < first + width)
            found = self.solve(model, setups=setups, free=free, whole=whole, nodes=nodes, gap=gap)
            if found is None:
                return
            setups = np.where(whole, np.round(found), found)
        self.take(np.round(setups).reshape(n, periods).astype(np.int8))

    def optimise_windows(self) -> None:
        """Solve each window of set-ups with the others fixed, until a round gains nothing."""
        n, periods = self.start.shape
        windows, since = _windows.list_windows(n, periods, size=_WINDOW_SETUPS), 0
        model = self.model() if self.params.rounds else None
        for number in range(self.params.rounds * len(windows)):
            if model is None or since == len(windows) or self.is_over():
                return
            free = windows[number % len(windows)]
            before = self.best.cost, self.best.over
            found = self.solve(
                model, setups=self.best.setups.reshape(-1).astype(np.float64), free=free, whole=free,
                nodes=self.params.nodes, gap=1e-4,
            )  # fmt: skip
            if found is not None:
                self.take(np.round(found).reshape(n, periods).astype(np.int8))
            since = since + 1 if (self.best.cost, self.best.over) == before else 0

    def model(self) -> _windows.Model:
        return _windows.build_model(self.data, penalty=self.penalty)

    def solve(
        self,
        model: _windows.Model,
        *,
        setups: Floats,
        free: NDArray[np.bool_],
        whole: NDArray[np.bool_],
        nodes: int,
        gap: float,
    ) -> Floats | None:
        self.windows += 1
        return _windows.solve_window(
            model, setups=setups, free=free, whole=whole, nodes=nodes, gap=gap, seconds=self.seconds_left
        )

    def price(self, setups: Flags) -> tuple[_flows.State, float, float]:
        """Return the cheapest plan of set-ups, without the idle ones, with its cost and overtime."""
        most = int(min(_MOST_MOVES, max(5 * setups.size, _MOVE_WORK / setups.size)))
        state, moves = _flows.start_state(self.data, setups, self.small)
        _flows.balance(self.data, state, moves, self.penalty, self.small, most)
        if _flows.drop_idle_setups(self.data, state, self.small):
            state, moves = _flows.start_state(self.data, state[0], self.small)
            _flows.balance(self.data, state, moves, self.penalty, self.small, most)
        return state, *_flows.price_plan(self.data, state)

    def take(self, setups: Flags) -> None:
        """Keep set-ups if their plan is the best so far: less overtime first, then cheaper."""
        state, cost, over = self.price(setups)
        over = over if over > self.small * self.problem.n_periods else 0.0
        if (over, cost) < (self.best.over - self.small, np.inf) or (
            over <= self.best.over and cost < self.best.cost - 1e-9 * cost
        ):
            self.best = _Best(setups=state[0].copy(), cost=cost, over=over)

    def describe(self) -> CapacitatedSolution:
        (setups, made, stock, load), _, _ = self.price(self.best.setups)
        problem, late = self.problem, np.maximum(load - self.problem.capacity, 0.0)
        units = problem.unit_time[:, None]
        setup_cost = float((problem.setup_cost[:, None] * setups).sum())
        stock = np.where(np.abs(stock) > self.small, stock, 0.0) / units
        holding_cost = float((problem.holding_cost[:, None] * stock).sum())
        return CapacitatedSolution(
            setups=setups.astype(np.bool_),
            quantity=np.where(made > self.small, made, 0.0) / units,
            stock=stock,
            load=load,
            overtime=np.where(late > self.small * problem.n_periods, late, 0.0),
            cost=setup_cost + holding_cost,
            setup_cost=setup_cost,
            holding_cost=holding_cost,
            bound=min(self.bound, setup_cost + holding_cost),
            windows=self.windows,
            was_cut=self.was_cut,
        )
