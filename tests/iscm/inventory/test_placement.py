"""Where safety stock should stand along a chain, as a proposal that a planner accepts place by place."""

import pytest
from django.db import transaction

from rantai.iscm.inventory import tasks
from rantai.iscm.inventory.actions import placement as actions
from rantai.iscm.inventory.models import PlacementChoice, PlacementRun, StockPolicy
from rantai.iscm.inventory.queries import network, targets
from rantai.kernel.quantities import SCALE
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)

NOISY = [20, 44, 9, 32, 11, 35, 8, 23] * 6


def make_chain():
    """A part that is bought in 60 days and cheap, a product made of it in 2 days and dear, sold at one site."""
    site = foundation.make_site()
    part, product = foundation.make_item("PART", standard_cost=1 * SCALE), foundation.make_item(
        "PRODUCT", standard_cost=100 * SCALE
    )  # fmt: skip
    foundation.make_source(part, lead_time_days=42)
    bill = foundation.make_bill(product, [(part, 2)])
    foundation.make_source(product, kind="make", lead_time_days=2, bill=bill, location=site)
    forecasting.make_history({product: NOISY}, location=site)
    forecasting.forecast()
    forecasting.set_targets()
    return site, part, product


def place():
    return forecasting._run("iscm.place_stock", {"as_of": MONDAY.isoformat()})


def test_the_network_is_read_through_bills_and_moves():
    site, part, product = make_chain()
    other = foundation.make_site("SBY")
    foundation.make_source(product, kind="move", origin=site, location=other, lead_time_days=3)

    found = network.read_network([(product.pk, other.pk)], on=FIRST_WEEK)

    assert found.arcs == {
        ((product.pk, site.pk), (product.pk, other.pk)): 1.0,
        ((part.pk, site.pk), (product.pk, site.pk)): 2.0,
    }
    assert set(found.waits) == {(product.pk, other.pk), (product.pk, site.pk), (part.pk, site.pk)}


def test_the_cheap_part_covers_its_long_wait_and_the_dear_product_its_own():
    _site, part, product = make_chain()

    told = place()

    rows = {row.item_id: row for row in PlacementChoice.objects.filter(run__state="current")}
    assert (told["chains"], told["places"], told["refused"]) == (1, 2, 0)
    # holding a unit of the product costs 100 times a part: the part holds for its whole wait and promises 0
    assert (rows[part.pk].reason, rows[part.pk].service_days) == ("decouples", 0)
    assert rows[part.pk].covered_days == rows[part.pk].lead_days
    assert (rows[product.pk].inbound_days, rows[product.pk].service_days) == (0, 0)
    assert rows[product.pk].covered_days == rows[product.pk].lead_days
    for row in rows.values():
        assert row.inbound_days + row.lead_days - row.service_days == row.covered_days
    assert told["cost_then"] <= told["cost_alone"]
    assert told["cost_then"] == sum(row.cost_then for row in rows.values())


def test_an_accepted_place_keeps_what_was_proposed_from_the_next_targets_on():
    site, part, _product = make_chain()
    place()
    row = PlacementChoice.objects.get(item=part)

    with transaction.atomic():
        assert actions.accept_choices([row.pk], by="user:1", at=MONDAY) == 1
        assert actions.accept_choices([row.pk], by="user:1", at=MONDAY) == 0
    forecasting.set_targets()

    row.refresh_from_db()
    policy = StockPolicy.objects.get(item=part, location=site)
    target = targets.find_target(part.pk, site.pk)
    assert (row.state, row.decided_by, policy.covered_days) == ("accepted", "user:1", row.covered_days)
    assert f"covers {row.covered_days}" in policy.reason
    assert target.rules["cover"] == policy.pk
    assert abs(target.safety_stock - row.safety_then) <= 2 * SCALE


def test_a_new_run_replaces_what_nobody_decided_and_keeps_what_was():
    _site, part, _product = make_chain()
    place()
    first = PlacementRun.objects.get()
    with transaction.atomic():
        actions.dismiss_choices([PlacementChoice.objects.get(item=part).pk], by="user:1", at=MONDAY)

    place()

    assert list(first.choices.values_list("item_id", "state")) == [(part.pk, "dismissed")]
    assert PlacementChoice.objects.filter(run__state="current", state="proposed").count() == 2


def test_a_circle_is_left_out_and_counted():
    site, _part, product = make_chain()
    other = foundation.make_site("SBY")
    foundation.make_source(product, kind="move", origin=other, location=site, lead_time_days=1, rank=0)
    foundation.make_source(product, kind="move", origin=site, location=other, lead_time_days=1)

    told = place()

    assert told["refused"] == 1


def test_without_targets_it_says_what_to_do_first():
    foundation.make_company()

    with pytest.raises(tasks.NoTargets, match="Set them first"):
        place()
