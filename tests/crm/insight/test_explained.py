"""How much of what the demonstration's customers take was foretold, customer by customer, two weeks ahead."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from rantai.crm.insight import bridge
from rantai.demo.world import World, make_world
from rantai.iscm.demand import measures

AS_OF = date(2026, 11, 22)
LAG, WEEKS = 2, 13


def read_purchases(world: World) -> tuple[bridge.Rhythms, np.ndarray]:
    parties = {customer.key: number for number, customer in enumerate(world.customers, 1)}
    items = {item.code: number for number, item in enumerate(world.catalogue.items, 1)}
    bought: Counter[tuple[int, int, int]] = Counter()
    for line in world.history:
        if line.units > 0:
            bought[parties[line.customer.key], items[line.item.code], line.at.date().toordinal()] += line.units
    for order in world.orders:
        for row in order.lines:
            if row.requested_on <= world.as_of:
                key = parties[order.customer.key], items[row.item.code], row.requested_on.toordinal()
                bought[key] += row.units
    table = np.array([(*key, units) for key, units in sorted(bought.items())], dtype=np.int64)
    rhythms = bridge.Rhythms(
        party_ids=table[:, 0],
        item_ids=table[:, 1],
        days=table[:, 2],
        units=table[:, 3].astype(np.float64),
        stocked=np.array(sorted(items.values()), dtype=np.int64),
    )
    return rhythms, table


def judge(seed: int) -> tuple[float, float, float]:
    """Return the volume that was explained, asked for, and foretold, over thirteen weeks."""
    rhythms, table = read_purchases(make_world(size="medium", seed=seed, as_of=AS_OF))
    explained = volume = foretold = 0.0
    for back in range(WEEKS):
        monday = AS_OF - timedelta(days=AS_OF.weekday() + 7 * back)
        until = (monday - timedelta(weeks=LAG)).toordinal() - 1
        told = bridge.expect(rhythms, {}, until_day=until, weeks=LAG + 1)
        pairs = zip(told.party_ids.tolist(), told.item_ids.tolist(), told.likely[:, LAG].tolist(), strict=True)
        expected = {(party, item): units for party, item, units in pairs if party}
        asked: Counter[tuple[int, int]] = Counter()
        for party, item, day, units in table.tolist():
            if 0 <= day - monday.toordinal() < 7:
                asked[party, item] += units
        actual = np.array(list(asked.values()), dtype=np.float64)
        ahead = np.array([expected.get(pair, 0.0) for pair in asked])
        explained += actual[measures.is_explained(actual, ahead)].sum()
        volume += actual.sum()
        foretold += sum(expected.values())
    return explained, volume, foretold


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_seven_tenths_of_the_demonstration_are_foretold_without_telling_more_than_comes(seed):
    explained, volume, foretold = judge(seed)

    # three quarters are out of reach: who knew every agreement, and guessed the rest, would explain .73 to .74
    assert explained / volume > 0.68
    # a usual quantity foretold for every week would explain more, and be of no use
    assert foretold < volume
