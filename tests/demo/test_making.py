"""The small demonstration in a real database: it is whole, every rule holds, and it can be taken away."""

from datetime import date

import pytest

from rantai.crm.accounts.models import Account
from rantai.crm.orders.models import Invoice, SalesOrder
from rantai.crm.selling.models import BudgetMonth, RetailSale
from rantai.demo import founding, making
from rantai.desk import check
from rantai.foundation.access.models import User
from rantai.foundation.companies import actions as companies
from rantai.foundation.items.models import BillOfMaterials
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties.models import Company
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import PastDemand
from rantai.iscm.demand.models.changes import DemandEvent
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.promising.models import Allocation
from rantai.kernel.models import Delivery
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.srm.buying.models import PurchaseOrder
from rantai.wires.imports.models import ImportRun

DAY = date(2026, 11, 22)


def make() -> dict[str, object]:
    return making.make_demo(size="small", seed=1, as_of=DAY, report=lambda *_progress: None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_demonstration_is_whole_and_can_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_turn", lambda *_facts: "left to the turn's own tests")
    make()

    confirmed = SalesOrder.objects.filter(state="confirmed")
    assert confirmed.count() == 150
    status = [row for pk in confirmed.values_list("pk", flat=True) for row in iscm.list_demand_status(demand_ref(pk))]
    requested = {(row.order_id, row.line_id): row.requested_on for order in confirmed for row in schedule(order)}
    late = [
        row
        for row in status
        if row.fulfilled < row.units and row.promised_on and row.promised_on > requested[row.key.order_id, row.key.line]
    ]
    assert len(late) == 40
    assert confirmed.filter(is_late=True).count() == 36

    # History came by the import; the last weeks went through the doors, and everybody was told.
    assert dict(ImportRun.objects.values_list("kind", "state")) == {"orders": "done", "sell-out": "done"}
    assert RetailSale.objects.values("party").distinct().count() > 5
    assert PastDemand.objects.exists()
    assert not Delivery.objects.exclude(state="done").exists()
    told = set(OutgoingMessage.objects.values_list("key", flat=True))
    assert {"order.received", "order.packed", "order.delivered", "order.promise_moved", "purchase.order"} <= told
    assert Shipment.objects.filter(state="delivered").exists()
    assert Invoice.objects.filter(kind="invoice").count() == SalesOrder.objects.filter(state="closed").count()
    assert {"draft", "sent", "confirmed", "received"} <= set(PurchaseOrder.objects.values_list("state", flat=True))
    assert BillOfMaterials.objects.count() == 60
    # classes are served by rank, and something is kept for two of them beside what was promised
    assert Company.objects.get().settings["demand_classes"] == ["key", "dealer", "standard"]
    assert set(Account.objects.values_list("demand_class", flat=True)) == {"key", "dealer", "standard"}
    assert set(Allocation.objects.values_list("rule__demand_class", flat=True)) == {"key", "dealer"}
    assert DemandEvent.objects.filter(starts_on__gt=DAY).count() == 1
    assert BudgetMonth.objects.exists()
    for role, *_rest in founding.LOGINS:
        assert User.objects.get(email=f"{role}@kirana.example").check_password(founding.PASSWORD)
    assert [str(found) for found in check.list_violations()] == []

    with pytest.raises(making.CompanyExists):
        make()
    assert making.remove_demo() == {"removed": True}
    assert not Company.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_real_company_is_never_touched() -> None:
    run_atomic(lambda: companies.create_company(code="REAL", name="Real", currency="IDR", country="ID"))

    with pytest.raises(making.CompanyExists):
        make()
    with pytest.raises(making.CompanyExists):
        making.remove_demo()
    assert Company.objects.get().code == "REAL"


@pytest.mark.django_db(transaction=True)
def test_a_killed_demonstration_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_facts: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_bring_file", die)
    for _attempt in range(2):
        with pytest.raises(KeyboardInterrupt):
            make()
        assert Company.objects.get().settings["demo"] == "begun"


def demand_ref(order_id: int) -> DocRef:
    return DocRef("sales_order", order_id)


def schedule(order: SalesOrder) -> list:
    return [row for line in order.lines.all() for row in line.schedule.all()]
