"""Points are posted once, taken back for what comes back, and always sum to zero."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from rantai.crm import facade
from rantai.crm.accounts.models import Account
from rantai.crm.loyalty.actions import points, programs
from rantai.crm.loyalty.models import LoyaltyMember, LoyaltyProgram, PointsAccount, PointsAreAppendOnly, PointsEntry
from rantai.crm.loyalty.queries import points as queries
from rantai.crm.orders.models import Invoice, SalesOrder
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import returns
from rantai.kernel import clock
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from tests.factories import crm as make
from tests.factories import foundation

pytestmark = pytest.mark.django_db


@transaction.atomic
def make_program(code: str = "MELATI", **rule: object) -> LoyaltyProgram:
    """One point for each Rp 10,000 of net sales."""
    values = {"name": {"en": "Jasmine", "id": "Melati"}, "earn_points": 1, "earn_amount": 10_000 * 10_000} | rule
    return programs.add_program(foundation.make_company().pk, code=code, values=values, by="user:1")


@transaction.atomic
def join(program: LoyaltyProgram, account: Account) -> LoyaltyMember:
    """A member from today on."""
    return programs.join_program(program, account.party_id, at=make.NOW, by="user:1")


def sell(account: Account, units: int = 4) -> SalesOrder:
    """An order at Rp 100,000 a piece, shipped, delivered and billed."""
    item = make.make_stocked_item()
    order = make.make_confirmed(account, [(item, units)], in_days=3)
    (shipment,) = make.release(make.NOW + timedelta(days=2))
    make.send(shipment, at=make.NOW + timedelta(days=2))
    return order


def balance_of(member: LoyaltyMember) -> int:
    """The member's points."""
    return PointsAccount.objects.get(member=member).balance


