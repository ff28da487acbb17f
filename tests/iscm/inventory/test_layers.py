"""First in, first out draws a thread through stock without lots; it is the same seen from either end."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from django.db import transaction

from rantai.foundation.locations import queries as locations
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.queries import layers
from rantai.kernel.refs import DocRef
from tests.factories import foundation

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(6))
def test_layers_account_for_every_unit_in_both_directions(seed: int) -> None:
    site, item, company = foundation.make_site(), foundation.make_item(), foundation.make_company()
    accounts = {kind: locations.get_account(company.pk, kind) for kind in ("supplier", "customer")}
    dice = random.Random(seed)
    on_hand = 0
    arrivals, departures = [], []
    for place in range(40):
        arrives = on_hand == 0 or dice.random() < 0.5
        units = dice.randint(1, 9) if arrives else dice.randint(1, on_hand)
        on_hand += units if arrives else -units
        move = moves.Move(
            item_id=item.pk, units=units * 10_000, reason="receipt" if arrives else "shipment",
            source=moves.Account(location_id=accounts["supplier"] if arrives else site.pk),
            target=moves.Account(location_id=site.pk if arrives else accounts["customer"]), ref=DocRef("test", place),
        )  # fmt: skip
        with transaction.atomic():
            (arrivals if arrives else departures).extend(
                moves.post_moves([move], company_id=company.pk, at=MONDAY, by="test")
            )

    down: dict[tuple[int, int], int] = {}
    for move in departures:
        behind = layers.list_behind(move)
        assert sum(layer.units for layer in behind) == move.units
        down |= {(layer.move.pk, move.pk): layer.units for layer in behind}
    up = {(move.pk, layer.move.pk): layer.units for move in arrivals for layer in layers.list_ahead(move)}
    assert up == down
    for move in arrivals:
        assert sum(units for (arrival, _departure), units in up.items() if arrival == move.pk) <= move.units
