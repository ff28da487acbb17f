"""The suppliers' door: who may come in, what is understood, what is refused."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from rantai.dock import rules, urls
from rantai.foundation.access.models import LinkToken
from rantai.kernel import clock
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.srm import facade as srm
from rantai.srm.buying.models import PurchaseScheduleLine
from rantai.srm.collaboration.models import ShipNotice, SupplierAnswer
from rantai.srm.messages import PurchaseChange
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20, DEC_1 = date(2026, 11, 20), date(2026, 12, 1)


@pytest.fixture(autouse=True)
def quiet_door():
    cache.clear()


def make_order(units: int = 10, *, language: str = "en", **facts):
    return make.make_sent(
        make.make_supplier("Suzhou Light", language=language),
        [(foundation.make_item(code="PANEL-15", name="15-inch panel"), units)],
        **facts,
    )


def fields(order, *parts: tuple[str, str], revision: int = 1, reason: str = "", do: str = "lines", note: str = ""):
    pk = make.list_schedules(order)[0].pk
    data = {"asked_revision": revision, "do": do, "note": note, f"reason_{pk}": reason}
    for place, (units, on) in enumerate(parts, start=1):
        data |= {f"units_{pk}_{place}": units, f"on_{pk}_{place}": on}
    return data


def kinds() -> list[str]:
    rows = Event.objects.filter(
        kind__in=["PurchaseOrdered", "PurchaseConfirmed", "PurchaseCommitChanged", "ShipNoticed"]
    )
    return list(rows.order_by("id").values_list("kind", flat=True))


def state_of_things() -> tuple:
    schedules = PurchaseScheduleLine.objects.order_by("id").values_list("id", "ordered", "committed", "committed_on")
    return tuple(schedules), SupplierAnswer.objects.count(), Event.objects.count(), ShipNotice.objects.count()


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


def test_a_line_comes_in_parts_and_together_again(client):
    order = make_order()
    link = make.find_link(order)

    page = client.post(link, fields(order, ("6", "2026-11-20"), ("4", "2026-12-01")), follow=True)

    assert "1 line comes later" in page.content.decode()
    rows = make.list_schedules(order)
    assert [(row.ordered, row.committed, row.committed_on) for row in rows] == [
        (60_000, 60_000, NOV_20),
        (40_000, 40_000, DEC_1),
    ]
    # supply appears before it leaves: nobody sees less than there is
    assert kinds()[1:] == ["PurchaseOrdered", "PurchaseCommitChanged", "PurchaseCommitChanged"]
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(6), Quantity.of(4)]
    client.post(link, fields(order, ("10", "2026-11-20")))
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(10)]
    assert list(srm.list_violations()) == []


def test_what_arrived_stays_when_the_rest_moves(client):
    order = make_order()
    link = make.find_link(order)
    client.post(link, fields(order, ("10", "2026-11-20")))
    make.receive(order, 4, on=NOV_20)

    client.post(link, fields(order, ("4", "2026-11-20"), ("6", "2026-12-01")))

    rows = make.list_schedules(order)
    assert [(row.received, row.committed, row.committed_on, row.first_committed_on) for row in rows] == [
        (40_000, 40_000, NOV_20, NOV_20),
        (0, 60_000, DEC_1, NOV_20),
    ]
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(6)]
    assert list(srm.list_violations()) == []


def test_fewer_than_asked_leaves_the_rest_to_the_buyer(client):
    order = make_order()

    page = client.post(make.find_link(order), fields(order, ("7", "2026-11-20")), follow=True)

    assert "1 line comes short" in page.content.decode()
    order.refresh_from_db()
    assert order.state == "part_confirmed"
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(7)]


@pytest.mark.parametrize(
    ("units", "on", "words"),
    [
        ("11", "2026-11-20", "but 10 are ordered"),
        ("-1", "2026-11-20", "at least 0"),
        ("1e30", "2026-11-20", "larger than any"),
        ("NaN", "2026-11-20", "Write a figure"),
        ("ten", "2026-11-20", "Write a figure"),
        ("99999999999", "2026-11-20", "larger than any"),
        ("10", "", "On which day"),
        ("10", "1900-01-01", "between 2000 and 2199"),
        ("10", "2999-01-01", "between 2000 and 2199"),
        ("10", "2026-02-30", "valid date"),
    ],
)
def test_what_cannot_be_meant_is_named_and_nothing_kept(client, units, on, words):
    order = make_order()
    before = state_of_things()

    answer = client.post(make.find_link(order), fields(order, (units, on)))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert f'value="{units}"' in text
    assert state_of_things() == before


def test_quantities_are_read_as_the_supplier_writes_them(client):
    order = make_order(2000, language="id")

    client.post(make.find_link(order), fields(order, ("1.250,5", "2026-11-20")))

    assert make.list_schedules(order)[0].committed == 12_505_000


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
        from rantai.srm.buying.actions import orders

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


def test_too_many_answers_in_a_minute_wait(client):
    order = make_order()
    link = make.find_link(order)
    for _time in range(rules.WRITES_A_MINUTE):
        client.post(link, fields(order, ("10", "2026-11-20")))

    answer = client.post(link, fields(order, ("9", "2026-11-20")))

    assert answer.status_code == 429
    assert make.list_schedules(order)[0].committed == 100_000


def test_a_dropship_is_followed_by_its_stages(client):
    home = foundation.make_address(foundation.make_party("Ibu Sari"), street="Jalan Kenanga 3")
    order = make_order(location_id=None, drop_to_address_id=home.pk, drop_for_number="SO-00009")
    link = make.find_link(order)
    assert "Jalan Kenanga 3" in client.get(link).content.decode()

    client.post(link, fields(order, ("10", "2026-11-20"), do="all"))
    sent = {"stage-stage": "handed_to_carrier", "stage-carrier": "JNE", "stage-tracking": "JN-1"}
    client.post(f"{link}shipment/", sent)
    before = state_of_things()
    again = client.post(f"{link}shipment/", sent, follow=True)

    assert "We know this already" in again.content.decode()
    assert state_of_things() == before
    stages = [event.payload["stage"] for event in Event.objects.filter(kind="ShipNoticed").order_by("id")]
    assert stages == ["accepted", "handed_to_carrier"]
    last = Event.objects.filter(kind="ShipNoticed").order_by("-id").first()
    assert (last.payload["carrier"], last.payload["tracking"]) == ("JNE", "JN-1")


def test_a_stage_that_does_not_exist_is_refused(client):
    order = make_order()

    answer = client.post(f"{make.find_link(order)}shipment/", {"stage-stage": "teleported"})

    assert answer.status_code == 422
    assert ShipNotice.objects.count() == 0


def test_the_paper_is_given_to_whoever_holds_the_link(client):
    order = make_order(language="zh-hans")

    paper = client.get(f"{make.find_link(order)}paper/")

    assert paper.content.startswith(b"%PDF")
    assert order.number in paper["Content-Disposition"]
