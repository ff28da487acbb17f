"""What needs me now: the costliest first, decided in place, taken back where nothing cites it yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client

from rantai.crm import facade as crm
from rantai.desk.queries import waiting as queries
from rantai.foundation.access.models import User
from rantai.iscm import facade as iscm
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
from rantai.kernel import relay
from rantai.kernel.needs import PAGE, NoSuchNeed
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations
from tests.factories import srm as buying

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[..., User]


@pytest.fixture(autouse=True)
def monday():
    """Stand on the Monday on which the factories do business."""
    with time_machine.travel(operations.MONDAY, tick=False):
        yield


def plan_purchases(count: int = 1, *, supplier: str = "Panel Works") -> list[PlannedOrder]:
    """Proposals to buy items of one supplier, each for an order of a customer."""
    foundation.make_site()
    party = foundation.make_party(supplier, role="supplier")
    for number in range(count):
        item = foundation.make_item(f"PANEL-{number}")
        foundation.make_source(item, supplier=party, lead_time_days=5, cost=20_000 * 10_000)
        operations.make_demand(item, 10 + number, requested_on=date(2026, 11, 18))
    planning.make_plan(operations.MONDAY, builder="test")
    return list(PlannedOrder.objects.order_by("id"))


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


def test_one_proposal_stands_alone_with_its_sum_and_its_order(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    sign_in("planner")

    text = client.get("/needs/").content.decode()

    assert f"proposal:{order.pk}" in text
    assert "Where the quantity comes from" in text
    assert "Whom it is for" in text
    assert "No policy covers it" in text


def test_proposals_alike_are_one_row_that_opens(client: Client, sign_in: SignIn) -> None:
    plan_purchases(4)
    user = sign_in("planner")

    (need,) = [need for need in queries.list_needs(user, as_of=operations.MONDAY) if need.kind == "proposals"]
    sheet = queries.describe_need(user, need.key, as_of=operations.MONDAY)

    assert (need.count, sheet.total, len(sheet.rows)) == (4, 4, 4)
    assert "4 purchases from Panel Works" in need.title


def test_a_proposal_is_accepted_in_place(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    user = sign_in("planner")

    answer = client.post("/needs/act", {"key": f"proposal:{order.pk}", "code": "accept", "query": "all=1"})

    order.refresh_from_db()
    assert answer["Location"] == "/needs/?all=1"
    assert (order.state, order.decided_by) == ("released", user.actor)
    assert PurchaseRequisition.objects.get().units == 100_000


def test_all_of_a_bundle_are_accepted_at_once(client: Client, sign_in: SignIn) -> None:
    plan_purchases(4)
    user = sign_in("planner")
    key = next(need.key for need in queries.list_needs(user, as_of=operations.MONDAY) if need.kind == "proposals")

    client.post("/needs/act", {"key": key, "code": "accept"})

    assert set(PlannedOrder.objects.values_list("state", flat=True)) == {"released"}
    assert PurchaseRequisition.objects.count() == 4


def test_a_proposal_is_dismissed_with_its_reason_and_taken_back(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    sign_in("planner")

    page = client.post(
        "/needs/act", {"key": f"proposal:{order.pk}", "code": "dismiss", "note": "we stop it"}, follow=True
    ).content.decode()
    order.refresh_from_db()
    assert (order.state, order.note) == ("dismissed", "we stop it")

    undo = page.split('action="/needs/undo?')[1].split('"')[0].replace("&amp;", "&")
    client.post(f"/needs/undo?{undo}")

    order.refresh_from_db()
    assert order.state == "proposed"


def test_a_proposal_is_changed_in_quantity_day_and_supplier(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    other = foundation.make_party("Other Works", role="supplier")
    source = foundation.make_source(order.item, supplier=other, lead_time_days=7, cost=30_000 * 10_000)
    sign_in("planner")

    client.post(
        "/needs/act",
        {
            "key": f"proposal:{order.pk}",
            "code": "change",
            "units": "12",
            "due_on": "2026-11-17",
            "source": str(source.pk),
            "revision": str(order.revision),
        },
    )

    row = PurchaseRequisition.objects.get()
    assert (row.units, row.due_on, row.supplier_id, row.unit_cost) == (
        120_000,
        date(2026, 11, 17),
        other.pk,
        300_000_000,
    )


def test_a_figure_that_nobody_could_order_is_said_and_nothing_typed_is_lost(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    sign_in("planner")

    answer = client.post(
        "/needs/act", {"key": f"proposal:{order.pk}", "code": "change", "units": "0", "due_on": "2026-11-17"}
    )

    order.refresh_from_db()
    assert (answer.status_code, order.state) == (422, "proposed")
    assert 'value="2026-11-17"' in answer.content.decode()


def test_who_may_not_decide_neither_sees_nor_does_it(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    user = sign_in("warehouse")

    client.post("/needs/act", {"key": f"proposal:{order.pk}", "code": "accept"})
    undo = client.post(f"/needs/undo?house=operations&key=proposal:{order.pk}&code=reopen&ids={order.pk}")

    order.refresh_from_db()
    assert (order.state, undo.status_code) == ("proposed", 403)
    with pytest.raises(NoSuchNeed):
        queries.describe_need(user, f"proposal:{order.pk}", as_of=operations.MONDAY)


def test_deciding_twice_says_that_it_is_done(client: Client, sign_in: SignIn) -> None:
    (order,) = plan_purchases()
    sign_in("planner")
    client.post("/needs/act", {"key": f"proposal:{order.pk}", "code": "accept"})

    page = client.post("/needs/act", {"key": f"proposal:{order.pk}", "code": "accept"}, follow=True)

    assert "decided already" in page.content.decode()
    assert PurchaseRequisition.objects.count() == 1


def test_a_draft_order_is_approved_in_place_by_who_may(client: Client, sign_in: SignIn) -> None:
    order = buying.make_draft(buying.make_supplier(), [(foundation.make_item(), 12)])
    sign_in("buyer")

    client.post("/needs/act", {"key": f"approve_purchase:{order.pk}", "code": "approve"})

    assert PurchaseOrder.objects.get().state == "approved"


def test_requisitions_of_a_supplier_become_a_draft_together(client: Client, sign_in: SignIn) -> None:
    supplier = buying.make_supplier()
    buying.request(*(buying.make_request(foundation.make_item(), 3, supplier=supplier) for _number in range(3)))
    sign_in("buyer")

    client.post("/needs/act", {"key": f"requisitions:{supplier.pk}", "code": "order"})

    assert set(PurchaseRequisition.objects.values_list("state", flat=True)) == {"ordered"}
    assert PurchaseOrder.objects.get().lines.count() == 3


def test_mine_is_what_my_roles_do_and_all_is_what_i_may_decide(sign_in: SignIn) -> None:
    plan_purchases()
    buying.make_draft(buying.make_supplier(), [(foundation.make_item(), 12)])
    user = sign_in("buyer")

    everything = queries.list_needs(user, as_of=operations.MONDAY)

    assert {need.kind for need in everything} == {"proposal", "approve_purchase"}
    assert {need.kind for need in queries.list_mine(user, everything)} == {"approve_purchase"}
    assert queries.count_needs(user).n == 1


def test_a_long_bundle_is_shown_page_by_page(client: Client, sign_in: SignIn) -> None:
    supplier = buying.make_supplier()
    buying.request(*(buying.make_request(foundation.make_item(), 3, supplier=supplier) for _number in range(PAGE + 5)))
    user = sign_in("buyer")

    first = queries.describe_need(user, f"requisitions:{supplier.pk}", as_of=operations.MONDAY)
    second = queries.describe_need(user, f"requisitions:{supplier.pk}", as_of=operations.MONDAY, page=2)

    assert (len(first.rows), len(second.rows), first.total) == (PAGE, 5, PAGE + 5)
    assert "rows=2" in client.get(f"/needs/?at=requisitions:{supplier.pk}").content.decode()


@pytest.mark.parametrize(
    "key", ["proposal:x", "proposals:purchase:1:0:0", "nothing", "proposal:99999999999999999999", ""]
)
def test_a_key_that_nobody_knows_opens_nothing(client: Client, sign_in: SignIn, key: str) -> None:
    sign_in("manager")

    assert client.get("/needs/", {"at": key}).status_code == 200
    assert client.post("/needs/act", {"key": key, "code": "accept"}).status_code == 302


def test_more_of_one_kind_ask_no_more_queries(sign_in: SignIn, django_assert_max_num_queries) -> None:
    plan_purchases(12)
    user = sign_in("planner")

    with django_assert_max_num_queries(45):
        queries.list_needs(user, as_of=operations.MONDAY)


def test_planned_production_and_transfers_are_released_in_place(client: Client, sign_in: SignIn) -> None:
    from_site, to_site, item = foundation.make_site("AAA"), foundation.make_site("BBB"), foundation.make_item()
    operations.make_stock(item, from_site, 9)
    foundation.make_source(item, location=to_site, kind="move", origin=from_site, lead_time_days=1)
    operations.make_demand(item, 4, requested_on=date(2026, 11, 18), location_id=to_site.pk)
    planning.make_plan(operations.MONDAY, builder="test")
    order = PlannedOrder.objects.get(kind="transfer")
    sign_in("planner")

    client.post("/needs/act", {"key": f"proposal:{order.pk}", "code": "accept"})
    client.post("/needs/act", {"key": "release_transfers", "code": "release"})

    assert not [need for need in iscm.list_needs(operations.MONDAY) if need.kind == "release_transfers"]
