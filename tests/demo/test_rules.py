"""The rules by which the demonstration serves stand in its books, each through the door of its house."""

from collections import Counter
from datetime import date, timedelta

import pytest

from rantai.crm import facade as crm
from rantai.crm.accounts.models import Account
from rantai.crm.selling.queries import known
from rantai.demo import founding, recording, serving
from rantai.demo.world import make_world
from rantai.foundation.items.models import Source
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models.changes import DemandEvent
from rantai.iscm.inventory.queries import policies
from rantai.iscm.promising.models import AllocationRule
from rantai.kernel.models import AuditEntry
from rantai.kernel.transactions import run_atomic

DAY = date(2026, 11, 22)


@pytest.mark.django_db(transaction=True)
def test_classes_service_budgets_campaigns_and_shares_are_written_once() -> None:
    world = make_world(size="small", seed=1, as_of=DAY)
    made = run_atomic(lambda: founding.found(world))
    run_atomic(lambda: recording.record_rules(world, made))
    run_atomic(lambda: recording.keep_supply(made))
    classes = {
        made.parties[key]: name for key, name in serving.list_classes(world.customers, world.contracts, world.as_of)
    }

    held = dict(Account.objects.exclude(demand_class="standard").values_list("party_id", "demand_class"))
    assert held == classes
    assert set(Counter(held.values())) == {"key", "dealer"}
    assert AuditEntry.objects.filter(ref_kind="account", action="changed").count() >= len(classes)
    assert run_atomic(lambda: crm.set_demand_classes(classes, by="user:1")) == 0

    asked = policies.Policies().find(1, None, None, demand_classes=("dealer", "key", "standard"))
    assert (asked.service_level, asked.demand_class) == (9_800, "key")

    budgets = list(serving.list_budgets(world.deals))
    first = min(row.known_on for row in budgets)
    assert known.read_budget_months(made.company.pk, as_of=first - timedelta(days=1)) == {}
    told = known.read_budget_months(made.company.pk, as_of=DAY)
    assert told == {
        made.parties[row.customer.key]: tuple(
            sorted(other.month for other in budgets if other.customer == row.customer)
        )
        for row in budgets
    }
    again = [(made.parties[row.customer.key], row.month, row.known_on) for row in budgets]
    assert run_atomic(lambda: crm.record_budget_months(again, by="user:1")) == 0

    ahead = DemandEvent.objects.get(starts_on__gt=DAY)
    assert (ahead.kind, ahead.starts_on, ahead.ends_on) == ("promotion", date(2026, 12, 7), date(2026, 12, 14))
    assert Company.objects.get().settings["demand_classes"] == list(serving.CLASSES)
    rules = AllocationRule.objects.values_list("demand_class", "category__code", "share", "priority")
    assert set(rules) == {(row.demand_class, row.category, row.share, row.priority) for row in serving.KEPT}
    for faster in Source.objects.filter(rank=2):
        usual = Source.objects.get(item_id=faster.item_id, location_id=faster.location_id, rank=1)
        assert faster.lead_time_days < usual.lead_time_days
        assert faster.cost > usual.cost
