"""Plan a large problem in parts that nothing joins, side by side; what is found does not depend on who plans them."""

from dataclasses import replace
from functools import partial

from rantai_engines.planning._gather import gather
from rantai_engines.planning._improve import find_small
from rantai_engines.planning.parts import LEAST_WORK, MOST_PARTS, cut, find_components
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import Solution
from rantai_engines.planning.solve import Params, solve
from rantai_engines.spreading import Spread, in_turn


def solve_in_parts(
    problem: Problem, *, params: Params, seed: int = 0, spread: Spread = in_turn, least_work: int = LEAST_WORK,
    most_parts: int = MOST_PARTS,
) -> Solution:  # fmt: skip
    """Plan every demand of a problem as ``solve`` does, part by part.

    Parameters
    ----------
    problem, params, seed : as for ``solve``.
    spread : how the parts are worked on; it never changes the plan.
    least_work, most_parts : demands and item-locations that are worth a part, and how many parts there may be.

    Returns
    -------
    Solution : with the rows of ``problem``. Where a problem is cut, the search for better orders in small components
        is made if the whole would make it and shares its trials among those of a part, and waits of hopeless demands
        are told by what limits their own part.
    """
    parts = cut(problem, least_work=least_work, most_parts=most_parts)
    if len(parts) == 1:
        return solve(problem, params=params, seed=seed)
    # A part may be small enough for a search that its whole is too large for: thousands of items that share nothing.
    is_searching = params.search_orders and len(find_small(find_components(problem))) > 0
    params = replace(params, search_orders=is_searching)
    return gather(problem, parts, spread(partial(solve, params=params, seed=seed), [part.problem for part in parts]))
