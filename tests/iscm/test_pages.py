"""The pages of operations: who sees them, what they say, what a click does."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rantai.foundation.documents.models import Attachment
from rantai.iscm.fulfilment.actions import papers
from rantai.iscm.fulfilment.models import GoodsReceipt, PickTask, ReturnReceipt, Shipment, ShipmentLine
from rantai.iscm.inventory.models import StockBalance, StockCount
from rantai.kernel import jobs
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def hand(client: Client) -> Client:
    """A warehouse hand, signed in."""
    client.force_login(foundation.make_user(roles=["warehouse"], language="en"))
    return client


def make_shipment() -> Shipment:
    site, item = foundation.make_site("JKT"), foundation.make_item("BRK-200")
    factory.make_stock(item, site, 5, lot="L1")
    factory.make_demand(item, 4)
    return factory.release()[0]


def answer(client: Client, name: str, *args: object, **facts: object) -> str:
    response = client.get(reverse(name, args=args), **facts)
    assert response.status_code == 200
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return " ".join(content.decode().split())


def title(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def balance() -> StockBalance:
    return StockBalance.objects.get(is_account=False, status="available")


def test_lists_say_in_their_title_what_must_be_done(hand) -> None:
    make_shipment()
    factory.make_demand(foundation.make_item(), 2)

    assert title(answer(hand, "iscm_fulfilment:shipments")) == "1 shipment to pick today"
    assert title(answer(hand, "iscm_inventory:stock")) == "1 item in stock"
    assert title(answer(hand, "iscm_fulfilment:receipts")) == "Nothing is due that is not here"
    row = balance()
    place = answer(hand, "iscm_inventory:item_location", row.item_id, row.location_id)
    assert title(place) == "1 pcs free, 4 pcs reserved"


def test_planner_sees_which_promises_come_later_than_wanted(client) -> None:
    client.force_login(foundation.make_user(roles=["planner"], language="en"))
    site, item = foundation.make_site("JKT"), foundation.make_item("BRK-200")
    factory.make_stock(item, site, 5)
    factory.make_demand(item, 4, requested_on=date(2026, 11, 9))
    late = factory.make_demand(foundation.make_item("LATE"), 2)

    html = answer(client, "iscm_promising:promises")

    assert title(html) == "1 line comes later than wanted, 1 keeps its date"
    assert "LATE" in html
    assert title(answer(client, "iscm_promising:demand", late.pk)) == "No day can be promised yet"
    assert "BRK-200" not in answer(client, "iscm_promising:supplies", QUERY_STRING="kind=purchase")


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_opens_in_every_language(client, language: str) -> None:
    client.force_login(foundation.make_user(roles=["warehouse", "planner"], language=language))
    shipment = make_shipment()
    order = srm.make_sent(srm.make_supplier(), [(foundation.make_item(tracking="lot"), 10)])
    receipt = factory.receive(order, 4, lot_code="L7")
    factory.drain()
    row = balance_of_shipment(shipment)
    pages = [
        ("iscm_inventory:stock",),
        ("iscm_inventory:item_location", row.item_id, row.location_id),
        ("iscm_inventory:count", row.item_id, row.location_id),
        ("iscm_inventory:status", row.pk),
        ("iscm_fulfilment:shipments",),
        ("iscm_fulfilment:shipment", shipment.pk),
        ("iscm_fulfilment:order_shipments", "sales_order", shipment.order_id),
        ("iscm_fulfilment:return", shipment.pk),
        ("iscm_fulfilment:receipts",),
        ("iscm_fulfilment:expected",),
        ("iscm_fulfilment:receipt", receipt.pk),
        ("iscm_fulfilment:purchase_receipt", order.pk),
        ("iscm_fulfilment:purchase_receipts", order.pk),
        ("iscm_promising:promises",),
        ("iscm_promising:supplies",),
        ("iscm_promising:demand", ShipmentLine.objects.get().demand_id),
        ("iscm_promising:item_location", row.item_id, row.location_id),
    ]
    for page in pages:
        html = answer(client, *page)
        assert title(html)
        assert "style=" not in html.split("<body")[1]


def balance_of_shipment(shipment: Shipment) -> StockBalance:
    task = PickTask.objects.filter(line__shipment=shipment).select_related("reservation__balance").get()
    return task.reservation.balance


def test_people_without_the_permission_are_sent_away_and_nothing_changes(client) -> None:
    shipment = make_shipment()
    row = balance_of_shipment(shipment)
    client.force_login(foundation.make_user(roles=["sales"]))

    for name, args in (
        ("iscm_fulfilment:ship", [shipment.pk]),
        ("iscm_fulfilment:pack", [shipment.pk]),
        ("iscm_fulfilment:cancel", [shipment.pk]),
        ("iscm_fulfilment:pick", [PickTask.objects.get().pk]),
        ("iscm_inventory:count", [row.item_id, row.location_id]),
        ("iscm_promising:release", []),
    ):
        assert client.post(reverse(name, args=args), {"found": "1"}).status_code == 403
    assert client.get(reverse("iscm_fulfilment:receipts")).status_code == 403
    shipment.refresh_from_db()
    assert (shipment.state, balance().on_hand) == ("released", 50_000)

    client.logout()
    assert client.get(reverse("iscm_fulfilment:shipment", args=[shipment.pk])).status_code == 302


def test_shipment_goes_from_shelf_to_customer_by_clicks(hand) -> None:
    shipment = make_shipment()
    task = PickTask.objects.get()

    def click(name: str, pk: int, **data: object) -> None:
        assert hand.post(reverse(f"iscm_fulfilment:{name}", args=[pk]), data).status_code == 302
        shipment.refresh_from_db()

    assert title(answer(hand, "iscm_fulfilment:shipment", shipment.pk)) == "1 place to pick, it leaves on 2 Nov"
    click("pick", task.pk, found="4")
    click("pack", shipment.pk, packages="2", weight_kg="3.5")
    click("ship", shipment.pk, carrier="JNE", tracking="42")
    assert (shipment.state, shipment.packages, shipment.carrier) == ("shipped", 2, "JNE")
    assert jobs.run_next(worker="test")
    click("deliver", shipment.pk, proof="photo", file=SimpleUploadedFile("door.png", PNG, "image/png"))

    assert (shipment.state, shipment.proof, balance().on_hand) == ("delivered", "photo", 10_000)
    kept = Attachment.objects.filter(ref_kind="shipment", ref_id=shipment.pk).order_by("id")
    assert list(kept.values_list("purpose", "file__media_type")) == [
        ("delivery_note", "application/pdf"),
        ("proof", "image/png"),
    ]
    line = ShipmentLine.objects.get()
    data = {"reason": "wrong", f"l{line.pk}-units": "1", f"l{line.pk}-status": "available"}
    assert hand.post(reverse("iscm_fulfilment:return", args=[shipment.pk]), data).status_code == 302
    assert (ReturnReceipt.objects.count(), balance().on_hand) == (1, 20_000)
    refused = hand.post(reverse("iscm_fulfilment:return", args=[shipment.pk]), data | {f"l{line.pk}-units": "9"})
    assert (refused.status_code, ReturnReceipt.objects.count()) == (422, 1)
    assert "3 of this shipment are with the customer" in refused.content.decode()
    factory.drain()


def test_second_click_changes_nothing_and_says_so(hand) -> None:
    shipment = make_shipment()
    for name in ("pack", "ship", "ship"):
        response = hand.post(reverse(f"iscm_fulfilment:{name}", args=[shipment.pk]), {"packages": "1"}, follow=True)

    assert "cannot become shipped: it is shipped" in response.content.decode()
    assert balance().on_hand == 10_000
    assert jobs.run_next(worker="test")
    assert not jobs.run_next(worker="test")
    assert Attachment.objects.count() == 1
    factory.drain()


@pytest.mark.parametrize("found", ["", "-1", "abc", "1e30", "NaN", "5", "1.00001"])
def test_impossible_pick_is_refused(hand, found: str) -> None:
    shipment = make_shipment()

    response = hand.post(
        reverse("iscm_fulfilment:pick", args=[PickTask.objects.get().pk]), {"found": found}, follow=True
    )

    assert response.status_code == 200
    shipment.refresh_from_db()
    assert (PickTask.objects.get().state, shipment.state) == ("open", "released")


def test_delivery_note_is_a_paper_with_lots(hand) -> None:
    shipment = make_shipment()

    response = hand.get(reverse("iscm_fulfilment:paper", args=[shipment.pk]))

    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    printed = papers.describe_shipment(Shipment.objects.select_related("party", "location", "address").get())
    assert (printed["number"], printed["order_number"]) == (shipment.number, shipment.order_number)
    assert [(line["code"], line["lots"], line["units"]) for line in printed["lines"]] == [("BRK-200", "L1", "4")]


def test_count_books_the_difference_and_keeps_what_was_typed_when_refused(hand) -> None:
    shipment = make_shipment()
    row = balance_of_shipment(shipment)
    url = reverse("iscm_inventory:count", args=[row.item_id, row.location_id])
    data = {"reason": "count", f"b{row.pk}-seen": str(row.on_hand), f"b{row.pk}-balance": str(row.pk)}

    empty = hand.post(url, data)
    below = hand.post(url, data | {f"b{row.pk}-counted": "3"})
    wrong = hand.post(url, data | {f"b{row.pk}-counted": "many"})
    assert [refused.status_code for refused in (empty, below, wrong)] == [422] * 3
    assert "but 4 are held for shipments" in below.content.decode()
    assert 'value="many"' in wrong.content.decode()
    assert StockCount.objects.count() == 0

    assert hand.post(url, data | {f"b{row.pk}-counted": "4.5"}).status_code == 302
    assert (StockCount.objects.get().number, balance().on_hand) == ("SC-00001", 45_000)
    stale = hand.post(url, data | {f"b{row.pk}-counted": "5"})
    assert stale.status_code == 422
    assert balance().on_hand == 45_000
    factory.drain()


def test_goods_are_received_against_their_order_once(hand) -> None:
    order = srm.make_sent(srm.make_supplier(), [(foundation.make_item("PART"), 10)])
    line = order.lines.get()
    url = reverse("iscm_fulfilment:purchase_receipt", args=[order.pk])
    page = hand.get(url).content.decode()
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert key
    data = {"key": key[1], "delivery_note": "DN 7", f"l{line.pk}-units": "6", f"l{line.pk}-rejected": "1"}

    too_many = hand.post(url, data | {f"l{line.pk}-rejected": "7"})
    nothing = hand.post(url, data | {f"l{line.pk}-units": "", f"l{line.pk}-rejected": ""})
    assert [too_many.status_code, nothing.status_code] == [422, 422]
    assert GoodsReceipt.objects.count() == 0

    for _twice in range(2):
        assert hand.post(url, data).status_code == 302
    receipt = GoodsReceipt.objects.get()
    assert balance().on_hand == 50_000
    assert title(answer(hand, "iscm_fulfilment:receipt", receipt.pk)) == "Received, not all of it is good"
    assert title(answer(hand, "iscm_fulfilment:expected")) == "1 line on its way"

    hand.post(reverse("iscm_fulfilment:reverse_receipt", args=[receipt.pk]))
    assert balance().on_hand == 0
    factory.drain()


def test_fragment_is_a_part_for_htmx_and_a_page_without_it(hand) -> None:
    shipment = make_shipment()

    whole = answer(hand, "iscm_fulfilment:order_shipments", "sales_order", shipment.order_id)
    part = answer(hand, "iscm_fulfilment:order_shipments", "sales_order", shipment.order_id, HTTP_HX_REQUEST="true")

    assert whole.startswith("<!doctype html>")
    assert part.startswith("<section")
    assert shipment.number in part


def test_release_button_opens_what_is_due(hand) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    factory.make_demand(item, 4)

    for text in ("1 shipment opened", "Nothing new is due"):
        response = hand.post(reverse("iscm_promising:release"), follow=True)
        assert text in response.content.decode()
    assert Shipment.objects.count() == 1


def test_list_of_many_shipments_takes_few_queries(hand, django_assert_max_num_queries) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 50)
    for _number in range(30):
        factory.make_demand(item, 1)
    factory.release()

    hand.get(reverse("iscm_fulfilment:shipments"))  # the rail's counts are kept for half a minute
    with django_assert_max_num_queries(16):
        hand.get(reverse("iscm_fulfilment:shipments"))
