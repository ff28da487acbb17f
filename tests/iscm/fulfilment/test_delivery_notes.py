"""The delivery note is printed after the goods left, whatever door they left by, and told once."""

from __future__ import annotations

import pytest
from django.db import transaction

from rantai.foundation.documents import actions as documents
from rantai.foundation.documents.models import Attachment, PaperTemplate
from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.actions import papers, shipments
from rantai.iscm.fulfilment.models import Shipment
from rantai.kernel import jobs
from rantai.kernel.models import Event, Job
from rantai.kernel.refs import DocRef
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db(transaction=True)
BY = {"by": "user:1", "as_of": factory.MONDAY}


def make_packed() -> int:
    site, item = foundation.make_site(), foundation.make_item("BRK-200")
    factory.make_stock(item, site, 5)
    factory.make_demand(item, 4)
    (shipment_id,) = iscm.release_for_shipping(factory.MONDAY)
    iscm.pack_shipment(shipment_id, **BY)
    return shipment_id


def notes(shipment_id: int) -> list[tuple[str, str]]:
    rows = Attachment.objects.filter(ref_kind="shipment", ref_id=shipment_id, archived_at=None)
    return list(rows.values_list("purpose", "file__media_type"))


def facts() -> list[dict]:
    rows = Event.objects.filter(kind="DeliveryNotePrinted").order_by("id")
    return [
        {name: row[name] for name in ("shipment_id", "attachment_id")} for row in rows.values_list("payload", flat=True)
    ]


def print_all() -> None:
    while jobs.run_next(worker="test"):
        pass
    assert not Job.objects.filter(state="failed").exists(), list(Job.objects.values_list("error", flat=True))


def test_a_shipment_through_the_front_door_gets_its_note_and_the_orders_house_hears_of_it() -> None:
    pk = make_packed()

    iscm.ship_shipment(pk, carrier="JNE", tracking="42", **BY)
    assert notes(pk) == []
    print_all()

    assert notes(pk) == [("delivery_note", "application/pdf")]
    assert facts() == [{"shipment_id": pk, "attachment_id": Attachment.objects.get().pk}]
    (view,) = iscm.list_shipments(DocRef("sales_order", Shipment.objects.get().order_id))
    assert view.note == Attachment.objects.get().pk
    told = Event.objects.filter(kind="MilestoneReached", payload__milestone="handed_to_carrier").get()
    assert told.payload["note_follows"] is True


def test_printing_again_changes_nothing() -> None:
    pk = make_packed()
    iscm.ship_shipment(pk, **BY)
    print_all()

    with transaction.atomic():
        jobs.enqueue(papers.PRINT_TASK, {"shipment_id": pk})
    print_all()

    assert (len(notes(pk)), len(facts())) == (1, 1)


def test_goods_that_turned_round_have_no_note_and_the_next_time_a_new_one() -> None:
    pk = make_packed()
    iscm.ship_shipment(pk, carrier="JNE", **BY)
    iscm.reverse_shipment(pk, **BY)
    print_all()
    assert (notes(pk), facts()) == ([], [])

    iscm.ship_shipment(pk, carrier="SiCepat", **BY)
    print_all()
    iscm.reverse_shipment(pk, **BY)
    assert notes(pk) == []
    iscm.ship_shipment(pk, carrier="JNE", **BY)
    print_all()

    assert notes(pk) == [("delivery_note", "application/pdf")]
    assert len(facts()) == 2


def test_a_template_that_cannot_be_printed_holds_nobody_up() -> None:
    pk = make_packed()
    shipment = Shipment.objects.select_related("party").get()
    with transaction.atomic():
        draft = PaperTemplate(
            company=shipment.company, kind="delivery_note", language=shipment.party.language, body="#unknown()"
        )
        documents.save_paper_template(draft, logo=None, by="user:1")

    iscm.ship_shipment(pk, **BY)
    print_all()

    assert (notes(pk), facts()) == ([], [{"shipment_id": pk, "attachment_id": None}])


def test_a_proof_of_delivery_is_one_of_ours() -> None:
    pk = make_packed()
    iscm.ship_shipment(pk, **BY)

    with pytest.raises(shipments.UnknownProof) as refused:
        iscm.deliver_shipment(pk, proof="Rina, reception", **BY)

    assert str(refused.value) == (
        "“Rina, reception” is no proof of delivery. Say one of these: signature (Signed delivery note), photo (Photo),"
        " carrier (The carrier's word), handed_over (Collected here)."
    )
    assert Shipment.objects.get().state == "shipped"
    assert isinstance(refused.value, iscm.REFUSALS)
    for proof in ("signature", "photo", "carrier", "handed_over"):
        assert proof in shipments.rules.PROOFS
    iscm.deliver_shipment(pk, proof="handed_over", **BY)
    assert Shipment.objects.get().proof == "handed_over"
