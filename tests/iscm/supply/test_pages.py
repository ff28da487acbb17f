"""Every page of the plan answers whoever may see it and nobody else, in three languages."""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.urls import reverse

from rantai.iscm import facade as iscm
from rantai.iscm.supply.management import planning, stepping
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome
from rantai.kernel.models import Job
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planner(client):
    foundation.make_company()
    user = foundation.make_user(roles=["planner"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return user


@pytest.fixture
def planned(planner):
    site, item, supplier = foundation.make_site(), foundation.make_item("PANEL"), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier, lead_time_days=5, cost=20_000, multiple=30_000)
    factory.make_stock(item, site, 2)
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    factory.make_demand(item, 4, requested_on=date(2026, 11, 3))
    factory.make_demand(foundation.make_item("LAMP"), 1)
    planning.make_plan(factory.MONDAY, builder="test")
    return site, item


def list_pages(site, item) -> list[str]:
    order, outcome = PlannedOrder.objects.first(), PlanOutcome.objects.order_by("pk").first()
    assert order
    assert outcome
    return [
        reverse("iscm_supply:plan"),
        reverse("iscm_supply:plan") + "?view=orders&state=proposed&orders=1",
        reverse("iscm_supply:plan") + "?export=csv",
        reverse("iscm_supply:order", args=[order.pk]),
        reverse("iscm_supply:exceptions"),
        reverse("iscm_supply:outcomes"),
        reverse("iscm_supply:outcome", args=[outcome.pk]),
        reverse("iscm_supply:stock", args=[item.pk, site.pk]),
    ]


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_answers_in_every_language(client, planner, planned, language):
    type(planner).objects.filter(pk=planner.pk).update(language=language)

    for url in list_pages(*planned):
        assert client.get(url).status_code == 200, url


def test_the_title_of_the_plan_is_its_answer(client, planned):
    text = client.get(reverse("iscm_supply:plan")).content.decode()

    assert "2 orders to release" in text
    assert "1 customer will be late" in text


def test_a_line_of_a_replaced_plan_leads_to_what_the_newest_says(client, planned):
    before = PlanOutcome.objects.order_by("pk").first()
    planning.make_plan(factory.MONDAY, builder="test")
    newest = PlanOutcome.objects.get(demand=before.demand_id, run__state="current")

    kept = client.get(reverse("iscm_supply:outcome", args=[before.pk]))
    gone = client.get(reverse("iscm_supply:outcome", args=[newest.pk + 1000]), follow=True)

    assert kept.url == reverse("iscm_supply:outcome", args=[newest.pk])
    assert "A newer plan replaced this page." in gone.content.decode()
    assert gone.context["count"] == 3


def test_an_order_just_confirmed_is_seen_to_be_in_the_plan(client, planner):
    site, item = foundation.make_site(), foundation.make_item("PANEL")
    factory.make_stock(item, site, 20)
    follower = Follower(planning.make_plan(factory.MONDAY, builder="test"))
    before = client.get(reverse("iscm_supply:plan")).content.decode()
    factory.make_demand(item, 3, requested_on=date(2026, 11, 18))
    awaiting = client.get(reverse("iscm_supply:plan")).content.decode()
    follower.follow()
    stepping.publish(follower)

    assert "Every order line confirmed until now is in it." in before
    assert "since" not in before
    assert "1 order line came after this plan and waits for the next." in awaiting
    for name in ("plan", "outcomes"):
        text = client.get(reverse(f"iscm_supply:{name}")).content.decode()
        assert "followed 1 change since" in text
        assert "Every order line confirmed until now is in it." in text


def test_who_gets_it_later_than_wanted_is_told_though_every_promise_holds(client, planner):
    suppliers.make_site()
    supplier = suppliers.make_supplier("Batam Power")
    panel, lamp = foundation.make_item("PANEL"), foundation.make_item("LAMP")
    foundation.make_source(panel, supplier=supplier, lead_time_days=20)
    order = suppliers.make_sent(supplier, [(lamp, 10)], due_on=date(2026, 11, 20))
    suppliers.answer(order, (10, date(2026, 11, 20)))
    factory.drain()
    for item in (panel, lamp):
        offer = iscm.promise(factory.make_ask([(item, 4)], requested_on=date(2026, 11, 9)))
        factory.make_demand(item, 4, requested_on=date(2026, 11, 9), offer=offer)
    planning.make_plan(factory.MONDAY, builder="test")

    def read(name: str, *args: int, **query: str) -> str:
        return html.unescape(client.get(reverse(f"iscm_supply:{name}", args=args), query).content.decode())

    assert "longer than wanted" in read("plan")
    told = read("outcomes")
    assert "Every promise holds" in told
    assert "2 order lines come later than wanted" in told
    assert "Batam Power" in told
    assert "though their promises hold" in read("exceptions")
    assert "2 come later than wanted" in read("timeline", by="orders")
    row = PlanOutcome.objects.get(item=lamp)
    assert "There on 24 Nov as promised" in read("outcome", row.pk)
    assert "15 days later than wanted" in read("outcome", row.pk)
    assert PlanOutcome.objects.get(item=panel).late_days == 0


@pytest.mark.parametrize("name", ["plan", "exceptions", "outcomes", "timeline", "resources"])
def test_without_a_plan_no_page_calls_everything_well(client, planner, name):
    text = client.get(reverse(f"iscm_supply:{name}")).content.decode()

    assert "There is no plan yet" in text
    assert "Everything comes when it should" not in text


def test_those_without_the_permission_see_and_change_nothing(client, planner, planned):
    pages = list_pages(*planned)
    order = PlannedOrder.objects.first()
    planner.roles.clear()

    assert {client.get(url).status_code for url in pages} == {403}
    assert client.post(reverse("iscm_supply:accept", args=[order.pk])).status_code == 403
    assert client.post(reverse("iscm_supply:plan_now")).status_code == 403
    order.refresh_from_db()
    assert order.state == "proposed"
    assert not Job.objects.exists()


def test_a_click_accepts_one_and_a_click_dismisses_many_with_a_way_back(client, planned):
    first, second = PlannedOrder.objects.order_by("pk")

    client.post(reverse("iscm_supply:accept", args=[first.pk]))
    client.post(reverse("iscm_supply:dismiss_many"), {"ids": [second.pk]})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("released", "dismissed")
    client.post(reverse("iscm_supply:reopen_many") + f"?ids={second.pk}")
    second.refresh_from_db()
    assert second.state == "proposed"


def test_a_proposal_is_accepted_with_other_figures_once(client, planned):
    order = PlannedOrder.objects.order_by("pk").first()
    url = reverse("iscm_supply:order", args=[order.pk])
    figures = {"units": "20", "due_on": "2026-11-30", "note": "a pallet", "revision": order.revision}

    assert client.post(url, figures | {"units": "0"}).status_code == 422
    stale = client.post(url, figures | {"revision": 7})
    assert stale.status_code == 409
    assert client.post(url, figures).status_code == 302

    order.refresh_from_db()
    assert (order.units, order.due_on, order.note, order.state) == (200_000, date(2026, 11, 30), "a pallet", "released")
    assert order.decision.state == "changed"
    again = client.post(reverse("iscm_supply:accept", args=[order.pk]), follow=True)
    assert "no longer open" in again.content.decode()


def test_plan_now_queues_one_job(client, planned):
    for _click in range(2):
        client.post(reverse("iscm_supply:plan_now"))

    assert Job.objects.filter(task="iscm.solve_plan").count() == 1
