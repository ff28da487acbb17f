"""The chain that `bench plan` makes is a function of its size and seed, and its figures hang together."""

import json
from dataclasses import fields

import numpy as np
import pytest

from rantai.bench import chain_worlds, chains, plans
from rantai.bench.options import Options
from rantai.iscm.supply.models import PlanOutcome, PlanRun
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai_engines.planning.problem import UNIT, SourceKind


def test_the_same_size_and_seed_make_the_same_chain():
    one, two = (chains.make_problem(item_locations=1_500) for _ in range(2))
    other = chains.make_problem(item_locations=1_500, seed=1)

    for table in ("item_locations", "sources", "bom_lines", "operations", "demands"):
        left, right = getattr(one, table), getattr(two, table)
        assert all((getattr(left, c.name) == getattr(right, c.name)).all() for c in fields(left))
    assert (one.demands.due != other.demands.due).any()


def test_a_chain_has_its_size_three_demands_each_and_five_levels():
    problem = chains.make_problem(item_locations=3_000)

    assert abs(len(problem.item_locations.key) - 3_000) <= 15
    assert len(problem.demands.key) == 9_000
    kinds = (SourceKind.MOVE, SourceKind.MAKE, SourceKind.BUY)
    assert [int((problem.sources.kind == kind).sum()) for kind in kinds] == [1_200, 1_500, 300]
    assert problem.sources.origin[problem.sources.kind == SourceKind.MOVE].min() >= 0


def test_the_work_centres_are_loaded_as_said():
    problem = chains.make_problem(item_locations=1_000)
    made = np.zeros(len(problem.item_locations.key))
    np.add.at(made, problem.demands.item_location, problem.demands.quantity / UNIT)
    sources = problem.sources
    for source in np.argsort(-sources.kind, kind="stable"):  # moves before makes
        if sources.origin[source] >= 0:
            made[sources.origin[source]] += made[sources.item_location[source]]
    own = np.flatnonzero(sources.item_location < 600)
    steps = problem.operations.source
    first = problem.loads.resource < chains.CENTRES

    seconds = problem.operations.unit_seconds[first] * made[sources.item_location[steps[first]]]

    assert len(own)
    assert np.isclose(seconds.sum() / chains.CENTRES, chains.LOAD * (chains.HORIZON - 20) * chains.DAY, rtol=1e-6)


@pytest.mark.django_db(transaction=True)
def test_a_chain_is_laid_into_the_database_planned_and_published(tmp_path):
    out = tmp_path / "plan.json"

    figures = plans.measure(Options(size="300", out=str(out)))

    assert figures["demands"] == 900
    assert figures["item_locations_planned"] == 301  # the company's first item stands beside them
    assert figures["runs"] >= 150
    assert figures["plan_bytes"] > 10_000
    assert 0.5 < figures["on_time"] <= 1
    assert figures["publish_seconds"] > 0
    assert json.loads(out.read_text())["on_time"] == figures["on_time"]
    run = PlanRun.objects.get(state="current")
    assert PlanOutcome.objects.filter(run=run).count() == 900


@pytest.mark.django_db
def test_the_database_holds_the_chain_that_was_made():
    made = chains.make_problem(item_locations=300)

    chain_worlds.lay(item_locations=300)
    tables = take_snapshot(chain_worlds.AS_OF).tables

    assert int(tables["demands"]["quantity"].sum()) == int(made.demands.quantity.sum())
    assert sorted(tables["sources"]["kind"].tolist()) == sorted(made.sources.kind.tolist())
    assert len(tables["bom_lines"]["source"]) == len(made.bom_lines.source)
    own = tables["item_locations"]["on_hand"]
    assert int(own.sum()) == int(made.item_locations.on_hand.sum()) + 10_000
    assert np.allclose(np.sort(tables["operations"]["unit_seconds"]), np.sort(made.operations.unit_seconds), atol=1e-4)


def test_a_model_in_a_file_is_planned(tmp_path):
    path = tmp_path / "model.xml"
    path.write_text(
        "<plan><current>2026-01-01T00:00:00</current><items><item name='a'><itemsuppliers><itemsupplier>"
        "<supplier name='s'/><leadtime>P4D</leadtime></itemsupplier></itemsuppliers></item></items><demands>"
        "<demand name='x' due='2026-01-10T00:00:00' quantity='5' priority='1'><item name='a'/><location name='b'/>"
        "</demand><demand name='y' due='2026-01-03T00:00:00' quantity='7' priority='2'><item name='a'/>"
        "<location name='b'/></demand></demands></plan>"
    )

    figures = plans.measure(Options(data=str(path)))

    assert (figures["demands"], figures["late"], figures["short"]) == (2, 1, 0)
    assert figures["on_time_by_class"] == {"1": 1.0, "2": 0.0}
    assert (figures["units_late"], figures["unit_days_late"]) == (7.0, 14.0)
