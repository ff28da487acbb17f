import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse

from rantai.crm import facade
from rantai.crm.accounts.models import Account
from rantai.crm.insight import bridge, queries, rules
from rantai.crm.insight.models import AccountValue, Valuation
from rantai.crm.messages import HistoryLines
from rantai.foundation.parties import actions as parties
from rantai.iscm.demand.models import Demand
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db
UNIT = 10_000
UNTIL = date(2026, 10, 31)


def make_history(purchases, *, currency="IDR", import_id=1):
    """History of (party, days before the end, amount in units of currency); a negative amount came back."""
    company, item = foundation.make_company(), foundation.make_item()
    end = datetime(2026, 10, 31, 12, tzinfo=UTC)
    lines = HistoryLines(
        import_id=import_id,
        company_id=company.pk,
        currency=currency,
        invoice=[str(number) for number in range(len(purchases))],
        line_number=[1] * len(purchases),
        kind=["sale" if amount >= 0 else "return" for _party, _days, amount in purchases],
        sale_key=[""] * len(purchases),
        party_id=[party.pk for party, _days, _amount in purchases],
        item_id=[item.pk] * len(purchases),
        units=[UNIT] * len(purchases),
        unit_price=[abs(amount) * UNIT for _party, _days, amount in purchases],
        amount=[amount * UNIT for _party, _days, amount in purchases],
        ordered_at=[end - timedelta(days=days) for _party, days, _amount in purchases],
        country=[""] * len(purchases),
    )
    facade.record_history(lines)


def make_customers():
    """A faithful customer, one that stopped, one that bought once, one that never did."""
    faithful, gone, once = (foundation.make_party(name) for name in ("Faithful", "Gone", "Once"))
    never = crm.make_customer("Never")
    purchases = [(faithful, days, 200_000) for days in range(0, 360, 12)]
    purchases += [(gone, days, 300_000) for days in range(200, 360, 8)]
    purchases += [(once, 100, 50_000)]
    others = [foundation.make_party(f"Other {number}") for number in range(20)]
    purchases += [(party, day, 80_000) for n, party in enumerate(others) for day in range(5 + n, 300, 40 + n)]
    make_history(purchases)
    return faithful, gone, once, never.party


def value(as_of=UNTIL):
    facade.value_customers(as_of)
    crm.settle()
    return queries.find_current(foundation.make_company().pk)


def test_customers_are_ranked_by_what_they_will_bring():
    faithful, gone, once, never = make_customers()

    valuation = value()

    found = {row.account.party_id: row for row in AccountValue.objects.filter(valuation=valuation)}
    assert never.pk not in found
    assert (valuation.as_of, valuation.currency, valuation.customers) == (UNTIL, "IDR", 23)
    assert found[faithful.pk].rank == 1
    assert found[faithful.pk].purchases == 30
    assert found[faithful.pk].probability_alive > 0.9
    assert found[gone.pk].probability_alive < 0.1
    assert found[gone.pk].idle_days == 200
    assert found[gone.pk].net_amount == 6_000_000 * UNIT
    assert found[once.pk].purchases == 1
    assert sorted(row.rank for row in found.values()) == list(range(1, 24))
    assert valuation.value == sum(row.lifetime_value for row in found.values())
    assert valuation.at_risk == sum(row.at_risk for row in found.values())


def test_the_engine_gets_what_was_bought_on_each_day():
    party = foundation.make_party()
    make_history([(party, 10, 100), (party, 10, 20), (party, 10, -30), (party, 2, 5)])
    account = Account.objects.get(party=party)

    held = bridge.snapshot(foundation.make_company(), as_of=UNTIL)

    place = held.account_ids.index(account.pk)
    owned = slice(held.problem.offsets[place], held.problem.offsets[place + 1])
    rows = sorted(zip(held.problem.days[owned].tolist(), held.problem.amounts[owned].tolist(), strict=True))
    end = UNTIL.toordinal()
    assert rows == [(end - 10, -30.0), (end - 10, 120.0), (end - 2, 5.0)]


def test_what_was_bought_later_is_not_looked_at():
    party = foundation.make_party()
    make_history([(party, 30, 100), (party, 0, 100)])

    held = bridge.snapshot(foundation.make_company(), as_of=UNTIL - timedelta(days=1))

    assert held.problem.amounts.tolist() == [100.0]


def test_live_orders_count_beside_history():
    account = crm.make_customer()
    make_history([(account.party, 30, 1_000)])
    crm.make_confirmed(account, [(crm.make_stocked_item(price="2000"), 3)])
    crm.make_order(account, [(crm.make_stocked_item(), 1)])

    held = bridge.snapshot(foundation.make_company(), as_of=crm.TODAY)

    assert sorted(held.problem.amounts.tolist()) == [1_000.0, 6_000.0]


