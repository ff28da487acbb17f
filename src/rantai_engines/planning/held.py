"""Hold a solved plan in memory: answer what could be promised, and change what an event touches and nothing else.

Two states are laid down. ``plan`` is the whole plan. ``firm`` is the same plan without forecasts and stock targets,
and without the orders that only they need: what it has free is what a customer may be promised, after every firm
demand and before any forecast or safety stock. Each event changes both.

One thread owns a held plan: there is no lock inside.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields

import numpy as np

from rantai_engines.planning._account_at import account_of
from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import hold, list_numbers, plain_rows, without_forecasts
from rantai_engines.planning._layout import C_DELAYS, EARLIEST, KEEPS
from rantai_engines.planning._netchange import apply_changes, check_row
from rantai_engines.planning._questions import answer
from rantai_engines.planning.account import sort_rows, write_solution
from rantai_engines.planning.asking import Answers, Wanted
from rantai_engines.planning.changes import Change, Touched
from rantai_engines.planning.plan_part import PlanPart
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import CauseKind, Delays, Solution
from rantai_engines.planning.solve import Loop, Params, plan_rows
from rantai_engines.planning.tables import NEVER

_DEFAULTS = Params()
#: Demands that an event may have planned again in place; more of them are a job.
MOST = 2_000


class HeldPlan:
    """A plan that can be asked and changed.

    Parameters
    ----------
    problem : what is known at ``problem.now``.
    params : how to plan; the loop must be HOUSE.
    seed : as in ``solve``.
    most : demands that an event may have planned again in place.
    forecasts_give_way : an event's demand that is late only because forecasts or stock targets hold what it needs is
        served before them, as ``ask`` said, and they are planned again after it. Else an event displaces nobody.

    Attributes
    ----------
    numbers : the number of each order of the plan as it was first made, by its row in ``solution``.

    Raises
    ------
    ValueError : the loop is that of the planning cases.
    """

    def __init__(
        self, problem: Problem, *, params: Params = _DEFAULTS, seed: int = 0, most: int = MOST,
        forecasts_give_way: bool = True,
    ) -> None:  # fmt: skip
        if params.loop != Loop.HOUSE:
            raise ValueError(
                "A held plan serves demands by the house's rules; Loop.FAITHFUL is for the planning cases."
            )
        self.params, self.most, self.forecasts_give_way = params, most, forecasts_give_way
        network, rows = plan_rows(problem, params=params, seed=seed)
        self.facts = Facts(problem)
        self.plan = hold(problem, network, sort_rows(network, rows))
        self.numbers = list_numbers(self.plan)
        self.firm = without_forecasts(problem, self.plan)

    def apply(self, changes: Sequence[Change]) -> Touched:
        """Change the plan by one event and leave everything that it does not touch exactly as it was.

        Raises
        ------
        InvalidProblem : a change names a row that there is not, or says what no problem may.
        """
        return apply_changes(
            self.facts, self.plan, self.firm, changes,
            params=self.params, most=self.most, forecasts_give_way=self.forecasts_give_way,
        )  # fmt: skip

    def solution(self) -> Solution:
        """Give the plan as it stands now; orders are numbered anew, by start."""
        problem = self.facts.problem()
        return write_solution(
            problem, self.plan.network_now(), plain_rows(problem, self.plan),
            release_until=self.params.release_until, root_reasons=self.params.root_reasons,
        )  # fmt: skip

    def account(self, item_locations: Sequence[int], *, only_released: bool = False) -> PlanPart:
        """Give what the plan says of some item-locations, orders by number: what an event touched, for publishing.

        ``only_released``: reasons of orders that begin by ``params.release_until`` alone; those of all others cost a
        walk up to every demand, and a plan that changes by the minute proposes none of them.
        """
        return account_of(
            self.facts, self.plan, item_locations, release_until=self.params.release_until, only_released=only_released
        )

    def list_waits(self, item_locations: Sequence[int]) -> Delays:
        """Give the waits of all demands for receipts of some item-locations, wherever the demands stand.

        What an event touched may be waited for by many whom it did not touch.
        """
        state = self.plan.state
        delays = state.delays[: state.counters[C_DELAYS]]
        is_asked = np.zeros(len(self.facts.places.key), np.bool_)
        is_asked[list(item_locations)] = True
        waits = (delays[:, 0] >= 0) & (delays[:, 1] > 0) & (delays[:, 4] == CauseKind.AWAITS_RECEIPT)
        waits[waits] = is_asked[delays[waits, 5]]
        return Delays(**dict(zip((each.name for each in fields(Delays)), delays[waits].T.copy(), strict=True)))

    def ask(
        self, wanted: Sequence[Wanted], *, at: int | None = None, without: Collection[int] = ()
    ) -> Answers:  # fmt: skip
        """Say when units could be had, lines of one question one after the other; nothing stays planned.

        ``at``: the present of whoever asks, where it is later than the plan's; no order would begin before it.
        ``without``: keys of demands that are about to let go of what they get; what the plan does not know has nothing.

        Raises
        ------
        InvalidProblem : a line names an item-location that there is not.

        Notes
        -----
        Complexity: about as many asks as levels and tries; no part depends on the size of the network.
        """
        for place in (place for line in wanted for place, _due in ((line.item_location, 0), *line.others)):
            check_row("ItemLocations", place, len(self.facts.places.key))
        clock = self.firm.net.clock
        clock[EARLIEST] = -NEVER if at is None else at
        try:
            return answer(self.facts, self.firm, wanted, list(self._list_freed(without)))
        finally:
            clock[EARLIEST], clock[KEEPS] = -NEVER, 0

    def _list_freed(self, keys: Collection[int]) -> Iterator[tuple[int, int, int]]:
        """Yield (item-location, instant, units) of what demands get, of those that the plan knows."""
        demands, deliveries = self.facts.demands, self.firm.state.deliveries
        for row in (demands.rows[key] for key in keys if key in demands.rows):
            for told in self.firm.told["deliveries"].get(row, ()):
                yield int(demands.columns["item_location"][row]), int(deliveries[told, 1]), int(deliveries[told, 2])
