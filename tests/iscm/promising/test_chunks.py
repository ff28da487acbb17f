"""However many promises a fact moves, one transaction moves a few; what is left is told as a fact and loses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from rantai.iscm.promising.actions import promises, slots
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake
from rantai.kernel import relay
from rantai.srm import facade as srm_facade
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
FEW, MANY = 4, 11
DUE = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "AT_ONCE", FEW)


def make_leaning(item, *, due_on: date = DUE):
    """A confirmed purchase, and many for whom all of it is promised."""
    order = srm.make_sent(srm.make_supplier(), [(item, MANY)], due_on=due_on)
    srm.answer(order, (MANY, due_on))
    factory.drain()
    factory.make_demands([(item, 1)] * MANY)
    factory.drain()
    return order


def deliver_each() -> Iterator[int]:
    """Deliver fact by fact; yield how many promises each moved, if any, with all books in order in between."""
    factory.wire()
    while True:
        before = PromiseRevision.objects.count()
        if not relay.deliver_due(limit=1):
            return
        if moved := PromiseRevision.objects.count() - before:
            assert factory.list_violations() == []
            yield moved


def count_revisions() -> Counter[int]:
    """Return how many promises have how many revisions."""
    return Counter(Promise.objects.values_list("revision", flat=True))


def test_a_cancelled_purchase_lets_go_of_a_few_at_a_time() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_leaning(item)

    srm_facade.cancel_order(order.pk, by="user:1")
    moved = list(deliver_each())

    assert moved == [FEW, FEW, 3]
    assert count_revisions() == {2: MANY}
    assert not SlotTake.objects.exists()
    assert not Promise.objects.exclude(promised_on=None).exists()


def test_a_late_purchase_dates_a_few_at_a_time() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_leaning(item)

    srm.answer(order, (MANY, date(2026, 11, 20)))
    moved = list(deliver_each())

    assert moved == [FEW, FEW, 3]
    assert count_revisions() == {2: MANY}
    assert set(Promise.objects.values_list("promised_on", flat=True)) == {date(2026, 11, 24)}


def test_who_waits_is_served_a_few_at_a_time_the_most_urgent_first() -> None:
    srm.make_site()
    item = foundation.make_item()
    late = factory.make_demands([(item, 1)] * (MANY - 1), requested_on=date(2026, 12, 1))
    urgent = factory.make_demand(item, 1)
    factory.drain()

    srm.make_sent(srm.make_supplier(), [(item, MANY)], due_on=DUE)
    each = deliver_each()
    moved = [next(each)]
    served_first = set(SlotTake.objects.filter(slot__kind="purchase").values_list("demand_id", flat=True))
    moved += each

    assert moved == [FEW, FEW, 3]
    assert served_first == {urgent.pk, *(row.pk for row in late[: FEW - 1])}
    assert SlotTake.objects.filter(slot__kind="purchase").values("demand").distinct().count() == MANY
    assert count_revisions() == {2: MANY}


def test_who_died_between_two_of_many_left_the_rest_to_be_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_leaning(item)
    srm_facade.cancel_order(order.pk, by="user:1")
    revise, calls = promises.revise, iter([False, True, False, True])

    def die(*arguments: object, **facts: object) -> object:
        if next(calls, False):
            raise KeyboardInterrupt  # what no handler catches: the transaction is not committed
        return revise(*arguments, **facts)

    monkeypatch.setattr(promises, "revise", die)
    deaths = 0
    while True:
        try:
            relay.drain()
            break
        except KeyboardInterrupt:
            deaths += 1
            assert factory.list_violations() == []

    assert deaths == 2
    assert count_revisions() == {2: MANY}
    assert not SlotTake.objects.exists()
