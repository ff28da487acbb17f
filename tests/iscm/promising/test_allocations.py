"""What is kept for a class is promised to no other, until it is released; floors of contracts hold."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.iscm.promising.actions import keeping, rules
from rantai.iscm.promising.models import Allocation, AllocationRule, SlotTake, SupplySlot
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory

TODAY = date(2026, 11, 2)
"""A Monday."""


def keep(item: Any, units: int = 0, *, demand_class: str = "key", **facts: Any) -> AllocationRule:
    """Keep whole units a week for a class."""
    terms = {"item_id": item.pk if item else None, "units": Quantity.of(units).amount, **facts}
    company = foundation.make_company()
    rule = run_atomic(
        lambda: rules.add_rule(rules.RuleTerms(demand_class=demand_class, **terms), company_id=company.pk, by="test")
    )
    lay()
    return rule


def lay(today: date = TODAY) -> None:
    """Do what the job does."""
    items = list(SupplySlot.objects.values_list("item_id", flat=True).distinct())
    run_atomic(lambda: keeping.keep_items(items, today=today))


def order(item: Any, units: int, demand_class: str, **facts: Any) -> Any:
    """Record demand of a class in a transaction of its own."""
    made = factory.make_demand_order([(item, units)], **facts)
    described = {name: getattr(made, name) for name in made.__dataclass_fields__} | {"demand_class": demand_class}
    (recorded,) = run_atomic(lambda: iscm.record_demand(messages.DemandOrder(**described)))
    return recorded


def ask(item: Any, units: int, demand_class: str, **facts: Any) -> messages.OfferLine:
    (line,) = iscm.promise(factory.make_ask([(item, units)], demand_class=demand_class, **facts)).lines
    return line


def count_stock(line: messages.OfferLine) -> int:
    return sum(part.units.amount for part in line.slices if part.basis == "stock") // 10_000


@pytest.mark.django_db(transaction=True)
def test_a_lower_class_is_not_offered_what_is_kept_for_a_higher_one_and_is_told_why() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 150)
    keep(item, 120, valid_to=TODAY + timedelta(days=7))

    standard, key = ask(item, 100, "standard"), ask(item, 100, "key")

    assert (count_stock(standard), standard.unpromised) == (30, Quantity.of(70))
    assert standard.kept_back == (
        messages.KeptBack(units=Quantity.of(120), demand_class="key", until=TODAY + timedelta(days=7)),
    )
    assert (count_stock(key), key.kept_back) == (100, ())


@pytest.mark.django_db(transaction=True)
def test_a_class_takes_its_own_first_and_then_what_is_free() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 150)
    keep(item, 120, valid_to=TODAY + timedelta(days=7))

    order(item, 140, "key")

    slot = SupplySlot.objects.get()
    assert (slot.promised, slot.kept) == (1_400_000, 0)
    assert Allocation.objects.get().promised == 1_200_000
    taken = {(take.units, take.allocation_id is not None) for take in SlotTake.objects.all()}
    assert taken == {(200_000, False), (1_200_000, True)}
    assert factory.list_violations() == []


@pytest.mark.django_db(transaction=True)
def test_what_a_class_gives_back_is_kept_for_it_again() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 150)
    keep(item, 120, valid_to=TODAY + timedelta(days=7))
    taken = order(item, 100, "key")

    key = taken.key
    run_atomic(lambda: iscm.cancel_demands(DocRef(key.kind, key.order_id), "test", as_of=factory.MONDAY))

    assert SupplySlot.objects.get().kept == 1_200_000
    assert count_stock(ask(item, 150, "standard")) == 30
    assert factory.list_violations() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("releases_to", "standard", "gold"), [("all", 150, 150), ("lower", 150, 30), ("higher", 30, 150)]
)
def test_what_is_left_is_released_by_the_stated_rule(releases_to: str, standard: int, gold: int) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 150)
    next_week = TODAY + timedelta(days=7)
    # gold is a class above, by a rule that keeps nothing of this item
    keep(foundation.make_item(), 1, demand_class="gold", priority=1)
    keep(item, 120, priority=2, releases_to=releases_to, release_days=3, valid_from=next_week,
         valid_to=next_week + timedelta(days=7))  # fmt: skip

    four_days_before = ask(item, 150, "standard", as_of=factory.MONDAY + timedelta(days=3))
    released = factory.MONDAY + timedelta(days=4)

    assert count_stock(four_days_before) == 30
    assert count_stock(ask(item, 150, "standard", as_of=released)) == standard
    assert count_stock(ask(item, 150, "gold", as_of=released)) == gold
    assert count_stock(ask(item, 150, "key", as_of=released)) == 150


@pytest.mark.django_db(transaction=True)
def test_a_contract_floor_holds_against_what_is_kept_for_others() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 130)
    keep(item, 120, valid_to=TODAY + timedelta(days=7))

    recorded = order(item, 40, "standard", stake=messages.Stake(floor_units=Quantity.of(25)))

    # ten are free, fifteen more are owed whatever is kept
    assert sum(part.units.amount for part in recorded.slices) == 250_000
    assert SupplySlot.objects.get().kept == 1_050_000
    assert factory.list_violations() == []


@pytest.mark.django_db(transaction=True)
def test_a_share_of_what_comes_is_kept_and_the_closest_rule_holds() -> None:
    site, item, other = foundation.make_site(), foundation.make_item(), foundation.make_item()
    factory.make_stock(item, site, 200)
    factory.make_stock(other, site, 200)
    keep(None, measure="share", share=2_500, valid_to=TODAY + timedelta(days=7))
    keep(item, measure="share", share=5_000, valid_to=TODAY + timedelta(days=7))

    assert (count_stock(ask(item, 200, "standard")), count_stock(ask(other, 200, "standard"))) == (100, 150)


@pytest.mark.django_db(transaction=True)
def test_no_rule_costs_no_statement_and_a_rule_one_in_the_take() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 500)
    order(item, 1, "key")

    def count() -> int:
        made = factory.make_demand_order([(item, 5)], offer=offer)
        described = {name: getattr(made, name) for name in made.__dataclass_fields__} | {"demand_class": "key"}
        with CaptureQueriesContext(connection) as seen:
            run_atomic(lambda: iscm.record_demand(messages.DemandOrder(**described)))
        return len(seen)

    offer = iscm.promise(factory.make_ask([(item, 5)], demand_class="key"))
    count()
    without = count()
    keep(item, 100, valid_to=TODAY + timedelta(days=7))
    offer = iscm.promise(factory.make_ask([(item, 5)], demand_class="key"))

    assert count() - without == 1


@pytest.mark.django_db(transaction=True)
def test_a_crowd_of_two_classes_never_takes_what_is_kept() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 60)
    keep(item, 40, valid_to=TODAY + timedelta(days=7))
    party = foundation.make_party()
    gate = threading.Barrier(8)
    got: Counter[str] = Counter()

    def buy(place: int) -> None:
        close_old_connections()
        name = "standard" if place % 2 else "key"
        gate.wait()
        try:
            for _round in range(4):
                recorded = order(item, 5, name, party=party)
                got[name] += sum(part.units.amount for part in recorded.slices) // 10_000
        finally:
            connections.close_all()

    threads = [threading.Thread(target=buy, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got["standard"] <= 20
    assert got["key"] >= 40
    assert sum(got.values()) == 60
    assert factory.list_violations() == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["key", "standard", "cancel", "stock", "lay"]), st.integers(1, 30)), max_size=12
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_asked_in_which_order_the_books_of_what_is_kept_add_up(steps: list[tuple[str, int]]) -> None:
    AllocationRule.objects.update(archived_at=factory.MONDAY)
    site = Location.objects.filter(code="JKT").first() or foundation.make_site()
    item = foundation.make_item()
    factory.make_stock(item, site, 80)
    keep(item, 30, valid_to=TODAY + timedelta(days=14))
    made = []
    for act, units in steps:
        if act in ("key", "standard"):
            made.append(order(item, units, act))
        elif act == "stock":
            factory.make_stock(item, site, units)
        elif act == "lay":
            lay()
        elif made:
            key = made.pop(units % len(made)).key
            ref = DocRef(key.kind, key.order_id)
            run_atomic(lambda ref=ref: iscm.cancel_demands(ref, "test", as_of=factory.MONDAY))
        slot = SupplySlot.objects.get(item=item)
        kept = sum(row.units - row.promised for row in Allocation.objects.filter(slot=slot))
        assert slot.promised + slot.kept <= slot.available
        assert slot.kept == kept
    assert factory.list_violations() == []


@pytest.mark.django_db
def test_a_planner_keeps_changes_and_ends_on_the_pages(client: Client) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 150)
    client.force_login(foundation.make_user(roles=["planner"], language="en"))
    form = {"demand_class": "key", "item": item.code, "measure": "units", "units": "120", "period": "week",
            "priority": "1", "releases_to": "all", "release_days": "3"}  # fmt: skip

    wrong = client.post(reverse("iscm_promising:add_allocation"), form | {"units": ""})
    added = client.post(reverse("iscm_promising:add_allocation"), form)

    assert wrong.status_code == 422
    rule = AllocationRule.objects.get()
    assert added["Location"] == reverse("iscm_promising:allocation", args=[rule.pk])
    run_atomic(lambda: keeping.keep_items([item.pk], today=TODAY)) if not connection.in_atomic_block else (
        keeping.keep_items([item.pk], today=TODAY)
    )
    assert "120" in client.get(reverse("iscm_promising:allocations")).content.decode()
    edit = reverse("iscm_promising:edit_allocation", args=[rule.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, form | {"units": "90", "revision": "1"})
    assert client.post(edit, form | {"units": "80", "revision": "1"}).status_code == 409
    rule.refresh_from_db()
    assert rule.units == 900_000
    assert client.get(reverse("iscm_promising:allocation", args=[rule.pk])).status_code == 200
    client.post(reverse("iscm_promising:end_allocation", args=[rule.pk]))
    rule.refresh_from_db()
    assert rule.archived_at is not None


@pytest.mark.django_db
def test_who_may_not_set_allocations_changes_nothing(client: Client) -> None:
    client.force_login(foundation.make_user(roles=["sales"], language="en"))
    foundation.make_company()

    answer = client.post(reverse("iscm_promising:add_allocation"), {"demand_class": "mine"})

    assert answer.status_code == 403
    assert not AllocationRule.objects.exists()