def test_an_alias_buys_for_its_canonical_party():
    survivor, alias = foundation.make_party(), foundation.make_party()
    make_history([(survivor, 30, 100), (alias, 20, 50)])
    with transaction.atomic():
        parties.merge_parties(survivor.pk, alias_id=alias.pk, by=crm.BY)

    held = bridge.snapshot(foundation.make_company(), as_of=UNTIL)

    assert held.account_ids == (Account.objects.get(party=survivor).pk,)
    assert sorted(held.problem.amounts.tolist()) == [50.0, 100.0]


def test_buyers_without_a_name_are_nobody():
    make_history([(foundation.make_party(is_anonymous=True), 30, 100)])

    held = bridge.snapshot(foundation.make_company(), as_of=UNTIL)

    assert (held.account_ids, held.problem.n_customers) == ((), 0)
    assert value().customers == 0


def test_the_margin_is_measured_where_costs_are_known_and_else_assumed():
    company = foundation.make_company()
    account = crm.make_customer()
    make_history([(account.party, 30, 1_000)])
    assumed = bridge.snapshot(company, as_of=UNTIL)
    crm.make_confirmed(account, [(crm.make_stocked_item(price="100000", cost=60_000), 1)])

    measured = bridge.snapshot(company, as_of=crm.TODAY)

    assert (assumed.params.margin_share, assumed.margin_basis) == (rules.ASSUMED_MARGIN, "assumed")
    assert (measured.params.margin_share, measured.margin_basis) == (pytest.approx(0.4), "orders")


def test_history_in_one_foreign_currency_is_valued_in_it():
    party = foundation.make_party()
    make_history([(party, 30, 100)], currency="GBP")

    valuation = value()

    assert valuation.currency == "GBP"
    assert Account.objects.get(party=party).lifetime_value is None


def test_the_value_reaches_the_account_and_the_open_demands():
    faithful, *_rest = make_customers()
    account = Account.objects.get(party=faithful)
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 1)])

    valuation = value(crm.TODAY)

    account.refresh_from_db()
    found = AccountValue.objects.get(valuation=valuation, account=account)
    assert account.lifetime_value == found.lifetime_value > 0
    assert account.valued_on == crm.TODAY
    assert account.churn_sensitivity == rules.churn_sensitivity(found.probability_alive)
    demand = Demand.objects.get(order_id=order.pk)
    assert (demand.lifetime_value, demand.churn_sensitivity) == (account.lifetime_value, account.churn_sensitivity)
    assert demand.margin_per_unit == 40_000 * UNIT


def test_valuing_again_gives_the_same_and_only_two_valuations_stay():
    make_customers()
    first = value()
    before = list(first.values.order_by("rank").values_list("account_id", "lifetime_value", "at_risk"))

    for _again in range(3):
        last = value()

    assert list(last.values.order_by("rank").values_list("account_id", "lifetime_value", "at_risk")) == before
    assert Valuation.objects.count() == 2
    assert Valuation.objects.filter(state="current").get() == last


def test_the_curve_begins_at_nothing_and_ends_at_all():
    curve = value_curve([70, 20, 10])

    assert (curve[0], curve[100], len(curve)) == (0, 1, 101)
    assert curve[33] < 0.7 < curve[34]
    assert value_curve([]) == value_curve([0, 0]) == []


def test_a_customer_on_the_edge_is_moved_most():
    assert [rules.churn_sensitivity(share) for share in (0, 0.5, 1)] == [0, 10_000, 0]


def test_the_pages_show_who_is_worth_most_and_who_leaves(client):
    client.force_login(foundation.make_user(roles=["sales"]), backend="rantai.foundation.access.backends.RoleBackend")
    foundation.make_company()
    url = reverse("crm_insight:values")
    assert "Nobody has been valued yet" in client.get(url).content.decode()
    faithful, gone, *_rest = make_customers()

    client.post(reverse("crm_insight:value_now"))
    crm.settle()

    page = client.get(url).content.decode()
    assert "The best 20" in page
    assert faithful.name in page
    leaving = client.get(url + "?leaving=1&sort=-at_risk").content.decode()
    assert gone.name in leaving
    assert faithful.name not in leaving
    fragment = client.get(reverse("crm_insight:customer", args=[faithful.pk]), headers={"hx-request": "true"})
    assert "rank 1 of all customers" in fragment.content.decode()
    summary = facade.summarize_values(shown=3)
    assert summary.top[0].name == "Faithful"
    assert len(summary.top) == 3


def test_the_door_does_not_load_the_compiled_engine():
    program = (
        "import sys, django; django.setup()\n"
        "import rantai.crm.facade, rantai.config.urls\n"
        "assert 'numba' not in sys.modules, 'numba was loaded'"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "rantai.config.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def value_curve(values):
    return bridge.draw_curve(np.array(values, dtype=float))
