"""What is said with a customer, seen by our people: it waits until somebody answers, and nothing is said by mistake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rantai.crm import facade
from rantai.crm.orders.actions import questions
from rantai.desk.queries import waiting
from rantai.foundation.access.models import User
from rantai.foundation.documents.models import Comment
from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel.needs import Answer
from tests.factories import crm as make
from tests.factories import foundation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    make.wire()
    cache.clear()
    with time_machine.travel(make.NOW):
        yield


def make_colleague(role: str) -> User:
    found = User.objects.filter(email=f"{role}@example.com").first()
    return found or foundation.make_user(f"{role}@example.com", name=role.title(), roles=(role,))


def sign_in(role: str) -> Client:
    client = Client()
    client.force_login(make_colleague(role))
    return client


def make_order(name: str = "Toko Sinar"):
    account = make.make_customer(name, email="toko@example.com")
    return make.make_confirmed(account, [(make.make_stocked_item(f"MON {name}"), 3)])


@transaction.atomic
def ask(order, text: str = "Can it come on Friday?") -> None:
    questions.ask_question(order, text=text)


def url(order) -> str:
    return reverse("crm_orders:conversation", args=[order.pk])


def list_asked(role: str) -> list[tuple[str, str]]:
    needs = waiting.list_needs(make_colleague(role), as_of=make.NOW)
    return [(need.title, need.why) for need in needs if need.kind == "question"]


@pytest.mark.parametrize("role", ["sales", "service"])
def test_a_question_waits_for_sales_and_service_until_somebody_answers(role):
    order = make_order()
    ask(order)
    assert list_asked(role) == [(f"Toko Sinar asks about {order.number}", "Can it come on Friday?")]

    sign_in("service").post(url(order), {"text": "Yes, before noon."})

    cache.clear()
    assert list_asked(role) == []


@pytest.mark.parametrize("role", ["warehouse", "buyer", "finance"])
def test_it_waits_for_nobody_else(role):
    ask(make_order())

    assert list_asked(role) == []


def test_many_questions_are_one_bundle_that_opens():
    for place in range(4):
        ask(make_order(f"Toko {place}"))

    sheet = facade.describe_need("question", as_of=make.NOW)

    assert sheet.need.title == "4 customers ask"
    assert sheet.total == 4
    listed = sign_in("sales").get(sheet.need.url).content.decode()
    assert all(f"Toko {place}" in listed for place in range(4))


def test_a_question_that_needs_no_answer_is_closed_in_place():
    order = make_order()
    ask(order)
    answer = Answer(code="close", by="user:1")

    done = facade.decide_need(f"question:{order.pk}", answer, as_of=make.NOW)

    assert done.count == 1
    assert list(facade.list_needs(make.NOW)) == []
    assert Comment.objects.get().answered_at is not None
    assert not OutgoingMessage.objects.filter(key="order.answered").exists()


def test_the_orders_page_shows_the_question_and_takes_the_answer():
    order = make_order()
    ask(order)
    service = sign_in("service")
    part = service.get(url(order), headers={"HX-Request": "true"}).content.decode()
    assert "Can it come on Friday?" in part
    assert "waits for an answer" in part
    assert url(order) in service.get(reverse("crm_orders:order", args=[order.pk])).content.decode()

    answered = service.post(url(order), {"text": "Yes, before noon."}, follow=True)

    assert "It goes to the customer in a moment" in answered.content.decode()
    part = service.get(url(order), headers={"HX-Request": "true"}).content.decode()
    assert "Yes, before noon." in part
    assert "waits for an answer" not in part
    room = service.get(reverse("foundation_documents:room", args=["sales_order", order.pk])).content.decode()
    assert "Can it come" not in room
    assert "Nobody has written here yet" in room


def test_a_comment_in_the_room_answers_nobody():
    order = make_order()
    ask(order)
    service = sign_in("service")

    service.post(reverse("foundation_documents:comment", args=["sales_order", order.pk]), {"text": "Who knows?"})

    assert list(Comment.objects.order_by("id").values_list("kind", flat=True)) == ["customer", "internal"]
    assert Comment.objects.filter(kind="customer", answered_at=None).exists()
    assert "Who knows?" not in service.get(url(order)).content.decode()


def test_what_the_customer_was_told_cannot_be_taken_back():
    order = make_order()
    service = sign_in("service")
    service.post(url(order), {"text": "Yes"})
    said = Comment.objects.get()

    refused = service.post(reverse("foundation_documents:remove_comment", args=[said.pk]))

    assert refused.status_code == 404
    said.refresh_from_db()
    assert said.archived_at is None


def test_an_empty_answer_says_nothing():
    order = make_order()

    refused = sign_in("service").post(url(order), {"text": " "})

    assert refused.status_code == 422
    assert Comment.objects.count() == 0


@pytest.mark.parametrize("role", ["warehouse", "planner", "finance"])
def test_only_who_may_change_orders_writes_to_customers(role):
    order = make_order()
    ask(order)
    stranger = sign_in(role)

    assert stranger.post(url(order), {"text": "Yes"}).status_code == 403
    assert stranger.post(reverse("crm_orders:close_questions", args=[order.pk])).status_code == 403
    assert "Send to the customer" not in stranger.get(url(order)).content.decode()
    assert list(Comment.objects.values_list("kind", "answered_at")) == [("customer", None)]


def test_a_draft_has_no_conversation():
    order = make.make_order(make.make_customer("Toko"), [(make.make_stocked_item("MON"), 1)])

    assert sign_in("service").get(url(order)).status_code == 404
