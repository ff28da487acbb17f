"""Open orders occupy resources otherwise: what is laid anew piece by piece is what is laid down from nothing."""

from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rantai_engines.planning.changes import ChangeOccupations, Work
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.problem import UNIT, Loads, Occupations, Resources
from rantai_engines.planning.tables import build

from .audit import audit
from .chains import DAY, NOW, make_problem
from .changing import laid_anew, list_busy, list_orders, list_profiles, random_change, random_occupations, tell_both
from .finite_chains import random_finite_problem

seeds = st.integers(0, 1_000_000)


@given(seeds)
@example(258)  # works of no length on a resource with set-ups
@example(414)
@example(1861)  # the order that others rode in is dropped: nobody rides in it any more
@settings(max_examples=25, deadline=None)
def test_resources_are_as_if_laid_down_anew(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed)), np.random.default_rng(seed)
    loaded = held.plan.net.loads[:, 0]

    for _step in range(5 if len(loaded) else 0):
        touched = held.apply([random_occupations(rng, held, int(rng.choice(loaded)))])

        assert not touched.why
        audit(held.facts.problem(), held.solution())
        for state in (held.plan, held.firm):
            anew = laid_anew(held, state)
            assert anew is None or list_profiles(anew) == list_profiles(state)
            assert anew is None or list_busy(anew) == list_busy(state)
            assert anew is None or (anew.state.bucket_left == state.state.bucket_left).all()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_what_is_too_much_leaves_every_resource_as_it_was(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed), most=0), np.random.default_rng(seed)
    loaded = held.plan.net.loads[:, 0]

    for step in range(4 if len(loaded) else 0):
        before, works = tell_both(held), {key: row for key, row in held.facts.works.items() if row}
        some = random_occupations(rng, held, int(rng.choice(loaded)))
        if held.apply([some, random_change(rng, held, step)]).is_provisional:
            assert tell_both(held) == before
            assert {key: row for key, row in held.facts.works.items() if row} == works


def test_work_that_ends_gives_its_hours_back_and_moves_nobody() -> None:
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [0]},
        operations={"source": [0], "sequence": [10], "unit_seconds": [float(DAY)]},
        demands={"key": [1], "item_location": [0], "due": [NOW + 9 * DAY], "quantity": [2 * UNIT]},
    )
    held = HeldPlan(
        replace(
            problem,
            loads=build(Loads, {"operation": [0], "resource": [0]}),
            resources=build(Resources, {"key": [1], "kind": [1], "maximum": [UNIT]}),
            occupations=build(Occupations, {"resource": [0], "start": [NOW], "end": [NOW + 3 * DAY]}),
        )
    )
    (before,) = list_orders(held.plan).values()

    held.apply([ChangeOccupations(resource=0, works=())])
    assert list_busy(held.plan)[0] == [[NOW + 7 * DAY], [NOW + 9 * DAY]]
    assert list(list_orders(held.plan).values()) == [before]

    held.apply([ChangeOccupations(resource=0, works=(Work(NOW + 8 * DAY, NOW + 10 * DAY),))])
    assert list_busy(held.plan)[0] == [[NOW + 6 * DAY], [NOW + 10 * DAY]]
