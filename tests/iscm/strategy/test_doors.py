"""Scenarios through the front door."""

from __future__ import annotations

import pytest
from django.db import transaction

from rantai.iscm import facade as iscm
from rantai.iscm.strategy.actions import runs, scenarios
from rantai.kernel import clock, jobs
from tests.factories import foundation

pytestmark = pytest.mark.django_db


def test_a_scenario_is_asked_solved_and_told_through_the_front_door(world, django_assert_num_queries):
    company = foundation.make_company()
    with transaction.atomic():
        made = iscm.ask_scenario(
            company.pk, "A fifth less", [("demand", {"share": 2_000})], by="user:1", as_of=clock.now()
        )
    (before,) = iscm.list_scenarios()
    jobs.run_job(jobs.claim(worker="t"), worker="t", is_raising=True)

    with django_assert_num_queries(4):
        (after,) = iscm.list_scenarios()

    assert (before.id, before.name, before.changes, before.run_id, before.figures) == (
        made,
        "A fifth less",
        1,
        None,
        (),
    )
    assert after.plan_revision == 1
    assert len(after.problem_hash) == 64
    (lines,) = [row for row in after.figures if row.code == "lines_on_time"]
    assert (lines.denominator, lines.plan_numerator, lines.plan_denominator) == (4, 4, 4)


def test_a_bad_or_empty_question_writes_nothing(world):
    company = foundation.make_company()

    with pytest.raises(scenarios.BadChange), transaction.atomic():
        iscm.ask_scenario(company.pk, "No", [("demand", {})], by="user:1", as_of=clock.now())
    with pytest.raises(runs.NothingToSolve), transaction.atomic():
        iscm.ask_scenario(company.pk, "No", [], by="user:1", as_of=clock.now())

    assert iscm.list_scenarios() == ()
