"""The pages of stock's targets, policies, placement and excess: who sees them, who changes what, and that it holds."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.foundation.documents.models import Task
from rantai.iscm.inventory.actions import decoupling as decoupling_actions
from rantai.iscm.inventory.models import (
    DecouplingPoint,
    PlacementChoice,
    PlacementRun,
    PromotionCandidate,
    StockPolicy,
    StockTarget,
    StockTargetRun,
    VmiAgreement,
)
from rantai.iscm.inventory.queries import classes
from rantai.kernel.models import Job
from rantai.kernel.quantities import SCALE
from tests.factories import foundation, srm
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case():
    """An item with a target, a proposal for its place and too much of it."""
    supplier = srm.make_supplier("Glass Works")
    site, item = foundation.make_site(), foundation.make_item("CUP", name="Blue cup", standard_cost=2 * SCALE)
    foundation.make_source(item, supplier=supplier)
    targets = StockTargetRun.objects.create(
        state="current", as_of=MONDAY, forecast_run_id=1, started_at=MONDAY, published_at=MONDAY
    )
    StockTarget.objects.create(
        run=targets, item=item, location=site, method="normal", service_level=9_500, demand_mean=20.0, demand_std=5.0,
        lead_time_weeks=2.0, lead_time_std_weeks=0.5, lead_time_basis="source", review_weeks=1.0,
        protection_std=14.0, safety_stock=23 * SCALE, lead_time_demand=60 * SCALE, reorder_point=83 * SCALE,
        order_up_to=100 * SCALE, lot_size=37 * SCALE, abc="A", xyz="X", rules={"service": 0, "way": 0, "lot": 0},
    )  # fmt: skip
    run = PlacementRun.objects.create(
        state="current", as_of=MONDAY, target_run_id=targets.pk, started_at=MONDAY, published_at=MONDAY,
        figures={"chains": 1, "alone": 0, "refused": 1, "places": 1, "cost_now": 9 * SCALE, "cost_then": 4 * SCALE,
                 "cost_alone": 10 * SCALE, "rate": 0.2},
    )  # fmt: skip
    choice = PlacementChoice.objects.create(
        run=run, item=item, location=site, chain=1, reason="decouples", inbound_days=3, lead_days=14, service_days=5,
        covered_days=12, is_stocked=True, safety_now=23 * SCALE, safety_then=18 * SCALE, cost_now=9 * SCALE,
        cost_then=4 * SCALE,
    )  # fmt: skip
    candidate = PromotionCandidate.objects.create(
        item=item, location=site, kind="excess", units=40 * SCALE, on_hand=300 * SCALE, value=80 * SCALE,
        received_on=FIRST_WEEK, found_at=MONDAY, changed_at=MONDAY, daily_demand=2.5,
    )  # fmt: skip
    item.site, item.supplier, item.choice, item.candidate = site, supplier, choice, candidate
    return item


def enter(client, *roles):
    client.force_login(foundation.make_user(roles=list(roles)), backend="rantai.foundation.access.backends.RoleBackend")
    return client


def read(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def url(name, *args):
    return reverse(f"iscm_inventory:{name}", args=args)


def test_a_target_page_adds_up_and_names_the_rules(client, case):
    page = read(enter(client, "planner").get(url("target", case.pk, case.site.pk)))

    assert "Order when 83" in page
    for part in ("Expected while waiting", "60", "Safety stock", "23", "Reorder point", "Ordered beyond it", "17"):
        assert part in page
    assert "1.64 × √( 3 × 5² + 20² × 0.5² ) = 1.64 × 14 ≈ 23" in page
    assert "the usual for everything" in page
    assert client.get(url("target", case.pk, 10**9)).status_code == 404
    elsewhere = foundation.make_site("SUB")
    assert "No stock is wanted here" in read(client.get(url("target", case.pk, elsewhere.pk)))


@pytest.mark.parametrize("name", ["stock", "targets", "policies", "placement", "excess"])
@pytest.mark.parametrize("role", ["planner", "warehouse"])
def test_every_room_opens_and_leads_to_the_others(client, case, name, role):
    page = enter(client, role).get(url(name))

    assert page.status_code == 200
    for other in ("targets", "policies", "placement", "excess"):
        assert f'href="{url(other)}"' in page.content.decode()


@pytest.mark.parametrize(("name", "money"), [("placement", "Saves a year"), ("excess", "Value counted right")])
def test_who_may_not_see_cost_sees_none(client, case, name, money):
    assert tells_money(enter(client, "planner").get(url(name)))
    assert not tells_money(enter(client, "warehouse").get(url(name)))
    assert not tells_money(client.get(url("candidate", case.candidate.pk)))


def tells_money(answer):
    """Tell whether an amount is on a page; a token may have the same two letters in it."""
    return re.search(r"\bRp\s*\d", answer.content.decode())


@pytest.mark.parametrize("name", ["targets", "policies", "placement", "excess"])
def test_every_list_goes_to_a_file(client, case, name):
    answer = enter(client, "planner").get(url(name), {"export": "xlsx"})

    assert answer.status_code == 200
    assert "spreadsheet" in answer["Content-Type"]


def test_a_policy_is_set_once_and_not_overwritten_by_an_older_form(client, case):
    address = url("policy", case.pk, case.site.pk)
    values = {"service_level": "99.5", "service_kind": "fill", "review_days": "7", "safety_stock": "", "reason": "A"}
    enter(client, "planner")

    assert "So far as for everything" in read(client.get(address))
    assert client.post(address, values).status_code == 302
    assert client.post(address, values | {"service_level": "98", "revision": "1"}).status_code == 302
    assert client.post(address, values | {"service_level": "97", "revision": "1"}).status_code == 409

    row = StockPolicy.objects.get()
    assert (row.service_level, row.service_kind, row.review_days, row.revision) == (9_800, "fill", 7, 2)
    assert client.post(address, values | {"service_level": "100"}).status_code == 422
    assert "Set for this item at this location" in read(client.get(address))


def test_a_place_is_decoupled_and_handed_to_its_supplier_in_one_form(client, case):
    address = url("policy", case.pk, case.site.pk)
    values = {"service_kind": "cycle", "decoupling": "make", "supplier": str(case.supplier.pk)}
    enter(client, "planner")

    assert client.post(address, values).status_code == 422
    assert not StockPolicy.objects.exists()
    assert client.post(address, values | {"least": "40", "most": "100"}).status_code == 302

    agreed = VmiAgreement.objects.get()
    assert (agreed.least, agreed.most, agreed.valid_to) == (40 * SCALE, 100 * SCALE, None)
    assert DecouplingPoint.objects.get().decoupling == "make"
    page = client.get(address).content.decode()
    assert f'value="{case.supplier.pk}" selected' in page
    assert client.post(address, {"service_kind": "cycle", "revision": "1"}).status_code == 302
    assert VmiAgreement.objects.filter(valid_to=None).count() == DecouplingPoint.objects.count() == 0


def test_classes_have_policies_that_can_be_taken_away(client, case):
    enter(client, "planner")
    values = {"service_kind": "cycle", "abc": "A", "service_level": "99", "kind": "kanban", "container": "12"}

    silent = client.post(url("new_policy"), {"service_kind": "cycle", "abc": "A"})
    assert (silent.status_code, StockPolicy.objects.exists()) == (422, False)
    assert client.post(url("new_policy"), values).status_code == 302
    row = StockPolicy.objects.get()
    page = read(client.get(url("policies")))
    assert (row.abc, row.service_level, row.kind, row.container) == ("A", 9_900, "kanban", 12 * SCALE)
    assert "1 policy; all else at 95" in page
    assert "99 %" in page
    edited = {"service_kind": "cycle", "service_level": "98", "revision": "1"}
    assert client.post(url("edit_policy", row.pk), edited).status_code == 302
    row.refresh_from_db()
    assert (row.abc, row.service_level) == ("A", 9_800)
    assert client.post(url("drop_policy", row.pk)).status_code == 302
    assert not StockPolicy.objects.exists()


def test_limits_of_classes_are_set_by_percent(client, case):
    values = {
        "a_share": "70", "b_share": "90", "x_limit": "40", "y_limit": "80", "class_share": "5", "cover_days": "90",
        "ageing_days": "200", "expiry_days": "7",
    }  # fmt: skip
    enter(client, "planner")

    assert client.post(url("limits"), values | {"b_share": "60"}).status_code == 422
    assert client.post(url("limits"), values).status_code == 302

    held = classes.read_limits()
    assert (held.a_share, held.y_limit, held.cover_days, held.expiry_days) == (7_000, 8_000, 90, 7)


def test_a_proposed_place_is_accepted_from_the_list(client, case):
    enter(client, "planner")

    page = read(client.get(url("placement")))
    assert "waits 3 + takes 14 − promises 5 = covers 12" in page
    assert "1 chain was left out" in page
    assert client.post(url("accept_places"), {"ids": [case.choice.pk]}).status_code == 302
    assert StockPolicy.objects.get().covered_days == 12
    assert client.post(url("dismiss_places"), {"ids": [case.choice.pk]}).status_code == 302
    case.choice.refresh_from_db()
    assert case.choice.state == "accepted"
    for _time in range(2):
        client.post(url("place_now"))
    assert Job.objects.filter(task="iscm.place_stock", state="queued").count() == 1


def test_too_much_is_handed_to_sales_or_moved_or_no_longer_bought(client, case):
    seller = foundation.make_user("sari@x.example", roles=["sales"])
    other = foundation.make_site("SBY")
    StockTarget.objects.create(
        run=StockTargetRun.objects.get(), item=case, location=other, method="normal", service_level=9_500,
        demand_mean=20.0, demand_std=5.0, lead_time_weeks=2.0, lead_time_std_weeks=0.5, lead_time_basis="source",
        review_weeks=1.0, protection_std=14.0, reorder_point=30 * SCALE,
    )  # fmt: skip
    enter(client, "planner", "warehouse")
    row = case.candidate

    page = client.get(url("candidate", row.pk)).content.decode()
    assert "40 pcs will not be used in time" in read(client.get(url("candidate", row.pk)))
    assert f"origin={case.site.pk}&amp;destination={other.pk}&amp;item=CUP&amp;units=30" in page
    assert client.post(url("offer_candidate", row.pk), {"title": "Sell"}).status_code == 422
    assert client.post(url("offer_candidate", row.pk), {"title": "Sell", "owner": seller.pk}).status_code == 302
    assert client.post(url("stop_candidate", row.pk)).status_code == 302
    assert client.post(url("dismiss_candidate", row.pk)).status_code == 302

    row.refresh_from_db()
    task = Task.objects.get()
    assert (row.state, task.owner, task.title) == ("offered", seller, "Sell")
    assert StockPolicy.objects.get().kind == "just_in_time"
    filled = client.get(reverse("iscm_fulfilment:new_transfer"), {"origin": case.site.pk, "item": "CUP", "units": "30"})
    assert 'value="CUP"' in filled.content.decode()


def test_who_may_only_look_changes_nothing(client, case):
    enter(client, "sales")

    for name, args in (
        ("new_policy", ()), ("policy", (case.pk, case.site.pk)), ("limits", ()), ("place_now", ()),
        ("accept_places", ()), ("dismiss_places", ()), ("find_excess", ()), ("offer_candidate", (case.candidate.pk,)),
        ("stop_candidate", (case.candidate.pk,)), ("dismiss_candidate", (case.candidate.pk,)),
    ):  # fmt: skip
        assert client.post(url(name, *args), {"service_level": "99", "ids": [case.choice.pk]}).status_code == 403

    assert not StockPolicy.objects.exists()
    assert PlacementChoice.objects.get().state == "proposed"
    assert PromotionCandidate.objects.get().state == "open"
    assert not Job.objects.filter(state="queued").exists()


def test_an_agreement_is_shown_as_the_rule_of_its_place(client, case):
    with transaction.atomic():
        decoupling_actions.set_agreement(
            case.pk, case.site.pk, supplier_id=case.supplier.pk, least=1, most=2, on=FIRST_WEEK, by="user:1", at=MONDAY
        )
    StockTarget.objects.update(policy_kind="vendor_managed")

    page = read(enter(client, "planner").get(url("target", case.pk, case.site.pk)))

    assert "agreement with the supplier" in page
    assert "Kept by the supplier" in page
