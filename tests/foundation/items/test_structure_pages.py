"""How a thing is made is kept on pages: bills, routings, resources."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.foundation.items.actions import resources
from rantai.foundation.items.models import (
    BillOfMaterials,
    BomLine,
    Operation,
    OperationAlternate,
    Resource,
    Routing,
    Unit,
)
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client):
    make.make_company()
    user = make.make_user(roles=["planner"])
    client.force_login(user)
    return user


def new_item(**changed):
    unit = Unit.objects.get(code="PCE").pk
    data = {
        "code": "MON-15", "name_en": "15-inch monitor", "name_zh": "15 英寸显示器", "kind": "stocked",
        "base_unit": unit,
        "decoupling": "stock", "tracking": "none", "standard_cost": "1,250.50", "is_sold": "on",
    }  # fmt: skip
    return data | changed


def lines(*rows, prefix="lines", initial=0):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data


def test_a_bill_is_added_and_changed(client, planner):
    monitor, panel, case = (make.make_item(code) for code in ("MON-15", "PANEL", "CASE"))
    head = {"batch": "10", "rank": "1"}
    rows = lines(
        {"component": "PANEL", "quantity": "10", "yield_share": "98.5"}, {"component": "CASE", "quantity": "10"}, {}
    )

    client.post(reverse("foundation_items:add_bill", args=[monitor.pk]), head | rows)

    bill = BillOfMaterials.objects.get()
    stored = [(line.component, line.quantity, line.yield_share) for line in bill.lines.order_by("position")]
    assert bill.batch == 100_000
    assert stored == [(panel, 100_000, 9850), (case, 100_000, 10_000)]

    rows = lines({"component": "PANEL", "quantity": "11"}, {"component": ""}, initial=2)
    client.post(reverse("foundation_items:bill", args=[monitor.pk, bill.pk]), head | rows | {"revision": 1})

    assert [(line.component, line.quantity) for line in bill.lines.all()] == [(panel, 110_000)]


def test_a_bill_that_contains_itself_is_refused_with_the_way(client, planner):
    monitor, module, panel = (make.make_item(code) for code in ("MONITOR", "MODULE", "PANEL"))
    make.make_bill(monitor, [(module, 1)])
    make.make_bill(module, [(panel, 1)])

    answer = client.post(
        reverse("foundation_items:add_bill", args=[panel.pk]),
        {"batch": "1", "rank": "1"} | lines({"component": "MONITOR", "quantity": "1"}),
    )

    assert answer.status_code == 422
    assert "PANEL → MONITOR → MODULE → PANEL" in answer.content.decode()
    assert BillOfMaterials.objects.filter(item=panel).count() == 0


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"component": "NO-SUCH", "quantity": "1"}, "There is no item NO-SUCH"),
        ({"component": "PANEL", "quantity": "0"}, "Give at least"),
        ({"component": "PANEL", "quantity": "-1"}, "Give at least"),
        ({"component": "PANEL", "quantity": "1e30"}, "larger than any"),
        ({"component": "PANEL", "quantity": "nan"}, "at most four decimals"),
        ({"component": "PANEL", "quantity": ""}, "How many?"),
        ({"component": "PANEL", "quantity": "1", "yield_share": "101"}, "Give at most 100"),
    ],
)
def test_a_bad_line_is_said_in_its_place(client, planner, row, words):
    monitor = make.make_item("MON")
    make.make_item("PANEL")

    answer = client.post(
        reverse("foundation_items:add_bill", args=[monitor.pk]), {"batch": "1", "rank": "1"} | lines(row)
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert BillOfMaterials.objects.count() == 0


def test_a_routing_has_steps(client, planner):
    monitor = make.make_item("MON")
    rows = lines(
        {"step": "10", "name": "Assemble", "setup_minutes": "15", "seconds_per_unit": "90.5", "is_milestone": "on"},
        {"step": "20", "name": "Test", "wait_minutes": "60"},
    )

    client.post(reverse("foundation_items:add_routing", args=[monitor.pk]), {"rank": "1"} | rows)

    routing = Routing.objects.get()
    steps = list(
        routing.operations.order_by("step").values_list("step", "setup_seconds", "seconds_per_unit", "wait_seconds")
    )
    assert steps == [(10, 900, 905_000, 0), (20, 0, 0, 3600)]


def test_a_step_is_there_once(client, planner):
    monitor = make.make_item("MON")
    rows = lines({"step": "10", "name": "A"}, {"step": "10", "name": "B"})

    answer = client.post(reverse("foundation_items:add_routing", args=[monitor.pk]), {"rank": "1"} | rows)

    assert "Step 10 is there twice" in answer.content.decode()
    assert Routing.objects.count() == 0


def test_a_resource_is_kept(client, planner):
    site = make.make_site("PLANT", kind="plant")
    data = {
        "code": "LINE-1", "name_en": "Line 1", "location": site.pk, "kind": "finite", "capacity": "2",
        "efficiency": "85", **lines(*[{"from_on": "2026-12-01", "capacity": "3"}], prefix="capacities"),
        **lines(*[{"from_family": "", "to_family": "red", "minutes": "30"}], prefix="changes"),
    }  # fmt: skip

    client.post(reverse("foundation_items:add_resource"), data)

    line = Resource.objects.get()
    assert (line.capacity, line.efficiency) == (20_000, 8500)
    assert list(line.capacities.values_list("from_on", "capacity")) == [(date(2026, 12, 1), 30_000)]
    assert list(line.setup_times.values_list("from_family", "to_family", "seconds")) == [("", "red", 1800)]
    less = data | {"efficiency": "90"} | lines(prefix="changes") | {"changes-0-minutes": ""}
    client.post(reverse("foundation_items:resource", args=[line.pk]), less)
    line.refresh_from_db()
    assert line.efficiency == 9000
    assert not line.setup_times.exists()


def test_a_change_over_says_for_which_family(client, planner):
    site = make.make_site("PLANT", kind="plant")
    data = {
        "code": "LINE-1", "name_en": "Line 1", "location": site.pk, "kind": "finite", "capacity": "2",
        "efficiency": "85", **lines(prefix="capacities"), **lines(*[{"minutes": "30"}], prefix="changes"),
    }  # fmt: skip

    answer = client.post(reverse("foundation_items:add_resource"), data)

    assert answer.status_code == 422
    assert not Resource.objects.exists()


def test_a_routing_keeps_alternates_and_families(client, planner):
    site, item = make.make_site("PLANT", kind="plant"), make.make_item("MON")
    with transaction.atomic():
        one, other, third = (resources.add_resource(code, name=code, location_id=site.pk) for code in "ABC")
    step = {"step": "10", "name": "Press", "resource": one.pk, "alternate": other.pk, "setup_family": "red"}

    client.post(reverse("foundation_items:add_routing", args=[item.pk]), {"rank": "1", **lines(step)})

    operation = Operation.objects.get()
    assert (operation.setup_family, [row.resource_id for row in operation.alternates.all()]) == ("red", [other.pk])
    OperationAlternate.objects.create(operation=operation, resource=third, rank=3)
    again = {"rank": "1", "revision": "1", **lines(step | {"name": "Press it"})}
    client.post(reverse("foundation_items:routing", args=[item.pk, operation.routing_id]), again)
    alternates = Operation.objects.get().alternates.order_by("rank")
    assert [row.resource_id for row in alternates] == [other.pk, third.pk]


def test_a_bill_keeps_choices_and_dates(client, planner):
    item, one, other = (make.make_item(code) for code in ("MON", "P1", "P2"))
    parts = [
        {"component": "P1", "quantity": "1", "choice": "1", "rank": "1"},
        {"component": "P2", "quantity": "1", "choice": "1", "rank": "2", "valid_from": "2026-12-01"},
    ]

    client.post(reverse("foundation_items:add_bill", args=[item.pk]), {"batch": "1", "rank": "1", **lines(*parts)})

    stored = BomLine.objects.order_by("position").values_list("component_id", "choice", "rank", "valid_from")
    assert list(stored) == [(one.pk, 1, 1, None), (other.pk, 1, 2, date(2026, 12, 1))]
