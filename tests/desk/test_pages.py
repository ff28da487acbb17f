"""The desk: pages that cross houses, each for who may see it; jobs and parked facts."""

from collections.abc import Callable

import pytest
from django.test import Client

from rantai.foundation.access.models import User
from rantai.kernel import clock, jobs
from rantai.kernel.models import Delivery, Event, Job

pytestmark = pytest.mark.django_db

SignIn = Callable[..., User]


@pytest.mark.parametrize("path", ["/", "/needs/", "/jobs/", "/turn/"])
@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_a_manager_sees_every_page_of_the_desk(client: Client, sign_in: SignIn, path: str, language: str) -> None:
    sign_in("manager", language=language)

    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/needs/", "/jobs/", "/turn/"])
def test_nobody_sees_the_desk_without_signing_in(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer["Location"].startswith("/account/login/")) == (302, True)


def test_jobs_are_not_for_everybody(client: Client, sign_in: SignIn) -> None:
    job = jobs.enqueue("test.nothing")
    sign_in("sales")

    assert client.get("/jobs/").status_code == 403
    assert client.post(f"/jobs/{job.pk}/stop").status_code == 403
    assert Job.objects.get().state == "queued"


def test_a_planner_stops_a_job(client: Client, sign_in: SignIn) -> None:
    job = jobs.enqueue("test.nothing")
    sign_in("planner")

    client.post(f"/jobs/{job.pk}/stop")

    assert Job.objects.get().state == "cancelled"


def test_a_parked_fact_is_shown_to_who_can_retry_it(client: Client, sign_in: SignIn) -> None:
    event = Event.objects.create(stream="x:1", stream_seq=1, kind="X", recorded_at=clock.now(), payload={})
    Delivery.objects.create(event=event, handler="h", stream="x:1", state="parked", next_at=clock.now(), error="boom")
    sign_in("manager")

    assert b"boom" in client.get("/jobs/").content
    client.post(f"/deliveries/{Delivery.objects.get().pk}/retry")

    assert Delivery.objects.get().state == "waiting"


def test_parked_facts_are_told_again_from_what_needs_me(client: Client, sign_in: SignIn) -> None:
    event = Event.objects.create(stream="x:1", stream_seq=1, kind="X", recorded_at=clock.now(), payload={})
    Delivery.objects.create(event=event, handler="h", stream="x:1", state="parked", next_at=clock.now(), error="boom")
    sign_in("planner")

    client.post("/needs/act", {"key": "parked", "code": "retry"})

    assert Delivery.objects.get().state == "waiting"
