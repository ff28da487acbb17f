"""Every page of the house answers whoever may see it and nobody else."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from rantai.kernel.decisions import Proposal, Reason, record_proposals
from rantai.kernel.models import DecisionRecord
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseRequisition
from rantai.srm.messages import PurchaseChange
from rantai.srm.suppliers.models import Supplier
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20 = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr("rantai.srm.buying.views.edge.today", lambda: make.TODAY)


@pytest.fixture
def buyer(client):
    foundation.make_company()
    user = foundation.make_user(roles=["buyer"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return user


def post(client, url, **data):
    return client.post(url, data, follow=False)


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_answers_in_every_language(client, buyer, language):
    supplier = make.make_supplier("Suzhou Light", minimum_order=10**10)
    item = foundation.make_item(code="PANEL-15")
    foundation.make_source(item, supplier=supplier, minimum=200_000, multiple=50_000)
    (waiting,) = make.request(make.make_request(item, 3, supplier=supplier))
    order = make.make_sent(supplier, [(item, 12), (foundation.make_item(), 4)])
    make.answer(order, (6, NOV_20), (4, date(2026, 12, 1)), reason="glass is late")
    draft = make.make_draft(supplier, [(item, 7)])
    schedule = make.list_schedules(order)[0]
    client.cookies["django_language"] = language
    type(buyer).objects.filter(pk=buyer.pk).update(language=language)
    pages = [
        reverse("srm_buying:orders"),
        reverse("srm_buying:orders") + "?late=1",
        reverse("srm_buying:orders") + "?export=csv",
        reverse("srm_buying:order", args=[order.pk]),
        reverse("srm_buying:order", args=[draft.pk]),
        reverse("srm_buying:note", args=[draft.pk]),
        reverse("srm_buying:schedule", args=[schedule.pk]),
        reverse("srm_buying:requisitions"),
        reverse("srm_buying:requisition", args=[waiting]),
        reverse("srm_buying:new_requisition"),
        reverse("srm_buying:supplier", args=[supplier.pk]),
        reverse("srm_collaboration:order", args=[order.pk]),
        reverse("srm_collaboration:answer", args=[schedule.pk]),
        reverse("srm_collaboration:supplier", args=[supplier.pk]),
        reverse("srm_contracts:supplier", args=[supplier.pk]),
        reverse("srm_contracts:set_price", args=[supplier.pk]),
        reverse("srm_suppliers:suppliers"),
        reverse("srm_suppliers:supplier", args=[supplier.pk]),
        reverse("srm_suppliers:new"),
        reverse("srm_suppliers:edit", args=[supplier.pk]),
        reverse("srm_suppliers:add_contact", args=[supplier.pk]),
    ]

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
    fragment = client.get(reverse("srm_buying:supplier", args=[supplier.pk]), headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert "PANEL-15" in fragment.content.decode()


def test_nobody_without_permission_sees_or_changes_a_purchase(client):
    foundation.make_company()
    order = make.make_draft(make.make_supplier(), [(foundation.make_item(), 7)])
    client.force_login(
        foundation.make_user(roles=["warehouse"]), backend="rantai.foundation.access.backends.RoleBackend"
    )

    assert client.get(reverse("srm_buying:order", args=[order.pk])).status_code == 200
    answers = [
        post(client, reverse(f"srm_buying:{name}", args=[order.pk]), revision=order.revision)
        for name in ("approve", "cancel", "send", "close", "remind", "reopen", "ask_changes")
    ]

    assert {answer.status_code for answer in answers} == {403}
    order.refresh_from_db()
    assert (order.state, order.revision) == ("draft", PurchaseOrder.objects.get().revision)


def test_the_title_of_the_list_says_what_is_late_and_who_has_not_answered(client, buyer):
    supplier = make.make_supplier()
    late = make.make_sent(supplier, [(foundation.make_item(), 12)])
    make.answer(late, (12, date(2026, 12, 1)))
    silent = make.make_sent(supplier, [(foundation.make_item(), 12)])
    PurchaseOrder.objects.filter(pk=silent.pk).update(answer_due_on=date(2026, 10, 30))

    page = client.get(reverse("srm_buying:orders")).content.decode()

    assert "1 line comes late" in page
    assert "1 order waits for an answer" in page


def test_an_order_is_approved_and_sent_on_its_page(client, buyer):
    order = make.make_draft(make.make_supplier(), [(foundation.make_item(), 7)])

    post(client, reverse("srm_buying:approve", args=[order.pk]), revision=order.revision)
    post(client, reverse("srm_buying:send", args=[order.pk]))

    order.refresh_from_db()
    assert (order.state, order.number, order.approved_by) == ("sent", "PO-00001", buyer.actor)
    page = client.get(reverse("srm_buying:order", args=[order.pk])).content.decode()
    assert "Waits for the supplier" in page
    assert client.get(reverse("srm_buying:paper", args=[order.pk])).content.startswith(b"%PDF")


def test_an_approval_of_an_older_version_is_a_conflict_and_changes_nothing(client, buyer):
    order = make.make_draft(make.make_supplier(), [(foundation.make_item(), 7)])

    answer = post(client, reverse("srm_buying:approve", args=[order.pk]), revision=order.revision - 1)

    assert answer.status_code == 409
    order.refresh_from_db()
    assert order.state == "draft"


def test_a_proposal_shows_its_sum_and_is_accepted_or_dismissed(client, buyer):
    item, supplier = foundation.make_item(code="PANEL-15"), make.make_supplier("Suzhou Light")
    wish = make.make_request(item, 16, supplier=supplier)
    with transaction.atomic():
        record_proposals(
            [
                Proposal(
                    kind="purchase",
                    subject=wish.cause,
                    units=Quantity.of(16),
                    reasons=(
                        Reason(code="order", units=Quantity.of(11), detail={"number": "SO-00007"}),
                        Reason(code="minimum", units=Quantity.of(5)),
                    ),
                )
            ]
        )
    ids = make.request(wish, make.make_request(item, 2, supplier=supplier))

    page = client.get(reverse("srm_buying:requisitions")).content.decode()
    assert "from Suzhou Light" in page
    assert "SO-00007" in page
    assert "2 requisitions to decide" in page

    row = PurchaseRequisition.objects.get(pk=ids[0])
    post(client, reverse("srm_buying:accept", args=[row.pk]), revision=row.revision)
    assert DecisionRecord.objects.get().state == "accepted"
    assert PurchaseOrder.objects.get().lines.get().ordered == 160_000
    post(client, reverse("srm_buying:dismiss_requisitions"), ids=[ids[1]])
    assert PurchaseRequisition.objects.get(pk=ids[1]).state == "dismissed"


def test_a_requisition_is_changed_before_it_is_ordered(client, buyer):
    item, supplier = foundation.make_item(), make.make_supplier()
    (pk,) = make.request(make.make_request(item, 16))
    url = reverse("srm_buying:requisition", args=[pk])

    bad = post(client, url, units="-4", due_on="1900-01-01", revision=1)
    assert bad.status_code == 422
    assert PurchaseRequisition.objects.get(pk=pk).revision == 1
    good = post(client, url, units="12", due_on="2026-11-30", supplier=supplier.pk, revision=1)

    assert good.status_code == 302
    row = PurchaseRequisition.objects.get(pk=pk)
    assert (row.units, row.due_on, row.supplier_id) == (120_000, date(2026, 11, 30), supplier.pk)


@pytest.mark.parametrize("units", ["0", "-1", "1e30", "NaN", "abc", "1.00001", "99999999999999"])
def test_a_quantity_that_cannot_be_meant_is_named_beside_the_field(client, buyer, units):
    site = make.make_site()
    item = foundation.make_item(code="KEY-1")

    answer = post(
        client,
        reverse("srm_buying:new_requisition"),
        item=item.code,
        units=units,
        due_on="2026-11-30",
        location=site.pk,
    )

    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert PurchaseRequisition.objects.count() == 0


def test_a_wish_by_hand_reads_numbers_in_the_readers_language(client, buyer):
    site = make.make_site()
    foundation.make_item(code="KEY-1")
    type(buyer).objects.filter(pk=buyer.pk).update(language="id")

    post(
        client,
        reverse("srm_buying:new_requisition"),
        item="KEY-1",
        units="1.250,5",
        due_on="2026-11-30",
        location=site.pk,
    )

    assert PurchaseRequisition.objects.get().units == 12_505_000


def test_a_change_of_a_sent_line_is_gathered_then_asked(client, buyer):
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 12)])
    (schedule,) = make.list_schedules(order)

    post(
        client,
        reverse("srm_buying:schedule", args=[schedule.pk]),
        units="8",
        due_on="2026-11-20",
        reason="fewer orders",
        revision=order.revision,
    )
    assert PurchaseChangeRequest.objects.get().state == "proposed"
    post(client, reverse("srm_buying:ask_changes", args=[order.pk]))

    assert PurchaseChangeRequest.objects.get().state == "asked"
    order.refresh_from_db()
    assert order.asked_revision == 2


def test_units_that_nobody_commits_to_are_given_up(client, buyer):
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 12)])
    make.answer(order, (8, NOV_20))
    order.refresh_from_db()
    (schedule,) = make.list_schedules(order)

    post(client, reverse("srm_buying:give_up", args=[schedule.pk]), revision=order.revision)

    order.refresh_from_db()
    assert (order.state, make.list_schedules(order)[0].cancelled) == ("confirmed", 40_000)
    assert list(srm.list_violations()) == []


def test_an_answer_by_telephone_is_noted(client, buyer):
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 12)])
    (schedule,) = make.list_schedules(order)
    url = reverse("srm_collaboration:answer", args=[schedule.pk])

    post(client, url, units="12", on="2026-11-23", reason="port", confidence="80", asked_revision=1)

    schedule.refresh_from_db()
    assert (schedule.committed, schedule.committed_on) == (120_000, date(2026, 11, 23))
    commit = schedule.commits.get()
    assert (commit.answer.source, commit.confidence) == ("user", 8_000)


def test_a_supplier_is_added_changed_and_protected_from_older_forms(client, buyer):
    data = {"tier_class": "core", "minimum_order": "0", "answer_days": "3", "currency": "usd"}
    made = post(client, reverse("srm_suppliers:new"), name="Bright", email="o@b.example", language="id", **data)
    assert made.status_code == 302
    row = Supplier.objects.get()
    assert (row.tier_class, row.currency, row.party.language) == ("core", "USD", "id")
    url = reverse("srm_suppliers:edit", args=[row.party_id])

    assert post(client, url, revision=1, **data | {"answer_days": "5"}).status_code == 302
    assert post(client, url, revision=1, **data | {"answer_days": "9"}).status_code == 409

    assert Supplier.objects.get().answer_days == 5


def test_a_contact_for_orders_is_written_to(client, buyer):
    supplier = make.make_supplier()
    url = reverse("srm_suppliers:add_contact", args=[supplier.pk])
    post(client, url, name="Ms Lin", email="lin@light.example")

    make.make_sent(supplier, [(foundation.make_item(), 12)])

    from rantai.foundation.messages.models import OutgoingMessage

    assert OutgoingMessage.objects.get(key="purchase.order").address == "lin@light.example"


def test_a_price_changes_what_its_sources_cost(client, buyer):
    supplier, item = make.make_supplier(), foundation.make_item(code="KEY-1")
    source = foundation.make_source(item, supplier=supplier, currency="IDR", minimum=100_000)

    post(
        client,
        reverse("srm_contracts:set_price", args=[supplier.pk]),
        item="KEY-1",
        from_units="10",
        unit_cost="1250.5",
        currency="idr",
        valid_from="2026-01-01",
    )

    source.refresh_from_db()
    assert source.cost == 12_505_000


def test_a_change_of_translation_leaves_none_behind():
    assert translation.get_language() in ("en", "en-us")


def test_a_change_for_nothing_known_is_refused():
    from rantai.srm.buying.actions import asked_changes

    change = PurchaseChange(ref=DocRef("sales_order", 1), units=Quantity(0), due_on=NOV_20, reason="")
    with pytest.raises(asked_changes.BadChange, match="is no purchase"), transaction.atomic():
        srm.change_purchases([change])


def test_needs_and_figures_tell_what_the_loop_shows():
    supplier = make.make_supplier("Suzhou Light")
    make.request(make.make_request(foundation.make_item(code="KEY-1"), 3, supplier=supplier, value_at_stake=70_000))
    assert [figure.value for figure in srm.list_figures(make.NOW)] == ["", "", ""]
    late = make.make_sent(supplier, [(foundation.make_item(), 12)])
    make.answer(late, (12, date(2026, 12, 1)))
    make.make_draft(supplier, [(foundation.make_item(), 12)])

    needs = srm.list_needs(make.NOW)

    assert [need.kind for need in needs] == ["requisition", "late_purchase", "approve_purchase"]
    assert "Buy 3" in needs[0].title
    assert needs[0].stake.amount == 70_000
    figures = {figure.code: figure for figure in srm.list_figures(make.NOW)}
    # a supplier's lateness alone is no harm: red is for customers
    assert (figures["srm.late"].value, figures["srm.late"].is_hurt) == ("1", False)
    assert figures["srm.confirmed_as_asked"].of == "0 of 1 lines answered in four weeks" or late.answered_at
