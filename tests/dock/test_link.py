"""Who may answer: the link that works, the one that no longer does, and nobody else's."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from rantai.dock import urls
from rantai.foundation.access.models import LinkToken
from rantai.kernel import clock
from rantai.srm import facade as srm
from rantai.srm.buying.actions import orders
from tests.dock.answers import NOV_20, fields, make_order, state_of_things
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)


def change_link(order, **values) -> str:
    LinkToken.objects.filter(subject_kind="purchase_order", subject_id=order.pk).update(**values)
    return make.find_link(order)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"expires_at": clock.now() - timedelta(days=1)}, 410, "This link has expired"),
        ({"revoked_at": clock.now()}, 410, "This link was withdrawn"),
        ({"purpose": "track"}, 404, "does not open an order"),
    ],
)
def test_a_link_that_no_longer_works_says_why_and_changes_nothing(client, method, values, status, words):
    order = make_order()
    link, before = change_link(order, **values), state_of_things()

    answer = getattr(client, method)(link, fields(order, ("10", "2026-11-20")) if method == "post" else {})

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert state_of_things() == before


@pytest.mark.parametrize(
    "change", [lambda token: token[:-1], lambda token: "A" + token, lambda token: token.swapcase()]
)
def test_an_altered_link_opens_nothing(client, change):
    order = make_order()
    token = make.find_link(order).split("/")[3]

    answer = client.get(f"/dock/a/{change(token)}/")

    assert answer.status_code == 404
    assert order.number not in answer.content.decode()


@pytest.mark.parametrize(("end", "words"), [("cancel", "is cancelled"), ("close", "is finished")])
def test_a_link_ends_with_its_order_and_not_before(client, end, words):
    order = make_order()
    link = make.find_link(order)
    client.post(link, fields(order, ("10", "2026-11-20")))
    make.receive(order, 10, on=NOV_20) if end == "close" else None
    assert client.get(link).status_code == 200
    if end == "close":
        with transaction.atomic():
            orders.close_order(order.pk, revision=None, by=make.BUYER)
    else:
        srm.cancel_order(order.pk, by=make.BUYER)
    before = state_of_things()

    answer = client.post(link, fields(order, ("9", "2026-11-20")))

    assert answer.status_code == 410
    assert words in answer.content.decode()
    assert state_of_things() == before


def test_every_address_of_the_door_is_closed_to_other_suppliers(client):
    mine, other = make_order(), None
    other = make.make_sent(make.make_supplier(), [(foundation.make_item(), 3)])
    token = make.find_link(other).split("/")[3]
    # a link of theirs that names our order: party scope, not the link, must keep it shut
    LinkToken.objects.filter(subject_id=other.pk, purpose="answer").update(subject_id=mine.pk)
    before = state_of_things()

    for pattern in urls.urlpatterns:
        path = f"/dock/{pattern.pattern._route.replace('<str:token>', token)}"
        for answer in (client.get(path), client.post(path, fields(mine, ("10", "2026-11-20")))):
            assert answer.status_code in (404, 405), path
            assert mine.number not in answer.content.decode()
    assert state_of_things() == before


def test_the_walk_above_knows_every_address():
    mounted = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {pattern.name for pattern in urls.urlpatterns} == {"answer", "shipment", "paper"}
    assert mounted is not None


def test_an_answer_without_the_forms_secret_is_refused():
    order = make_order()
    strict, before = Client(enforce_csrf_checks=True), state_of_things()

    answer = strict.post(make.find_link(order), fields(order, ("10", "2026-11-20")))

    assert answer.status_code == 403
    assert state_of_things() == before


def test_only_a_hash_of_the_link_is_kept():
    order = make_order()
    token = make.find_link(order).split("/")[3]

    stored = LinkToken.objects.get(subject_kind="purchase_order")

    assert token not in (stored.token_hash, str(stored.pk))
    assert len(token) >= 22
    assert stored.party_id == order.supplier_id
