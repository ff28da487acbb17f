"""What setting up for a lot costs: the step's time and the longest change-over, at the rate of the resource."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from rantai.foundation.items.actions import resources
from rantai.foundation.items.models import Operation, Resource, Source
from rantai.iscm import messages
from rantai.iscm.promising.queries.costs import Costs
from rantai.kernel.quantities import Quantity
from tests.factories import foundation

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 2)


@transaction.atomic
def make_machine(*, hourly_cost: int | None, changes: tuple[tuple[str, str, int], ...] = ()) -> Resource:
    site = foundation.make_site()
    machine = resources.add_resource("OVEN", name="Oven", location_id=site.pk, hourly_cost=hourly_cost, by="test")
    resources.set_setup_times(machine.pk, changes=changes, by="test")
    return machine


def make_way(machine: Resource, **facts: int) -> Source:
    item = foundation.make_item()
    routing = foundation.make_routing(item, [("Bake", 60)])
    Operation.objects.filter(routing=routing).update(resource=machine, setup_seconds=1_800, setup_family="DARK")
    return foundation.make_source(item, kind="make", routing_id=routing.pk, **facts)


def cost_setup(source: Source, units: int) -> int | None:
    part = messages.OfferSlice(
        units=Quantity.of(units), basis="make", location_id=None, source_id=source.pk,
        ship_on=ON, promised_on=ON, p50_on=ON, p80_on=ON, p90_on=ON,
    )  # fmt: skip
    line = messages.AskLine(line=1, item_id=source.item_id, units=Quantity.of(units), requested_on=ON)
    offered = messages.OfferLine(line=1, schedule=1, item_id=source.item_id, slices=(part,))
    return Costs(foundation.make_company().pk, on=ON).complete(line, offered).setup


def test_half_an_hour_at_the_rate_for_each_lot() -> None:
    source = make_way(make_machine(hourly_cost=900_000_000), maximum=40 * 10_000)
    assert cost_setup(source, 40) == 450_000_000
    assert cost_setup(source, 41) == 900_000_000


def test_the_longest_change_over_to_the_family_comes_on_top() -> None:
    changes = (("", "DARK", 900), ("LIGHT", "DARK", 3_600), ("DARK", "DARK", 7_200), ("", "LIGHT", 9_000))
    assert cost_setup(make_way(make_machine(hourly_cost=3_600, changes=changes)), 5) == 1_800 + 3_600


def test_a_resource_without_a_rate_is_one_nobody_knows() -> None:
    assert cost_setup(make_way(make_machine(hourly_cost=None)), 5) is None


def test_a_rate_of_nothing_is_known() -> None:
    assert cost_setup(make_way(make_machine(hourly_cost=0)), 5) == 0
