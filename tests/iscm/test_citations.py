"""What moved stock or a promise is shown in words with its page, never as kind and id."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rantai.config import wiring  # noqa: F401 (names the kinds of documents)
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.promising.models import PromiseRevision
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlanRun
from rantai.kernel import citations
from rantai.kernel.refs import DocRef
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def test_the_stock_ledger_names_its_documents_and_leads_to_them(client) -> None:
    site, item = foundation.make_site(), foundation.make_item("BRK-200")
    factory.make_stock(item, site, 5)
    factory.make_demand(item, 4)
    (shipment_id,) = iscm.release_for_shipping(factory.MONDAY)
    iscm.pack_shipment(shipment_id, by="user:1", as_of=factory.MONDAY)
    iscm.ship_shipment(shipment_id, by="user:1", as_of=factory.MONDAY)
    client.force_login(foundation.make_user(roles=["warehouse"]))
    url = reverse("iscm_inventory:item_location", args=[item.pk, site.pk])

    page = client.get(url).content.decode()
    file = b"".join(client.get(url, {"export": "csv"}).streaming_content).decode()

    number = Shipment.objects.get().number
    assert f"Shipment {number}" in page
    assert reverse("iscm_fulfilment:shipment", args=[shipment_id]) in page
    assert f"Shipment {number}" in file
    assert "shipment" not in file


def test_the_ledger_of_a_promise_names_the_plan_that_moved_it(client) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 4)
    planning.make_plan(factory.MONDAY, builder="test")
    run = PlanRun.objects.get()
    PromiseRevision.objects.filter(demand=demand).update(cause="plan", cause_ref=f"plan_run:{run.pk}")
    client.force_login(foundation.make_user(roles=["planner"]))

    page = client.get(reverse("iscm_promising:demand", args=[Demand.objects.get().pk])).content.decode()

    assert f"Plan {run.revision}" in page
    assert "plan_run" not in page
    assert f'href="{reverse("iscm_supply:plan")}"' in page


def test_citations_are_read_at_once_and_strange_ones_left_out(django_assert_num_queries) -> None:
    plant = foundation.make_item("A-1"), foundation.make_item("B-2")

    with django_assert_num_queries(1):
        found = citations.read([f"item:{plant[0].pk}", f"item:{plant[1].pk}", "", "nonsense", "moon:3"])

    assert {text: one.label for text, one in found.items()} == {
        f"item:{plant[0].pk}": "Item A-1", f"item:{plant[1].pk}": "Item B-2", "moon:3": "",
    }  # fmt: skip
    assert citations.describe([DocRef("item", plant[0].pk)])[DocRef("item", plant[0].pk)].href.endswith(
        f"/{plant[0].pk}"
    )
