"""The customers' door: what a link shows, and that it shows nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.urls import get_resolver
from django.utils import timezone

from rantai.crm import facade
from rantai.crm.orders.actions import links
from rantai.crm.orders.queries import tracking
from rantai.foundation.access.models import LinkToken
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents.models import Attachment
from rantai.foundation.messages import queries as messages
from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel import relay
from rantai.kernel.refs import DocRef
from rantai.shop import rules
from tests.factories import crm as make

SOON = make.NOW + timedelta(days=9)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    make.wire()
    cache.clear()
    with time_machine.travel(make.NOW):
        yield


def make_order(*, language: str = "en", units: int = 3, **facts):
    account = make.make_customer("Toko Sinar", email="toko@example.com", language=language)
    item = make.make_stocked_item("MON-15", name={"en": "15-inch monitor", "id": "Monitor 15 inci"})
    return make.make_confirmed(account, [(item, units)], **facts)


def link_of(order) -> str:
    return "/" + tracking.find_url(order).split("/", 3)[3]


def token_of(order) -> str:
    return link_of(order).split("/")[3]


def test_the_first_letter_carries_the_link_and_only_its_hash_is_kept():
    order = make_order()

    token = token_of(order)

    held = LinkToken.objects.get(subject_kind="sales_order", subject_id=order.pk, purpose="track")
    assert held.party_id == order.party_id
    assert token not in held.token_hash
    assert len(token) == 22


def test_every_letter_of_an_order_carries_the_same_link_and_another_order_another():
    order = make_order()
    before = link_of(order)
    make.send(make.release(SOON)[0], at=SOON)

    other = make.make_confirmed(order.account, [(order.lines.get().item, 1)])

    assert OutgoingMessage.objects.filter(ref_kind="sales_order", ref_id=order.pk).count() > 3
    assert LinkToken.objects.filter(purpose="track", subject_id=order.pk).count() == 1
    assert link_of(order) == before
    assert link_of(other) != before


def test_a_letter_that_waits_holds_the_link_and_every_kind_of_letter_has_its_place(settings):
    order = make.make_order(make.make_customer("Toko", email="t@example.com"), [(make.make_stocked_item("A-1"), 1)])
    facade.confirm_order(order.pk, revision=order.revision, by=make.BY, as_of=make.NOW)
    relay.drain()
    order.refresh_from_db()

    letter = OutgoingMessage.objects.get(ref_id=order.pk, key="order.received")
    shipped = [words for key, words in messages.list_letters().items() if key.startswith(("order.", "invoice."))]

    assert letter.values["link"] == f"{settings.PUBLIC_URL}{link_of(order)}"
    assert [words.key for by in shipped for words in by.values() if "link" not in words.names()] == []


def test_the_page_says_when_it_comes_and_what_happened_and_writes_nothing(client):
    order = make_order()
    before = list(LinkToken.objects.values())

    page = client.get(link_of(order))

    text = page.content.decode()
    assert page.status_code == 200
    assert "15-inch monitor" in text
    assert "Your goods come by" in text
    assert "Order received" in text
    assert page["X-Robots-Tag"].startswith("noindex")
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert list(LinkToken.objects.values()) == before


@pytest.mark.parametrize(
    ("language", "words"), [("id", "Barang Anda tiba paling lambat"), ("zh-hans", "货物不晚于"), ("en", "Your goods")]
)
def test_it_speaks_the_customers_language_until_the_visitor_chooses(client, language, words):
    order = make_order(language=language)

    assert words in client.get(link_of(order)).content.decode()

    client.cookies["django_language"] = "en"
    assert "Your goods" in client.get(link_of(order)).content.decode()


def test_it_shows_nothing_of_ours_and_nothing_of_others(client):
    order = make_order()
    stranger = make.make_customer("Pabrik Lain", email="lain@example.com")
    make.make_confirmed(stranger, [(make.make_stocked_item("SECRET-9", name={"en": "Secret thing"}), 1)])

    text = client.get(link_of(order)).content.decode()

    for word in ("SECRET-9", "Secret thing", "Pabrik Lain", "JKT", "margin", "600,000", "user:1", "toko@example.com"):
        assert word not in text


@pytest.mark.parametrize("spoil", ["unknown", "revoked", "expired"])
def test_a_link_that_opens_nothing_gets_one_kind_sentence(client, spoil):
    order = make_order()
    url = link_of(order)
    if spoil == "unknown":
        url = url.replace(token_of(order), "A" * 22)
    elif spoil == "revoked":
        with transaction.atomic():
            links.renew_tracking(order.pk, by="user:1")
    else:
        LinkToken.objects.filter(purpose="track").update(expires_at=timezone.now() - timedelta(days=1))

    page = client.get(url)

    assert page.status_code == 404
    assert "This link does not open an order any more" in page.content.decode()
    assert "MON-15" not in page.content.decode()


def test_a_withdrawn_link_is_replaced_by_another_that_works(client):
    order = make_order()
    old = link_of(order)
    with transaction.atomic():
        links.renew_tracking(order.pk, by="user:1")
        new = links.get_tracking_url(order.pk, party_id=order.party_id)

    assert client.get(old).status_code == 404
    assert client.get("/" + new.split("/", 3)[3]).status_code == 200


def test_papers_of_the_order_are_given_and_no_others(client):
    order = make_order()
    with transaction.atomic():
        others = documents.attach(
            DocRef("sales_order", order.pk + 1), name="INV-9.pdf", content=b"%PDF-1.7 other", purpose="invoice", by="x"
        )
        internal = documents.attach(
            DocRef("sales_order", order.pk), name="calculation.pdf", content=b"%PDF-1.7 ours", purpose="", by="x"
        )
    tracked = facade.find_tracked_order(token_of(order))
    given = [paper for paper in tracked.papers if paper.kind == "order_confirmation"]

    page = client.get(f"{link_of(order)}paper/{given[0].id}/")

    assert page.status_code == 200
    assert page.content.startswith(b"%PDF")
    assert "attachment" in page["Content-Disposition"]
    for paper in (others.pk, internal.pk, 999_999):
        assert client.get(f"{link_of(order)}paper/{paper}/").status_code == 404


def test_the_delivery_note_lies_with_the_letter_and_on_the_page(client):
    order = make_order()
    shipment = make.release(SOON)[0]
    make.send(shipment, at=SOON)

    note = Attachment.objects.get(ref_kind="shipment", ref_id=shipment.pk, purpose="delivery_note")
    letter = OutgoingMessage.objects.get(ref_id=order.pk, key="order.handed_to_carrier")
    page = client.get(link_of(order)).content.decode()

    assert letter.attachments == [note.pk]
    assert f"paper/{note.pk}/" in page
    assert shipment.number in page


def test_who_guesses_links_is_stopped(client):
    make_order()

    answers = [client.get(f"/shop/t/{place:022d}/").status_code for place in range(rules.MISSES_A_MINUTE + 2)]

    assert answers == [404] * rules.MISSES_A_MINUTE + [429, 429]


def test_every_address_of_the_door_is_public_by_declaration():
    patterns = list(get_resolver("rantai.shop.urls").url_patterns)

    assert {getattr(pattern.callback, "permission", "") for pattern in patterns} == {"public"}


def test_a_page_costs_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    order = make_order()
    url = link_of(order)
    client.get(url)

    with django_assert_max_num_queries(14):
        client.get(url)
