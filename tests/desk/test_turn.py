"""The turn by its button: one at a time, watched, and landing on what it changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from rantai.desk.turn import queries, shapes
from rantai.desk.turn.models import TurnRun, TurnStep
from rantai.desk.turn.tasks import STEPS, TASK
from rantai.foundation.access.models import User
from rantai.kernel import clock
from rantai.kernel.models import Job

pytestmark = pytest.mark.django_db

SignIn = Callable[..., User]


def make_turn(*, days_ago: int, proposals: int, seconds: float = 2.0) -> TurnRun:
    """A turn that was done some days ago."""
    at = clock.now() - timedelta(days=days_ago)
    turn = TurnRun.objects.create(as_of=at, state="done", started_at=at, ended_at=at, asked_by="test")
    for place, task in enumerate(STEPS):
        figures = {"proposals": proposals, "late": 0} if task == "iscm.solve_plan" else {}
        TurnStep.objects.create(turn=turn, task=task, position=place, seconds=seconds, figures=figures, ended_at=at)
    return turn


def test_the_button_queues_one_turn_and_leads_to_it_again(client: Client, sign_in: SignIn) -> None:
    sign_in("planner")

    first, second = client.post("/turn/start"), client.post("/turn/start")

    job = Job.objects.get(task=TASK)
    assert first["Location"] == second["Location"] == f"/turn/{job.pk}"
    assert client.get(first["Location"]).status_code == 200
    assert client.get(f"/turn/{job.pk}/progress").status_code == 200


def test_who_may_not_turn_sees_no_button_and_starts_nothing(client: Client, sign_in: SignIn) -> None:
    sign_in("sales")

    assert "/turn/start" not in client.get("/").content.decode()
    assert client.post("/turn/start").status_code == 403
    assert not Job.objects.filter(task=TASK).exists()


def test_it_lands_on_what_changed_since_the_turn_before(client: Client, sign_in: SignIn) -> None:
    make_turn(days_ago=1, proposals=9)
    turn = make_turn(days_ago=0, proposals=7)
    job = Job.objects.create(
        task=TASK, state="done", payload={"as_of": turn.as_of.isoformat()}, run_at=turn.as_of, created_at=turn.as_of
    )
    sign_in("manager")

    text = client.get(f"/turn/{job.pk}").content.decode()

    assert "7 proposals (\N{MINUS SIGN}2)" in text
    assert "0 lines late" in text
    assert "/supply/" in text


def test_the_estimate_is_what_the_last_turn_took_and_says_when_it_takes_longer() -> None:
    make_turn(days_ago=1, proposals=9, seconds=3.0)
    now = clock.now()
    job = Job.objects.create(
        task=TASK, state="running", done=2, started_at=now - timedelta(seconds=6), run_at=now, created_at=now
    )

    left = queries.estimate_left(job, now=now)

    assert left == pytest.approx(3.0 * (len(STEPS) - 2))
    job.started_at = now - timedelta(seconds=3 * len(STEPS) + 5)
    assert queries.estimate_left(job, now=now) < 0
    assert shapes.show_bar(job)["left"] == "longer than last time"


def test_nothing_is_estimated_before_the_first_turn() -> None:
    now = clock.now()
    job = Job(task=TASK, state="running", done=0, started_at=now, run_at=now, created_at=now)

    assert queries.estimate_left(job, now=now) is None


def test_the_schedule_is_shown(client: Client, sign_in: SignIn) -> None:
    sign_in("planner")

    assert "By the schedule it turns next on" in client.get("/turn/").content.decode()
