"""The facts that `bench netchange` commits are of every kind, and the plan in memory follows them."""

import pytest

from rantai.bench import chain_worlds, netchanges
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai.kernel.transactions import run_atomic


@pytest.mark.django_db(transaction=True)
def test_a_mix_of_facts_is_followed_to_the_last_unit() -> None:
    chain_worlds.lay(item_locations=200)
    facts = netchanges.Facts(chain_worlds.lay_purchases())
    follower = Follower(planning.make_plan(chain_worlds.AS_OF, builder="bench"))
    met: dict[str, bool] = {}
    for _number in range(60):
        kind, write = facts.draw()
        run_atomic(write)
        told = follower.follow()
        met[kind] = bool(told["item_locations"]) or met.get(kind, False)

    assert met.keys() == netchanges.SHARES.keys()
    assert met["order_changed"]
    assert met["new_order"]
    fresh, held = take_snapshot(chain_worlds.AS_OF).tables, follower.held.facts.problem()
    assert held.demands.quantity.sum() == fresh["demands"]["quantity"].sum()
    assert held.receipts.quantity.sum() == fresh["receipts"]["quantity"].sum()
    assert held.demands.due[held.demands.quantity > 0].sum() == fresh["demands"]["due"].sum()
