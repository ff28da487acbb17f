"""The supplier's answer as a whole: what the page shows, what is taken, what is asked once more."""

import pytest
from django.db import transaction

from rantai.dock import rules
from rantai.kernel.quantities import Quantity
from rantai.srm import facade as srm
from rantai.srm.collaboration.models import SupplierAnswer
from rantai.srm.messages import PurchaseChange
from tests.dock.answers import DEC_1, fields, kinds, make_order, state_of_things
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_link_shows_the_order_and_writes_nothing(client):
    order = make_order()
    before = state_of_things()

    page = client.get(make.find_link(order))

    assert page.status_code == 200
    text = page.content.decode()
    assert "Can you deliver this?" in text
    assert "15-inch panel" in text
    assert 'value="2026-11-20"' in text
    assert page["Cache-Control"].startswith("max-age=0")
    assert page["Referrer-Policy"] == "same-origin"
    assert state_of_things() == before


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Bisakah Anda memenuhi ini?"), ("zh-hans", "能否按此交货？"), ("en", "Can you deliver this?")],
)
def test_the_page_speaks_the_suppliers_language(client, language, words):
    order = make_order(language=language)

    assert words in client.get(make.find_link(order)).content.decode()


def test_everything_is_confirmed_at_once(client):
    order = make_order()

    answer = client.post(make.find_link(order), fields(order, ("10", "2026-11-20"), do="all"), follow=True)

    assert answer.status_code == 200
    assert "You keep all quantities and dates" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "confirmed"
    assert kinds() == ["PurchaseOrdered", "PurchaseConfirmed"]
    assert list(srm.list_violations()) == []


def test_what_was_typed_is_not_lost_to_confirming_everything(client):
    order = make_order()
    link, said = make.find_link(order), fields(order, ("10", "2026-12-01"), do="all")

    asked = client.post(link, said)

    assert asked.status_code == 422
    assert "once more to confirm" in asked.content.decode()
    assert 'value="2026-12-01"' in asked.content.decode()
    assert make.list_schedules(order)[0].committed is None
    client.post(link, said | {"sure": "1"})
    order.refresh_from_db()
    assert order.state == "confirmed"
    assert make.list_schedules(order)[0].expected_on.isoformat() == "2026-11-20"


def test_the_same_answer_twice_changes_nothing_and_says_so(client):
    order = make_order()
    link, said = make.find_link(order), fields(order, ("10", "2026-12-01"), reason="glass")
    client.post(link, said)
    before = state_of_things()

    again = client.post(link, said, follow=True)

    assert "exactly this before" in again.content.decode()
    assert state_of_things() == before


def test_an_answer_can_be_changed_while_the_order_is_open(client):
    order = make_order()
    link = make.find_link(order)

    client.post(link, fields(order, ("10", "2026-12-01")))
    client.post(link, fields(order, ("10", "2026-11-20")))
    client.post(link, fields(order, ("10", "2026-12-01")))

    (row,) = make.list_schedules(order)
    assert (row.committed_on, row.first_committed_on) == (DEC_1, DEC_1)
    assert SupplierAnswer.objects.count() == 3
    assert kinds()[1:] == ["PurchaseCommitChanged"] * 3


def test_an_answer_to_an_older_version_shows_what_changed_and_asks_again(client):
    order = make_order()
    link = make.find_link(order)
    with transaction.atomic():
        srm.change_purchases(
            [PurchaseChange(ref=order.lines.get().ref, units=Quantity.of(6), due_on=DEC_1, reason="fewer orders")]
        )
    srm.ask_changes(order.pk, by=make.BUYER, as_of=make.NOW)
    before = state_of_things()

    answer = client.post(link, fields(order, ("10", "2026-11-20"), revision=1))

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "We changed this order" in text
    assert "10 · 20 Nov" in text
    assert "6 · 1 Dec" in text
    assert state_of_things() == before
    assert client.post(link, fields(order, ("6", "2026-12-01"), revision=2)).status_code == 302
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(6)]
    assert list(srm.list_violations()) == []


def test_too_many_answers_in_a_minute_wait(client):
    order = make_order()
    link = make.find_link(order)
    for _time in range(rules.WRITES_A_MINUTE):
        client.post(link, fields(order, ("10", "2026-11-20")))

    answer = client.post(link, fields(order, ("9", "2026-11-20")))

    assert answer.status_code == 429
    assert make.list_schedules(order)[0].committed == 100_000
