"""A click: what it names, what is said, where it leads."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.cache import SessionStore

from rantai.kernel.revisions import RevisionConflict
from rantai.ui import clicks


class TooMany(Exception):
    """More than there is."""


@pytest.fixture
def post(rf):
    def make(data=None, query=""):
        request = rf.post(f"/somewhere{query}", data or {})
        request.session = SessionStore()
        request._messages = FallbackStorage(request)
        return request

    return make


def refuse(problem):
    def work():
        raise problem

    return work


def click(request, work):
    answer = clicks.attempt(request, work, refusals=(TooMany,), said="Done.", back="/back", undo="/undo")
    return answer, [(message.level_tag, str(message), message.extra_tags) for message in get_messages(request)]


@pytest.mark.django_db(transaction=True)
def test_what_was_done_is_said_with_its_undo_and_leads_back(post):
    answer, told = click(post(), lambda: None)

    assert (answer.status_code, answer["Location"]) == (302, "/back")
    assert told == [("success", "Done.", "undo:/undo")]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_said_where_there_is_nothing_to_say(post):
    request = post()

    clicks.attempt(request, lambda: None, refusals=(), said="", back="/back")

    assert list(get_messages(request)) == []


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_said_where_the_click_came_from_and_writes_nothing(post, django_user_model):
    def work():
        django_user_model.objects.create(email="half@kirana.example", name="Half")
        raise TooMany("Asked were 12, there are 9.")

    answer, told = click(post(), work)

    assert (answer.status_code, told) == (302, [("error", "Asked were 12, there are 9.", "")])
    assert not django_user_model.objects.filter(email="half@kirana.example").exists()


@pytest.mark.django_db(transaction=True)
def test_what_nobody_declared_is_a_fault_and_not_a_refusal(post):
    with pytest.raises(ValueError, match="unforeseen"):
        click(post(), refuse(ValueError("unforeseen")))


@pytest.mark.django_db(transaction=True)
def test_a_newer_revision_gets_its_page(post, django_user_model):
    row = django_user_model(email="x@kirana.example")

    answer, told = click(post(), refuse(RevisionConflict(row, 1, 2)))

    page = answer.content.decode()
    assert (answer.status_code, told) == (409, [])
    assert "Somebody else changed this first" in page
    assert 'href="/back"' in page
    assert "stored is version 2" in page


@pytest.mark.parametrize(
    ("text", "pk"),
    [("12", 12), ("", 0), (None, 0), ("-1", 0), ("1e3", 0), ("٣", 0), ("9" * 18, 10**18 - 1), ("9" * 19, 0)],
)
def test_a_key_is_read_or_is_no_row(text, pk):
    assert clicks.read_id(text) == pk


def test_ticked_rows_come_from_the_form_or_the_address_of_an_undo(post):
    assert clicks.read_ids(post({"ids": ["3", "x", "4"]})) == [3, 4]
    assert clicks.read_ids(post(query="?ids=5&ids=6")) == [5, 6]
    assert clicks.read_ids(post(query="?s=7"), "s") == [7]


def test_no_more_rows_are_read_than_are_done_at_once(post):
    many = post({"ids": [str(pk) for pk in range(1, 700)]})

    assert len(clicks.read_ids(many)) == clicks.MOST_IDS
    assert clicks.read_ids(many, most=2) == [1, 2]


@pytest.mark.parametrize(("text", "revision"), [("3", 3), ("", 0), ("4294967296", 0), ("x", 0)])
def test_a_revision_is_read_or_is_none_that_a_document_has(post, text, revision):
    assert clicks.read_revision(post({"revision": text})) == revision
