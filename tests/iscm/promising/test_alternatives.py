"""What else could be done for a line that cannot keep its day: each way with its dates and its cost to complete."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rantai.foundation.items.actions import substitutes
from rantai.foundation.items.models import Item, Source
from rantai.iscm import facade as iscm
from rantai.iscm import reports
from rantai.kernel.quantities import Quantity
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def list_ways(item: Any, units: int, **facts: Any) -> dict[str, reports.Alternative]:
    ask = factory.make_ask([(item, units)], **facts)
    found = iscm.list_alternatives(ask)
    assert len(found) <= 1
    return {way.kind: way for row in found for way in row.alternatives}


def set_cost(item: Item, cost: int) -> None:
    Item.objects.filter(pk=item.pk).update(standard_cost=cost * 10_000)


def test_a_line_that_keeps_its_day_has_no_alternatives() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 10)

    assert list_ways(item, 5, requested_on=date(2026, 11, 4)) == {}


def test_a_line_may_be_split_or_come_whole_later() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 4)
    foundation.make_source(item, lead_time_days=5)

    ways = list_ways(item, 10, requested_on=date(2026, 11, 4))

    split, later = ways["split"], ways["later"]
    assert [part.units for part in split.slices] == [Quantity.of(4), Quantity.of(6)]
    assert split.slices[0].promised_on <= date(2026, 11, 4) < split.slices[1].promised_on
    assert {part.promised_on for part in later.slices} == {split.promised_on}
    assert not split.keeps_date


def test_another_site_that_has_it_keeps_the_day() -> None:
    near, far = foundation.make_site("NEAR"), foundation.make_site("FAR")
    item = foundation.make_item()
    factory.make_stock(item, near, 2)
    factory.make_stock(item, far, 10)
    set_cost(item, 3)

    way = list_ways(item, 6, location_id=near.pk, requested_on=date(2026, 11, 5))["site"]

    assert (way.location_id, way.keeps_date) == (far.pk, True)
    assert way.cost.material == 18 * 10_000
    assert way.cost.freight is None, "nobody wrote down what that way costs"
    assert way.cost.unknown == ("freight",)


def test_a_substitute_is_offered_in_the_quantity_that_stands_in() -> None:
    from fractions import Fraction

    site, item, other = foundation.make_site(), foundation.make_item(), foundation.make_item()
    foundation.make_source(item, lead_time_days=20)
    factory.make_stock(other, site, 50)
    substitutes.add_substitute(item.pk, substitute_id=other.pk, ratio=Fraction(3, 2))

    way = list_ways(item, 5, requested_on=date(2026, 11, 5))["substitute"]

    assert (way.item_id, way.units, way.keeps_date) == (other.pk, Quantity.of(8).__class__(75_000), True)


def test_a_faster_source_costs_what_it_asks_more() -> None:
    foundation.make_site()
    item = foundation.make_item()
    slow = foundation.make_source(item, lead_time_days=20)
    Source.objects.filter(pk=slow.pk).update(cost=20_000)
    fast = foundation.make_source(item, lead_time_days=2)
    Source.objects.filter(pk=fast.pk).update(cost=35_000, rank=2)

    ways = list_ways(item, 10, requested_on=date(2026, 11, 9))

    way = ways["expedite"]
    assert (way.keeps_date, way.cost.material, way.cost.expediting) == (True, 200_000, 150_000)
    assert way.slices[0].source_id == fast.pk
    assert not ways["later"].keeps_date


def test_the_cheapest_that_keeps_the_day_stands_first() -> None:
    site = foundation.make_site()
    item, cheap, dear = (foundation.make_item() for _number in range(3))
    foundation.make_source(item, lead_time_days=20)
    for other, cost in ((dear, 9), (cheap, 2)):
        factory.make_stock(other, site, 50)
        set_cost(other, cost)
        substitutes.add_substitute(item.pk, substitute_id=other.pk)

    (row,) = iscm.list_alternatives(factory.make_ask([(item, 5)], requested_on=date(2026, 11, 5)))

    assert [way.item_id for way in row.alternatives][:2] == [cheap.pk, dear.pk]
    assert not row.alternatives[-1].keeps_date


def test_a_partner_who_sends_it_straight_is_an_alternative() -> None:
    foundation.make_site()
    item = foundation.make_item()
    foundation.make_source(item, lead_time_days=20)
    drop = foundation.make_source(item, lead_time_days=1)
    Source.objects.filter(pk=drop.pk).update(kind="dropship", cost=50_000)

    way = list_ways(item, 5, requested_on=date(2026, 11, 6))["dropship"]

    assert (way.keeps_date, way.cost.material) == (True, 250_000)


def test_other_lines_of_the_order_keep_what_they_have() -> None:
    site, item, other = foundation.make_site(), foundation.make_item(), foundation.make_item()
    factory.make_stock(other, site, 10)
    foundation.make_source(item, lead_time_days=20)
    substitutes.add_substitute(item.pk, substitute_id=other.pk)

    ask = factory.make_ask([(item, 5), (other, 8)], requested_on=date(2026, 11, 5))
    (row,) = iscm.list_alternatives(ask)

    # the second line took eight of the ten
    assert all(way.kind != "substitute" for way in row.alternatives)
