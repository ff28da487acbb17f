"""The planner as a program: it answers, survives being killed, and leaves the old plan where it stood."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connections
from django.db.models import Sum

from rantai.iscm import facade as iscm
from rantai.iscm.promising import planner_client
from rantai.iscm.supply import tasks
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlanBlock, PlannedOrder, PlanOutcome, PlanRun
from rantai.kernel import jobs
from rantai.kernel.models import ApprovalPolicy, DecisionRecord, Job, Lease
from rantai.srm.buying.models import PurchaseRequisition
from tests import forks
from tests.config import programs
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply import forked_planner, killed_plan

pytestmark = pytest.mark.django_db(transaction=True)

AS_OF = factory.MONDAY.isoformat()


@pytest.fixture
def bought():
    site, item, supplier = foundation.make_site(), foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier, lead_time_days=5, cost=20_000)
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    return site, item


@pytest.fixture
def socket_url(settings, rantai_home, monkeypatch) -> str:
    url = f"unix://{rantai_home}/run/planner.sock"
    settings.PLANNER_URL = url
    monkeypatch.setenv("PLANNER_URL", url)
    return url


@pytest.fixture
def planner(bought, socket_url) -> Iterator[forks.Program]:
    program = start(socket_url)
    yield program
    program.end()


def start(socket_url: str) -> forks.Program:
    Lease.objects.filter(name="planner").delete()
    program = forks.Program(forked_planner.serve, socket_url)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not program.is_running():
            raise AssertionError("the planner ended")
        try:
            tasks.sockets.ask(tasks.settings.PLANNER_URL, {"op": "ping"}, timeout=5)
        except tasks.sockets.NobodyAnswers:
            time.sleep(0.1)
        else:
            return program
    raise AssertionError("nobody answers")


def run_job(name: str) -> dict:
    job = jobs.run_here(name, {"as_of": AS_OF}, worker="t", key="", actor="", listener=lambda *_: None)
    assert job.state == "done", job.error
    return job.result


def test_a_step_of_the_turn_plans_with_nobody_running_and_again_changes_nothing(bought, socket_url):
    first = run_job("iscm.solve_plan")
    again = run_job("iscm.solve_plan")

    assert first["revision"] == again["revision"] == 1
    assert first["orders"] == 1
    assert first["proposals"] == 1
    assert iscm.get_plan().open_proposals == 1


def test_the_planner_solves_answers_and_comes_back_after_being_killed(planner, bought, socket_url):
    site, item = bought
    assert run_job("iscm.solve_plan")["revision"] == 1
    line = planner_client.DeepLine(
        line=1, item_id=item.pk, units=50_000, wanted_on=date(2026, 11, 4), location_ids=(site.pk,)
    )
    answer = planner_client.ask([line], as_of=factory.MONDAY, timeout=5)
    (part,) = answer.parts[1]
    assert (part.units, part.basis, part.leaves_on, part.there_on) == (
        50_000, "plan", date(2026, 11, 9), date(2026, 11, 7),
    )  # fmt: skip

    planner.end()
    assert planner_client.ask([line], as_of=factory.MONDAY) is None
    second = start(socket_url)
    try:
        assert planner_client.ask([line], as_of=factory.MONDAY, timeout=5) == answer
    finally:
        assert second.end(gently=True) == 0
    assert not os.path.exists(tasks.sockets.find_place(socket_url))


def test_a_step_that_finds_no_planner_and_meets_the_new_one_has_its_plan_of_that_one(planner, bought, socket_url):
    place = str(tasks.sockets.find_place(socket_url))
    os.rename(place, f"{place}.away")  # as when a planner was killed: the next holds the role and does not listen yet
    back = threading.Timer(4.0, os.rename, (f"{place}.away", place))
    back.start()

    found = run_job("iscm.solve_plan")

    back.join()
    assert found["revision"] == 1
    assert planner.is_running()


def wait_for_step(step: int) -> PlanRun:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        run = PlanRun.objects.get(state="current")
        if run.step >= step:
            return run
        time.sleep(0.05)
    raise AssertionError(f"the plan stays at step {run.step}")


def test_the_plan_follows_what_happens_by_itself_and_after_a_kill(planner, bought, socket_url):
    _site, item = bought
    run_job("iscm.solve_plan")

    late = factory.make_demand(item, 4, requested_on=date(2026, 11, 20))
    run = wait_for_step(1)
    assert PlanOutcome.objects.get(run=run, demand=late).pegged == 40_000
    assert iscm.get_plan().open_proposals >= 1
    assert PlannedOrder.objects.filter(run=run, state="proposed").aggregate(units=Sum("units"))["units"] == 140_000

    planner.end()
    missed = factory.make_demand(item, 3, requested_on=date(2026, 11, 23))
    second = start(socket_url)
    try:
        run = wait_for_step(2)
        assert PlanOutcome.objects.get(run=run, demand=missed).pegged == 30_000
        assert PlanOutcome.objects.filter(run=run).count() == 3
    finally:
        second.end()


def test_what_is_not_changed_in_place_has_the_whole_plan_made_anew(planner, bought, socket_url):
    run_job("iscm.solve_plan")
    unknown = foundation.make_item()
    foundation.make_source(unknown, supplier=foundation.make_party(role="supplier"), lead_time_days=3, cost=10_000)
    factory.make_demand(unknown, 2, requested_on=date(2026, 11, 20))
    until = time.monotonic() + 60
    while not Job.objects.filter(task="iscm.finish_change").exists() and time.monotonic() < until:
        time.sleep(0.05)

    waiting = Job.objects.get(task="iscm.finish_change")
    job = jobs.run_here(waiting.task, waiting.payload, worker="t", key="", actor="", listener=lambda *_: None)

    assert "does not know item" in waiting.payload["why"]
    assert job.result["revision"] == 2
    assert PlanOutcome.objects.filter(run__state="current").count() == 2
    again = jobs.run_here(waiting.task, waiting.payload, worker="t", key="", actor="", listener=lambda *_: None)
    assert again.result == {"revision": 2}


def test_a_question_that_it_does_not_know_gets_an_answer(planner, socket_url):
    answer = tasks.sockets.ask(socket_url, {"op": "sing"}, timeout=5)

    assert answer["ok"] is False
    assert "ping, ask, solve, scenario and verify" in answer["error"]


def test_verify_tells_a_whole_plan_from_a_damaged_one(bought):
    planning.make_plan(factory.MONDAY, builder="test")
    whole = programs.call("planner", "verify", "--json")
    assert whole.exit_code == 0, whole.output
    assert json.loads(whole.stdout)["database_says_the_same"] is True

    block = PlanBlock.objects.get(table="orders")
    data = bytearray(bytes(block.bytes))
    data[data.index(b'["quantity","u0",') + 17] ^= 2  # another digit
    PlanBlock.objects.filter(pk=block.pk).update(bytes=bytes(data))

    damaged = programs.call("planner", "verify", "--json")
    assert damaged.exit_code == 1
    assert json.loads(damaged.stdout)["solution_is_stored_as_planned"] is False


@pytest.mark.parametrize(
    ("place", "where"), [(4, "after"), (5, "inside"), (6, "after"), (7, "after"), (8, "inside"), (8, "after")]
)
def test_killed_at_any_step_the_old_plan_stands_and_nothing_half_made_is_seen(bought, place, where):
    _site, item = bought
    old = planning.make_plan(factory.MONDAY, builder="test").run
    factory.make_demand(item, 4, requested_on=date(2026, 11, 20))
    seen = list_seen()
    connections.close_all()

    killed = forks.Program(killed_plan.plan_and_die, place, where, factory.MONDAY + timedelta(days=1))

    assert killed.finish() == (-signal.SIGKILL, [])
    current = PlanRun.objects.get(state="current")
    if current.pk == old.pk:
        assert list_seen() == seen
    else:
        # only the very last step makes the new plan current, and then all of it
        assert place == 8
        assert where == "after"
        assert len(list_seen()) == 2
    assert factory.list_violations() == []
    after = planning.make_plan(factory.MONDAY + timedelta(days=1), builder="test").run
    assert len(list_seen()) == 2
    assert not PlanRun.objects.filter(state__in=["building", "dead"]).exists()
    assert DecisionRecord.objects.filter(state="proposed").count() == PlannedOrder.objects.filter(run=after).count()
    assert set(PlanOutcome.objects.values_list("run_id", flat=True)) <= {after.pk, current.pk, old.pk}


def list_seen() -> list[tuple[int, int]]:
    return [(view.order_id, view.units.amount) for view in iscm.list_proposals()]


def test_the_client_gives_up_in_time_when_nobody_answers(socket_url):
    begun = time.perf_counter()

    assert planner_client.ask([], as_of=factory.MONDAY) is None

    assert time.perf_counter() - begun < 5


def test_a_policy_releases_what_it_covers_and_leaves_the_rest(bought, socket_url):
    planning.make_plan(factory.MONDAY, builder="test")
    assert run_job("iscm.release_proposals") == {"released": 0, "waiting": 1}
    ApprovalPolicy.objects.create(
        kind="purchase", max_amount=10**9, horizon_days=30, set_by="user:1", set_at=factory.MONDAY
    )

    assert run_job("iscm.release_proposals") == {"released": 1, "waiting": 0}
    assert run_job("iscm.release_proposals") == {"released": 0, "waiting": 0}

    order = PlannedOrder.objects.get()
    assert order.state == "released"
    assert order.decided_by.startswith("policy:")
    assert PurchaseRequisition.objects.get(pk=order.document_id).cause_id == order.pk


def test_suppliers_are_told_what_the_plan_expects_to_buy(bought):
    planning.make_plan(factory.MONDAY, builder="test")

    assert run_job("iscm.share_forecast") == {"suppliers": 1, "rows": 1}
    assert run_job("iscm.share_forecast") == {"suppliers": 0, "rows": 1}
