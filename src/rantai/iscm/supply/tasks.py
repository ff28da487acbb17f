"""Steps of a turn: stock targets, a new plan by the planner, proposals that a policy covers, supplier forecasts."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.conf import settings

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand import tasks as demand
from rantai.iscm.supply import measures
from rantai.iscm.supply.actions import aggregates, proposals
from rantai.iscm.supply.queries import aggregate_plans, dependents, outlooks, plans
from rantai.kernel import clock, decisions, jobs, sockets
from rantai.kernel import measures as kpis
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.transactions import run_atomic
from rantai.srm import facade as srm

log = structlog.get_logger(__name__)

SOLVE_TIMEOUT = 900.0
RELEASED_AT_ONCE = 100


class PlannerFailed(RuntimeError):
    """The planner could not make a plan; the text is its own."""


@jobs.task("iscm.set_stock_targets")
def set_stock_targets(run: jobs.Run, *, as_of: str = "", key: str = "") -> dict[str, Any]:
    """Set stock targets from the forecast of each item and of all that is made of it."""
    return demand.set_stock_targets(
        run, as_of=as_of, key=key, list_makers=lambda forecast, on: dependents.list_makers(forecast, on=on)
    )


@jobs.task("iscm.measure_service")
def measure_service(run: jobs.Run, *, as_of: str = "") -> dict[str, Any]:
    """Keep the day's fill rates and the bullwhip of what we order."""
    company = parties.find_company()
    if company is None:
        return {"figures": 0}
    day = clock.business_date(datetime.fromisoformat(as_of) if as_of else clock.now(), company.zone)
    found = [*measures.measure_fill_rates(day=day), measures.measure_bullwhip(day=day)]
    run_atomic(lambda: kpis.snapshot(found, day=day))
    return {"figures": len(found)}


@jobs.task("iscm.solve_plan")
def solve_plan(run: jobs.Run, *, as_of: str) -> dict[str, Any]:
    """Make the plan of an instant: by the planner that runs, else by one that is started for it."""
    run.progress(0, 1, "plan")
    if aggregate_plans.is_renewal_due(datetime.fromisoformat(as_of)):
        _renew_aggregate(run, as_of)
    try:
        answer = sockets.ask(settings.PLANNER_URL, {"op": "solve", "as_of": as_of}, timeout=SOLVE_TIMEOUT)
    except sockets.NobodyAnswers:
        answer = _start_planner(as_of)
    if not answer.pop("ok", True):
        raise PlannerFailed(answer["error"])
    run.progress(1, 1, "plan")
    return answer


@jobs.task("iscm.finish_change")
def finish_change(run: jobs.Run, *, plan: int, why: str) -> dict[str, Any]:
    """Make the whole plan anew, since something happened that is not changed in place, unless somebody did by now."""
    current = plans.find_run()
    if current is None or current.pk != plan:
        return {"revision": current.revision if current else None}
    log.info("plan_made_anew", why=why)
    return solve_plan(run, as_of=plans.find_present(current).isoformat())


@jobs.task("iscm.plan_aggregate")
def plan_aggregate(run: jobs.Run, *, as_of: str = "") -> dict[str, Any]:
    """Propose a plan of the months, by the planner that runs, else by one that is started for it."""
    at = datetime.fromisoformat(as_of) if as_of else run.asked_at
    question = {"op": "aggregate", "as_of": at.isoformat()}
    try:
        found = sockets.ask(settings.PLANNER_URL, question, timeout=SOLVE_TIMEOUT)
    except sockets.NobodyAnswers:
        found = _run_planner(["answer"], told=json.dumps(question))
    if not found.pop("ok", True):
        raise PlannerFailed(found["error"])
    company = parties.get_company()
    plan = run_atomic(lambda: aggregates.propose(found, company_id=company.pk, as_of=at, by=run.actor, at=clock.now()))
    return {"weeks": plan.weeks, "item_locations": plan.places, "left_out": plan.left_out}


def _renew_aggregate(run: jobs.Run, as_of: str) -> None:
    """Propose the months anew; supply is planned all the same where that fails, by the plan that stands."""
    try:
        plan_aggregate(jobs.part_of(run), as_of=as_of)
    except PlannerFailed as problem:
        log.warning("aggregate_plan_failed", error=str(problem)[-500:])


@jobs.task("iscm.release_proposals")
def release_proposals(run: jobs.Run, *, as_of: str) -> dict[str, Any]:
    """Accept the proposals that somebody's policy covers; all others wait for a person."""
    at = datetime.fromisoformat(as_of)
    released = 0
    covered = _list_covered(at)
    for policy, ids in covered.items():
        for start in range(0, len(ids), RELEASED_AT_ONCE):
            part = ids[start : start + RELEASED_AT_ONCE]
            released += len(run_atomic(partial(_accept, part, policy)))
            run.progress(released, None, "release")
    return {"released": released, "waiting": plans.list_open().count()}


@jobs.task("srm.share_forecast")
@jobs.task("iscm.share_forecast")
def share_forecast(run: jobs.Run, *, as_of: str) -> dict[str, Any]:
    """Tell each supplier what the plan expects to buy, by item, place and week."""
    forecast = outlooks.read_outlook()
    if forecast is None or not forecast.supplier_ids:
        return {"suppliers": 0, "rows": 0}
    told = run_atomic(lambda: srm.publish_forecast(forecast))
    return {"suppliers": told, "rows": len(forecast.supplier_ids)}


def _accept(ids: list[int], policy: ApprovalPolicy) -> list[Any]:
    return proposals.accept_proposals(ids, by=f"policy:{policy.pk}", at=clock.now(), policy=policy)


def _list_covered(at: datetime) -> dict[ApprovalPolicy, list[int]]:
    """Return open proposals by the policy that covers them; without a price nothing is covered."""
    kinds = set(ApprovalPolicy.objects.filter(ended_at=None).values_list("kind", flat=True))
    covered: dict[ApprovalPolicy, list[int]] = {}
    if not kinds:
        return covered
    for row in plans.list_open().filter(kind__in=kinds, amount__gt=0).order_by("id"):
        policy = decisions.find_policy(row.kind, amount=row.amount, starts_on=row.start_on, as_of=at.date())
        if policy:
            covered.setdefault(policy, []).append(row.pk)
    return covered


def _start_planner(as_of: str) -> dict[str, Any]:
    """Run the planner once as a program of its own: this process stays free of compiled kernels."""
    return _run_planner(["--once", "--as-of", as_of, "--json"])


def _run_planner(words: list[str], *, told: str = "") -> dict[str, Any]:
    command = [sys.executable, "-m", "rantai.config.cli", "planner", *words]
    ended = subprocess.run(command, input=told, capture_output=True, text=True, timeout=SOLVE_TIMEOUT, check=False)
    if ended.returncode:
        raise PlannerFailed((ended.stderr or ended.stdout).strip()[-2000:])
    answer: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return answer
