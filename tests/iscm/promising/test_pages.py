"""A promise's page shows what it leans on, whatever that is, and every day that was said with its cause."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from rantai.foundation.items.models import Source
from rantai.iscm.promising.actions import replans
from rantai.iscm.promising.queries import verdicts
from rantai.iscm.supply.management import planning
from tests.factories import foundation, production
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client: Client) -> Client:
    """A planner, signed in."""
    client.force_login(foundation.make_user(roles=["planner"], language="en"))
    return client


def test_a_promise_of_something_to_be_made_has_a_page(planner: Client) -> None:
    site = foundation.make_site(kind="plant")
    demand = factory.make_demand(production.make_computer(site).computer, 2)

    page = planner.get(reverse("iscm_promising:demand", args=[demand.pk]))

    assert page.status_code == 200
    assert "To be made" in page.content.decode()


def test_a_promise_that_the_plan_moved_says_so(planner: Client) -> None:
    foundation.make_site()
    item = foundation.make_item()
    source = foundation.make_source(item, lead_time_days=5)
    demand = factory.make_demand(item, 2)
    Source.objects.filter(pk=source.pk).update(lead_time_days=15)
    run = planning.make_plan(factory.MONDAY, builder="test").run
    assert replans.follow_plan(run, verdicts.list_verdicts(run), at=factory.MONDAY) == 1

    page = planner.get(reverse("iscm_promising:demand", args=[demand.pk])).content.decode()

    assert "The plan shows another day" in page
    assert f"Plan {run.revision}" in page