def test_an_invoice_posts_points_once_and_tells_the_member() -> None:
    account = make.make_customer(language="id")
    member = join(make_program(), account)
    order = sell(account)

    make.tell_again()
    make.settle()

    invoice = Invoice.objects.get(order=order)
    entry = PointsEntry.objects.get()
    assert (invoice.net // 10_000, entry.points, balance_of(member)) == (400_000, 40, 40)
    assert (entry.ref_kind, entry.ref_id, entry.reason) == ("invoice", invoice.pk, "earned")
    assert PointsAccount.objects.get(kind="issued").balance == -40
    letter = OutgoingMessage.objects.get(key="points.posted")
    assert (letter.language, letter.values["points"], letter.values["balance"]) == ("id", "40", "40")


def test_nobody_collects_who_is_no_member() -> None:
    make_program()
    sell(make.make_customer())

    assert not PointsEntry.objects.exists()


def test_a_programme_may_take_everybody_in() -> None:
    make_program(joins_all=True)
    sell(make.make_customer())

    assert [member.account.balance for member in LoyaltyMember.objects.select_related("account")] == [40]


def test_points_wait_for_the_payment() -> None:
    account = make.make_customer()
    member = join(make_program(posts_on="paid"), account)
    order = sell(account)
    assert balance_of(member) == 0

    invoice = Invoice.objects.get(order=order)
    half = Money(invoice.total // 2, invoice.currency)
    rest = Money(invoice.total - half.amount, invoice.currency)
    facade.record_payment(invoice.pk, amount=half, received_on=make.TODAY, by="user:1")
    make.settle()
    assert balance_of(member) == 0
    facade.record_payment(invoice.pk, amount=rest, received_on=make.TODAY, by="user:1")
    make.settle()

    assert balance_of(member) == 40


def test_a_return_takes_points_back_and_no_more_than_there_are() -> None:
    account = make.make_customer()
    program = make_program()
    member = join(program, account)
    order = sell(account)
    with transaction.atomic():
        points.post_points(
            member.account, queries.get_counterpart(program, "redeemed"), 35, reason="redeemed",
            ref=DocRef("manual", 1), at=make.NOW, by="user:1",
        )  # fmt: skip

    shipment = fulfilment.list_of_order(DocRef("sales_order", order.pk))[0]
    (line,) = fulfilment.list_lines(shipment)
    with transaction.atomic():
        returned = [returns.ReturnedLine(line_id=line.pk, units=10_000)]
        returns.receive_return(shipment, lines=returned, reason="unwanted", at=clock.now(), by="user:1")
    make.settle()

    # one piece of four came back: 10 of 40 points, of which 5 are left
    back = PointsEntry.objects.get(reason="credited")
    assert (back.points, back.reverses_id, balance_of(member)) == (5, PointsEntry.objects.get(reason="earned").pk, 0)
    assert OutgoingMessage.objects.get(key="points.taken_back").values["points"] == "5"


def test_a_balance_never_falls_below_zero() -> None:
    program = make_program()
    member = join(program, make.make_customer())

    with pytest.raises(points.NotEnoughPoints, match="has 0"), transaction.atomic():
        points.post_points(
            member.account, queries.get_counterpart(program, "redeemed"), 1, reason="redeemed", ref=DocRef("manual", 1),
            at=make.NOW, by="user:1",
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsAccount.objects.filter(member=member).update(balance=-1)

    assert not PointsEntry.objects.exists()


def test_entries_are_never_rewritten() -> None:
    account = make.make_customer()
    join(make_program(), account)
    sell(account)

    with pytest.raises(PointsAreAppendOnly):
        PointsEntry.objects.update(points=1)
    entry = PointsEntry.objects.get()
    entry.points = 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()


def test_pages_show_programmes_a_ledger_and_a_part_of_the_customer(client: Client) -> None:
    account = make.make_customer()
    program = make_program()
    member = join(program, account)
    sell(account)
    client.force_login(foundation.make_user(roles=["sales"]))

    assert "40 points" in client.get(reverse("crm_loyalty:programs")).content.decode()
    assert "40 points" in client.get(reverse("crm_loyalty:member", args=[member.pk])).content.decode()
    part = client.get(reverse("crm_loyalty:party", args=[account.party_id]), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Jasmine" in part.content.decode()


def test_a_programme_is_edited_by_revision_and_by_those_who_may(client: Client) -> None:
    program = make_program()
    url = reverse("crm_loyalty:program", args=[program.pk])
    typed = {
        "code": "MELATI", "name": "Jasmine", "earn_points": "2", "earn_amount": "10000", "posts_on": "paid",
        "is_open": "on", "revision": "1",
    }  # fmt: skip
    client.force_login(foundation.make_user(roles=["warehouse"]))
    assert client.post(url, typed).status_code == 403
    client.force_login(foundation.make_user(roles=["sales"]))

    assert client.post(url, typed).status_code == 302
    assert client.post(url, typed).status_code == 409

    program.refresh_from_db()
    assert (program.earn_points, program.posts_on, program.revision) == (2, "paid", 2)


MOVES = st.lists(
    st.tuples(st.sampled_from(["issued", "redeemed", "expired"]), st.booleans(), st.integers(1, 50)), max_size=12
)


class TestLedger(TestCase):
    """The ledger under any sequence of entries."""

    @given(MOVES)
    @settings(max_examples=25, deadline=None)
    def test_balances_are_sums_and_sum_to_zero(self, moves: list[tuple[str, bool, int]]) -> None:
        program = make_program()
        member = join(program, make.make_customer())
        expected = 0
        for place, (kind, is_given, count) in enumerate(moves):
            account = PointsAccount.objects.get(member=member)
            other = queries.get_counterpart(program, kind)
            source, target = (other, account) if is_given else (account, other)
            try:
                with transaction.atomic():
                    points.post_points(
                        source, target, count, reason="adjusted", ref=DocRef("manual", place), at=make.NOW, by="user:1"
                    )
                expected += count if is_given else -count
            except points.NotEnoughPoints:
                assert not is_given
                assert count > expected

        assert balance_of(member) == expected >= 0
        assert list(queries.list_violations()) == []
