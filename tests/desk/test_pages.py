"""The desk: the loop in figures, what waits for a person, jobs; each for who may see it."""

import pytest
from django.test import Client

from rantai.crm import facade as crm
from rantai.desk import queries
from rantai.kernel import clock, jobs, relay
from rantai.kernel.models import Delivery, Event, Job
from tests.factories import crm as sales
from tests.factories import foundation

pytestmark = pytest.mark.django_db


def sign_in(client: Client, *roles: str) -> None:
    client.force_login(foundation.make_user(roles=roles), backend="rantai.foundation.access.backends.RoleBackend")


@pytest.fixture(autouse=True)
def company() -> None:
    """A company with its roles."""
    foundation.make_company()


@pytest.mark.parametrize("path", ["/", "/needs/", "/jobs/"])
def test_a_manager_sees_every_page_of_the_desk(client: Client, path: str) -> None:
    sign_in(client, "manager")

    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/needs/", "/jobs/"])
def test_nobody_sees_the_desk_without_signing_in(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer["Location"].startswith("/account/login/")) == (302, True)


def test_jobs_are_not_for_everybody(client: Client) -> None:
    job = jobs.enqueue("test.nothing")
    sign_in(client, "sales")

    assert client.get("/jobs/").status_code == 403
    assert client.post(f"/jobs/{job.pk}/stop").status_code == 403
    assert Job.objects.get().state == "queued"


def test_a_planner_stops_a_job(client: Client) -> None:
    job = jobs.enqueue("test.nothing")
    sign_in(client, "planner")

    client.post(f"/jobs/{job.pk}/stop")

    assert Job.objects.get().state == "cancelled"


def test_a_parked_fact_is_shown_to_who_can_retry_it(client: Client) -> None:
    event = Event.objects.create(stream="x:1", stream_seq=1, kind="X", recorded_at=clock.now(), payload={})
    Delivery.objects.create(event=event, handler="h", stream="x:1", state="parked", next_at=clock.now(), error="boom")
    sign_in(client, "manager")

    assert b"boom" in client.get("/jobs/").content
    client.post(f"/deliveries/{Delivery.objects.get().pk}/retry")

    assert Delivery.objects.get().state == "waiting"


def test_what_hurts_a_customer_comes_first() -> None:
    account = sales.make_customer("Toko")
    item = sales.make_priced_item("MON")
    foundation.make_site()
    foundation.make_source(item, lead_time_days=30)
    order = sales.make_order(account, [(item, 2)])
    crm.confirm_order(order.pk, revision=order.revision, by="user:1", as_of=sales.NOW)
    relay.drain()

    needs = queries.list_needs(foundation.make_user(is_admin=True), as_of=sales.NOW)

    assert [(need.kind, need.is_hurt) for need in needs][:1] == [("late_order", True)]
