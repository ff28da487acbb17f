"""The stock ledger: whatever happens, balances are the sums of moves that nobody changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from rantai.foundation.locations import queries as locations
from rantai.iscm.inventory import queries
from rantai.iscm.inventory.actions import counts, moves, reservations
from rantai.iscm.inventory.models import LedgerIsAppendOnly, Lot, Reservation, StockBalance, StockMove
from rantai.kernel.refs import DocRef
from tests.factories import foundation
from tests.factories import iscm as factory

AT = factory.MONDAY
REF = DocRef("shipment", 1)


def balance_of(item, site, **facts) -> StockBalance:
    return StockBalance.objects.get(item=item, location=site, **facts)


@pytest.mark.django_db
def test_moves_are_never_changed_or_deleted() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)

    with pytest.raises(LedgerIsAppendOnly):
        StockMove.objects.update(units=1)
    with pytest.raises(LedgerIsAppendOnly):
        StockMove.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE iscm_inventory_stockmove SET units = 1")
    assert StockMove.objects.get().units == 50_000


@pytest.mark.django_db
def test_more_than_there_is_cannot_be_moved_and_nothing_is_written() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    customer = locations.get_account(site.company_id, "customer")
    move = moves.Move(
        item_id=item.pk, units=60_000, source=moves.Account(location_id=site.pk),
        target=moves.Account(location_id=customer), reason="shipment", ref=REF,
    )  # fmt: skip

    with pytest.raises(moves.NotEnoughStock) as refused, transaction.atomic():
        moves.post_moves([move], company_id=site.company_id, at=AT, by="user:1")

    assert (refused.value.asked, refused.value.free) == (60_000, 50_000)
    assert str(refused.value).startswith(f"Cannot take 6 of {item.code}: 5 are free at Site JKT.")
    assert StockMove.objects.count() == 1


@pytest.mark.django_db
def test_reserved_stock_cannot_be_moved_away() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 4)
    factory.release()

    with pytest.raises(moves.NotEnoughStock), transaction.atomic():
        counts.change_status(balance_of(item, site), units=20_000, to="blocked", at=AT, by="user:1")
    counts.change_status(balance_of(item, site), units=10_000, to="blocked", at=AT, by="user:1")

    assert balance_of(item, site, status="blocked").on_hand == 10_000
    assert Reservation.objects.get().demand_id == demand.pk
    factory.drain()


@pytest.mark.django_db
def test_first_expired_goes_first_and_then_first_in() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    for code in ("OLD", "NEW", "SOON"):
        factory.make_stock(item, site, 2, lot=code)
    Lot.objects.filter(code="SOON").update(expires_on="2026-12-01")

    assert [row.lot.code for row in queries.list_free([item.pk], [site.pk])] == ["SOON", "OLD", "NEW"]


@pytest.mark.django_db
def test_count_moves_the_difference_and_says_so() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    line = counts.CountedLine(item_id=item.pk, balance_id=balance_of(item, site).pk, seen=50_000, counted=35_000)

    count = counts.count_stock(site.pk, company_id=site.company_id, lines=[line], reason="damage", at=AT, by="user:1")

    assert balance_of(item, site).on_hand == 35_000
    move = StockMove.objects.get(reason="damage")
    assert (move.units, move.ref_kind, move.ref_id) == (15_000, "stock_count", count.pk)
    factory.drain()


@pytest.mark.django_db
def test_count_of_what_the_books_do_not_know() -> None:
    site, item = foundation.make_site(), foundation.make_item(tracking="lot")
    line = counts.CountedLine(item_id=item.pk, counted=10_000, lot_code="L7")

    counts.count_stock(site.pk, company_id=site.company_id, lines=[line], reason="found", at=AT, by="user:1")

    assert balance_of(item, site, lot__code="L7").on_hand == 10_000
    factory.drain()


@pytest.mark.django_db
def test_count_below_what_is_held_or_of_what_moved_meanwhile_is_refused() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    factory.make_demand(item, 4)
    factory.release()
    balance = balance_of(item, site)

    def count(seen: int, counted: int) -> None:
        line = counts.CountedLine(item_id=item.pk, balance_id=balance.pk, seen=seen, counted=counted)
        with transaction.atomic():
            counts.count_stock(site.pk, company_id=site.company_id, lines=[line], reason="count", at=AT, by="user:1")

    with pytest.raises(counts.CountedBelowReserved):
        count(50_000, 30_000)
    with pytest.raises(counts.StockMovedMeanwhile):
        count(40_000, 40_000)
    assert balance_of(item, site).on_hand == 50_000


steps = st.lists(
    st.tuples(
        st.sampled_from(["receive", "adjust", "reserve", "free", "issue", "take_back", "block"]),
        st.integers(min_value=1, max_value=50_000),
    ),
    max_size=25,
)


@pytest.mark.django_db
class LedgerHolds(TestCase):
    """Any sequence of acts, refused ones too, keeps every sum."""

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    def test_any_sequence_keeps_the_sums(self, acts: list[tuple[str, int]]) -> None:
        site, item = foundation.make_site(), foundation.make_item()
        for place, (act, units) in enumerate(acts):
            at = datetime(2026, 11, 2, 3, place, tzinfo=UTC)
            try:
                with transaction.atomic():
                    getattr(self, f"do_{act}")(site, item, units, at, place + 1)
            except moves.NotEnoughStock:
                pass
            assert list(queries.list_violations()) == []

    def do_receive(self, site, item, units: int, at: datetime, place: int) -> None:
        self.move(site, item, units, at, source="supplier")

    def do_adjust(self, site, item, units: int, at: datetime, place: int) -> None:
        self.move(site, item, units, at, target="adjustment")

    def do_block(self, site, item, units: int, at: datetime, place: int) -> None:
        balance = StockBalance.objects.filter(item=item, location=site, status="available").first()
        if balance:
            counts.change_status(balance, units=units, to="blocked", at=at, by="user:1")

    def do_reserve(self, site, item, units: int, at: datetime, place: int) -> None:
        balance = StockBalance.objects.filter(item=item, location=site, status="available").first()
        if balance:
            reservations.reserve([reservations.Hold(balance_id=balance.pk, demand_id=place, units=units)], at=at)

    def do_free(self, site, item, units: int, at: datetime, place: int) -> None:
        held = Reservation.objects.filter(balance__item=item, state="held").first()
        if held:
            reservations.free([held], at=at)

    def do_issue(self, site, item, units: int, at: datetime, place: int) -> None:
        held = list(Reservation.objects.filter(balance__item=item, state="held")[:2])
        reservations.issue(
            held,
            lines={row.pk: row.pk for row in held},
            customer_location_id=locations.get_account(site.company_id, "customer"),
            company_id=site.company_id,
            ref=DocRef("shipment", place),
            at=at,
            by="user:1",
        )

    def do_take_back(self, site, item, units: int, at: datetime, place: int) -> None:
        move = StockMove.objects.filter(item=item, reason="shipment", reversed_by=None).order_by("-id").first()
        if move:
            lines = StockMove.objects.filter(ref_kind="shipment", ref_id=move.ref_id, reason="shipment", item=item)
            issued = list(Reservation.objects.filter(pk__in=lines.values_list("ref_line", flat=True)))
            ref = DocRef("shipment", move.ref_id)
            reservations.take_back(issued, company_id=site.company_id, ref=ref, at=at, by="user:1")

    def move(self, site, item, units: int, at: datetime, source: str = "", target: str = "") -> None:
        ends = [
            moves.Account(location_id=locations.get_account(site.company_id, kind) if kind else site.pk)
            for kind in (source, target)
        ]
        row = moves.Move(item_id=item.pk, units=units, source=ends[0], target=ends[1], reason="test", ref=REF)
        moves.post_moves([row], company_id=site.company_id, at=at, by="user:1")
