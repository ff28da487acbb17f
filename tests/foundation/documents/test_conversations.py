"""What is said with a customer on a document, kept apart from what is said among us."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from rantai.foundation.documents import actions, queries
from rantai.foundation.documents.models import Comment, Notification
from rantai.kernel.refs import DocRef
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ref() -> DocRef:
    make.make_company()
    return DocRef("item", make.make_item("MON-15").pk)


@pytest.fixture
def ayu():
    return make.make_user("ayu@example.org", name="Ayu Lestari", roles=["planner"])


def test_a_question_is_said_by_the_party_and_told_once_to_each(ref, ayu):
    toko = make.make_party("Toko Sinar")
    actions.follow(ref, users=[ayu])

    said = actions.add_question(ref, party_id=toko.pk, text=" Where is it? @ayu ", told=[ayu])

    assert (said.kind, said.author, said.party, said.text) == ("customer", None, toko, "Where is it? @ayu")
    assert list(said.mentions.all()) == []
    told = Notification.objects.values_list("user__email", "kind", "text")
    assert list(told) == [("ayu@example.org", "question", "Toko Sinar asks: Where is it? @ayu")]


def test_an_answer_closes_what_was_asked_on_its_document_and_no_other(ref, ayu):
    toko, other = make.make_party("Toko Sinar"), DocRef("item", ref.id + 1)
    for place in (ref, other):
        actions.add_question(place, party_id=toko.pk, text="Where is it?")

    actions.add_answer(ref, author=ayu, party_id=toko.pk, text="On its way.")

    assert [row.ref_id for row in queries.list_questions("item")] == [other.id]
    assert list(queries.list_followers(ref)) == [ayu]
    assert actions.close_questions(other) == 1
    assert actions.close_questions(other) == 0


def test_both_sides_are_read_apart(ref, ayu):
    toko = make.make_party("Toko Sinar")
    actions.add_comment(ref, author=ayu, text="Between us")
    actions.add_question(ref, party_id=toko.pk, text="Where is it?")
    actions.add_answer(ref, author=ayu, party_id=toko.pk, text="On its way.")

    assert [row.text for row in queries.list_comments(ref)] == ["Between us"]
    assert [row.text for row in queries.list_conversation(ref)] == ["Where is it?", "On its way."]


def test_what_was_told_outside_is_not_taken_back(ref, ayu):
    said = actions.add_answer(ref, author=ayu, party_id=make.make_party("Toko").pk, text="On its way.")

    actions.remove_comment(said)

    assert [row.text for row in queries.list_conversation(ref)] == ["On its way."]


def test_what_a_party_said_and_was_told_is_forgotten_with_it(ref, ayu):
    toko, stays = make.make_party("Toko Sinar"), make.make_party("Toko Lain")
    for party in (toko, stays):
        actions.add_question(ref, party_id=party.pk, text=f"{party} asks")
        actions.add_answer(ref, author=ayu, party_id=party.pk, text=f"to {party}")

    actions.erase_conversations(toko.pk)

    assert sorted(Comment.objects.values_list("text", flat=True)) == ["", "", "Toko Lain asks", "to Toko Lain"]
    assert [row.text for row in queries.list_conversation(ref)] == ["Toko Lain asks", "to Toko Lain"]


@pytest.mark.parametrize("kind", ["customer", "answer", "public", ""])
def test_the_database_keeps_kinds_and_writers_together(ref, ayu, kind):
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(ref_kind=ref.kind, ref_id=ref.id, kind=kind, author=ayu, text="x")

    assert Comment.objects.count() == 0
