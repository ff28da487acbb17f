"""A question on the tracking page: who hears of it, how it is answered, and that what we say among us is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rantai.crm import facade
from rantai.crm.accounts.models import Account
from rantai.crm.orders.actions import questions
from rantai.crm.orders.queries import tracking
from rantai.foundation.access.models import User
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents.models import Comment, Notification
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import actions as parties
from rantai.kernel.refs import DocRef
from rantai.shop import forms, rules
from tests.factories import crm as make
from tests.factories import foundation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    make.wire()
    cache.clear()
    with time_machine.travel(make.NOW):
        yield


def make_order(*, language: str = "en"):
    account = make.make_customer("Toko Sinar", email="toko@example.com", language=language)
    return make.make_confirmed(account, [(make.make_stocked_item("MON-15"), 3)])


def link_of(order) -> str:
    return "/" + tracking.find_url(order).split("/", 3)[3]


def token_of(order) -> str:
    return link_of(order).split("/")[3]


def ask(client: Client, order, text: str = "Can it come on Friday?"):
    return client.post(f"{link_of(order)}question/", {"text": text})


@transaction.atomic
def say_among_us(order, text: str) -> None:
    documents.add_comment(DocRef("sales_order", order.pk), author=make_agent(), text=text)


@transaction.atomic
def answer(order, text: str):
    return questions.write_to_customer(order, author=make_agent(), text=text, at=make.NOW)


def make_agent():
    found = User.objects.filter(email="dewi@example.com").first()
    return found or foundation.make_user("dewi@example.com", name="Dewi Anggraini", roles=("service",))


def read_words(page) -> str:
    return unescape(page.content.decode())


def test_a_question_reaches_who_looks_after_the_order_and_everybody_who_follows_it(client):
    order = make_order()
    owner = foundation.make_user("owner@example.com", roles=("sales",), language="id")
    follower = foundation.make_user("follower@example.com", roles=("planner",))
    Account.objects.filter(pk=order.account_id).update(owner=owner)
    with transaction.atomic():
        documents.follow(DocRef("sales_order", order.pk), users=[follower])

    answered = ask(client, order)

    assert answered.url == f"{link_of(order)}#questions"
    said = Comment.objects.get()
    assert (said.kind, said.author, said.party, said.text) == ("customer", None, order.party, "Can it come on Friday?")
    told = Notification.objects.order_by("user_id").values_list("user__email", "kind", "text")
    assert list(told) == [
        ("owner@example.com", "question", "Toko Sinar bertanya: Can it come on Friday?"),
        ("follower@example.com", "question", "Toko Sinar asks: Can it come on Friday?"),
    ]
    page = read_words(client.get(link_of(order)))
    assert "Can it come on Friday?" in page
    assert "Thank you. We answer by mail, and here." in page


def test_the_answer_is_mailed_with_the_link_and_stands_on_the_page_in_the_companys_name(client, settings):
    order = make_order()
    ask(client, order)

    answer(order, "Yes, before noon.")

    letter = OutgoingMessage.objects.get(key="order.answered")
    assert letter.address == "toko@example.com"
    assert letter.values["text"] == "Yes, before noon."
    assert letter.values["asked"] == "Can it come on Friday?"
    assert letter.values["link"] == f"{settings.PUBLIC_URL}{link_of(order)}"
    page = read_words(client.get(link_of(order)))
    assert "Yes, before noon." in page
    assert "Dewi" not in page


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.sampled_from(["internal", "customer", "answer", "taken back", "elsewhere"]), max_size=8))
def test_the_page_shows_what_was_said_with_the_customer_and_nothing_else(client, held_orders, said):
    mine, other = held_orders
    Comment.objects.all().delete()
    cache.clear()
    agent = make_agent()
    with transaction.atomic():
        for place, kind in enumerate(said):
            order = other if kind == "elsewhere" else mine
            party = None if kind in ("internal", "taken back") else order.party
            Comment.objects.create(
                ref_kind="sales_order", ref_id=order.pk, text=f"word-{place}-{kind}", party=party,
                kind={"taken back": "internal", "elsewhere": "answer"}.get(kind, kind),
                author=None if kind == "customer" else agent, archived_at=make.NOW if kind == "taken back" else None,
            )  # fmt: skip
    shown = [f"word-{place}-{kind}" for place, kind in enumerate(said) if kind in ("customer", "answer")]

    tracked = facade.find_tracked_order(token_of(mine))
    page = read_words(client.get(link_of(mine)))

    assert [post.text for post in tracked.posts] == shown
    assert [place for place, kind in enumerate(said) if f"word-{place}-" in page] == [
        place for place, kind in enumerate(said) if kind in ("customer", "answer")
    ]


@pytest.fixture
def held_orders():
    mine = make_order()
    return mine, make.make_confirmed(mine.account, [(mine.lines.get().item, 1)])


def test_a_comment_is_internal_unless_it_is_written_to_the_customer(client):
    order = make_order()
    say_among_us(order, "Margin is thin here")

    assert Comment.objects.get().kind == "internal"
    assert "Margin is thin" not in read_words(client.get(link_of(order)))
    assert not OutgoingMessage.objects.filter(key="order.answered").exists()


def test_a_kind_that_nobody_thought_of_is_refused_by_the_database():
    order = make_order()

    for facts in ({"kind": "public"}, {"kind": "customer", "author": make_agent()}, {"kind": "answer", "party": None}):
        with pytest.raises(Exception, match="comment_kind_legal"), transaction.atomic():
            Comment.objects.create(ref_kind="sales_order", ref_id=order.pk, text="x", **facts)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<b>bold</b>", "{{ link }}", "{% url 'x' %}", "@dewi &lt;"]
)
def test_a_question_is_plain_text_wherever_it_is_shown(client, text):
    order = make_order()
    agent = make_agent()
    ask(client, order, text)

    answer(order, f"You wrote {text}")

    page = client.get(link_of(order)).content.decode()
    staff = Client()
    staff.force_login(agent)
    room = staff.get(f"/orders/{order.pk}/conversation").content.decode()
    for shown in (page, room):
        assert "<script>alert" not in shown
        assert "<b>bold" not in shown
        # our own pages mark an @name, which calls nobody
        assert text in unescape(shown.replace('<span class="mention">@dewi</span>', "@dewi"))
    assert list(Comment.objects.first().mentions.all()) == []
    assert not Notification.objects.filter(kind="mention").exists()
    assert OutgoingMessage.objects.get(key="order.answered").values["asked"] == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write what you want to know"),
        ("  \n ", "Write what you want to know"),
        ("\u200b\u202e", "Write what you want to know"),
        ("a\x00b", "Null characters"),
        ("x" * (forms.MOST_LETTERS + 1), "at most 1000 characters"),
    ],
)
def test_what_is_no_question_is_named_and_nothing_kept(client, text, words):
    order = make_order()

    refused = ask(client, order, text)

    assert refused.status_code == 422
    assert words in read_words(refused)
    assert Comment.objects.count() == 0


def test_the_same_question_twice_is_kept_once_until_it_is_answered(client):
    order = make_order()
    ask(client, order)

    again = client.post(f"{link_of(order)}question/", {"text": "Can it come on Friday?"}, follow=True)

    assert "We have this question already" in read_words(again)
    assert Comment.objects.count() == 1
    answer(order, "Yes")
    cache.clear()
    ask(client, order)
    assert Comment.objects.filter(kind="customer").count() == 2


def test_too_many_questions_in_a_minute_wait_and_what_was_typed_stays(client):
    order = make_order()
    for place in range(rules.QUESTIONS_A_MINUTE):
        assert ask(client, order, f"Question {place}").status_code == 302

    refused = ask(client, order, "One more")

    assert refused.status_code == 429
    assert "too many for one minute" in read_words(refused)
    assert "One more" in read_words(refused)
    assert Comment.objects.count() == rules.QUESTIONS_A_MINUTE


def test_an_order_holds_few_questions_that_wait(client):
    order = make_order()
    for place in range(questions.MOST_WAITING):
        cache.clear()
        ask(client, order, f"Question {place}")
    cache.clear()

    refused = ask(client, order, "One more")

    assert refused.status_code == 422
    assert "wait for our answer already" in read_words(refused)
    assert Comment.objects.count() == questions.MOST_WAITING


def test_a_question_without_the_forms_secret_is_refused():
    order = make_order()

    refused = ask(Client(enforce_csrf_checks=True), order)

    assert refused.status_code == 403
    assert Comment.objects.count() == 0


def test_a_link_that_opens_nothing_takes_no_question(client):
    order = make_order()

    refused = client.post(f"/shop/t/{'A' * 22}/question/", {"text": "Where?"})

    assert refused.status_code == 404
    assert Comment.objects.count() == 0
    assert client.get(f"{link_of(order)}question/").status_code == 405


@pytest.mark.parametrize(("language", "words"), [("id", "Pertanyaan Anda"), ("zh-hans", "您的问题")])
def test_it_asks_in_the_customers_language(client, language, words):
    order = make_order(language=language)

    assert words in read_words(client.get(link_of(order)))
    assert words in read_words(ask(client, order, ""))


def test_who_is_erased_leaves_no_words_behind(client):
    order = make_order()
    ask(client, order, "My telephone is 0812-1234")
    answer(order, "We call 0812-1234")

    with transaction.atomic():
        parties.erase_party(order.party_id, by="user:1")
    make.settle()

    assert list(Comment.objects.values_list("text", flat=True)) == ["", ""]
    assert "0812" not in read_words(client.get(link_of(order)))
