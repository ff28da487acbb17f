"""What leaves the house of a chain: enough to be understood, nothing that is somebody else's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from rantai.crm.orders.queries import causes
from rantai.foundation.parties.models import Company
from rantai.iscm import facade as iscm
from rantai.iscm import reports
from rantai.iscm.messages import Stake
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.queries import safe
from rantai.kernel.refs import DocRef
from rantai.srm.buying.models import PurchaseOrder
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def monday():
    cache.clear()
    with time_machine.travel(factory.MONDAY, tick=False):
        yield


def make_late(*, customers: int = 3) -> tuple[PurchaseOrder, list]:
    """Customers who were promised the 6th wait for a purchase of the 20th."""
    suppliers.make_site()
    supplier = suppliers.make_supplier("Batam Power")
    panel = foundation.make_item("PANEL", name={"en": "Panel", "id": "Panel layar", "zh-hans": "面板"})
    source = foundation.make_source(panel, supplier=supplier, lead_time_days=2)
    demands = [
        factory.make_demand(
            panel, 3, requested_on=date(2026, 11, 6), party=foundation.make_party(f"Secret Customer {n}"),
            stake=Stake(margin_per_unit=123_456_789),
        )
        for n in range(customers)
    ]  # fmt: skip
    order = suppliers.make_sent(supplier, [(panel, 3 * customers)], due_on=date(2026, 11, 20))
    suppliers.answer(order, (3 * customers, date(2026, 11, 20)))
    type(source).objects.filter(pk=source.pk).update(lead_time_days=30)
    planning.make_plan(factory.MONDAY, builder="test")
    return order, demands


def test_a_supplier_reads_how_many_wait_and_by_when_but_not_who_and_not_what_it_is_worth(client):
    order, demands = make_late()
    link = suppliers.find_link(order)

    text = client.get(link).content.decode()

    assert "Your line 1 holds 3 customer orders, 3 of them are late" in text
    assert "worth" not in text
    for demand in demands:
        assert demand.party.name not in text
        assert demand.number not in text
    (held,) = iscm.tell_supplier(order.pk)
    assert (held.orders, held.late_orders, held.stake) == (3, 3, None)
    assert held.wanted_on
    assert held.wanted_on < date(2026, 11, 20)


def test_worth_is_told_roughly_where_the_company_permits_it(client):
    order, _demands = make_late()
    company = Company.objects.get()
    company.settings = company.settings | {safe.MAY_SEE_STAKE: True}
    company.save(update_fields=["settings"])

    text = client.get(suppliers.find_link(order)).content.decode()

    (held,) = iscm.tell_supplier(order.pk)
    assert held.stake
    assert held.stake == safe.round_rough(held.stake)
    assert "worth about" in text
    assert "Secret Customer" not in text


@pytest.mark.parametrize(
    ("amount", "rough"), [(0, 0), (7, 7), (49, 49), (1_249, 1_200), (1_250, 1_300), (98_765_432, 99_000_000)]
)
def test_what_is_told_roughly_has_two_figures(amount, rough):
    assert safe.round_rough(amount) == rough


def test_a_customer_reads_what_is_waited_for_and_never_from_whom():
    order, demands = make_late()
    demand = demands[0]

    wait = iscm.tell_customer(DocRef(demand.kind, demand.order_id, demand.line), as_of=factory.MONDAY)

    assert wait
    assert (wait.waits_for, wait.due_on, dict(wait.part)) == (safe.COMING, date(2026, 11, 20), {})
    said = causes.say_wait(wait, item="Panel", today=date(2026, 11, 2))
    assert said.startswith("Your Panel waits for a delivery to us, due on Friday, 20 November")
    for secret in ("Batam Power", order.number, "Secret Customer", "123"):
        assert secret not in said


def test_the_new_day_says_how_sure_it_is():
    wait = reports.CustomersWait(
        waits_for=safe.PART, part={"en": "power module", "id": "modul daya"}, due_on=date(2026, 11, 10),
        promised_on=date(2026, 11, 12), sure_percent=90,
    )  # fmt: skip

    said = causes.say_wait(wait, item="17-inch monitor", today=date(2026, 11, 2))

    assert said == (
        "Your 17-inch monitor waits for power module, due on Tuesday, 10 November 2026. "
        "New date: Thursday, 12 November 2026, 90 % sure."
    )


def test_sureness_is_the_best_share_whose_day_is_not_after_the_promise():
    _order, demands = make_late(customers=1)
    demand = demands[0]
    promise = demand.promise
    ref = DocRef(demand.kind, demand.order_id, demand.line)
    for p80, p90, sure in ((0, 0, 90), (0, 1, 80), (1, 2, 50), (1, 1, 50)):
        type(promise).objects.filter(pk=promise.pk).update(
            expected_on=promise.promised_on,
            p80_on=promise.promised_on + timedelta(days=p80),
            p90_on=promise.promised_on + timedelta(days=p90),
        )

        wait = iscm.tell_customer(ref, as_of=factory.MONDAY)

        assert wait
        assert wait.sure_percent == sure


def test_nothing_is_said_of_what_is_not_there():
    foundation.make_company()

    assert iscm.tell_customer(DocRef("sales_order", 99, 1), as_of=factory.MONDAY) is None
    assert iscm.tell_supplier(99) == ()
    assert reverse("iscm_supply:exceptions")
