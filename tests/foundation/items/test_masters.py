"""Items, bills, routings and sources: what queries answer and bulk upserts write."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import transaction

from rantai.foundation.items import queries
from rantai.foundation.items.actions import bills, items, resources, routings, sources, substitutes
from rantai.foundation.items.models import BillOfMaterials, Item, Source
from rantai.kernel.models import Event
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def test_units_convert_exactly():
    item = make.make_item("TEA", unit="KGM")
    with transaction.atomic():
        items.set_units(item, factors={"GRM": Fraction(1, 1000), "BX": Fraction(12)})

    assert queries.get_unit_factor(item.pk, "") == 1
    assert queries.get_unit_factor(item.pk, "KGM") == 1
    assert queries.get_unit_factor(item.pk, "GRM") == Fraction(1, 1000)
    with pytest.raises(queries.UnknownUnit, match=r"KGM, .*GRM"):
        queries.get_unit_factor(item.pk, "PX")


def test_a_unit_is_found_by_code_or_name():
    make.make_company()

    assert queries.find_unit("kgm").code == queries.find_unit("千克").code == queries.find_unit(" KG ").code == "KGM"
    assert queries.find_unit("furlong") is None


def test_sources_of_the_location_come_before_those_of_anywhere():
    item, site, other = make.make_item(), make.make_site("A"), make.make_site("B")
    anywhere = make.make_source(item, rank=1)
    second = make.make_source(item, location=site, rank=2)
    first = make.make_source(item, location=site, rank=1)
    make.make_source(item, location=other)
    make.make_source(item, location=site, valid_to=TODAY)
    make.make_source(item, location=site, valid_from=date(2027, 1, 1))

    assert queries.list_sources([item.pk], site.pk, TODAY) == [first, second, anywhere]
    assert len(queries.list_sources([item.pk], None, TODAY)) == 4


def test_a_bill_of_the_location_comes_first_and_an_archived_one_not():
    item, part, site = make.make_item(), make.make_item(), make.make_site()
    general = make.make_bill(item, [(part, 1)])
    local = make.make_bill(item, [(part, 2)], location=site, rank=9)

    assert queries.find_bill(item.pk, site.pk, TODAY) == local
    assert queries.find_bill(item.pk, None, TODAY) == general
    with transaction.atomic():
        bills.archive_bill(local, by="test")
    assert queries.find_bill(item.pk, site.pk, TODAY) == general
    assert queries.find_routing(item.pk, site.pk, TODAY) is None


def test_low_level_codes_are_the_longest_way_down():
    computer, monitor, panel, screw = (make.make_item(code) for code in ("PC", "MON", "PANEL", "SCREW"))
    make.make_bill(computer, [(monitor, 1), (screw, 8)])
    make.make_bill(monitor, [(panel, 1)])
    make.make_bill(panel, [(screw, 4)])

    assert queries.low_level_codes() == {computer.pk: 0, monitor.pk: 1, panel.pk: 2, screw.pk: 3}


def test_a_bill_cannot_contain_its_own_item():
    item = make.make_item("MON")

    with pytest.raises(bills.BillContainsItself, match="MON → MON"):
        make.make_bill(item, [(item, 1)])
    assert BillOfMaterials.objects.count() == 0


def test_a_circle_over_an_archived_bill_is_none():
    a, b = make.make_item("A"), make.make_item("B")
    old = make.make_bill(a, [(b, 1)])
    with transaction.atomic():
        bills.archive_bill(old, by="test")

    make.make_bill(b, [(a, 1)])

    assert BillOfMaterials.objects.count() == 2


def test_a_batch_with_a_circle_writes_nothing():
    a, b = make.make_item("A"), make.make_item("B")
    one = bills.Component(item_id=b.pk, quantity=10_000)
    two = bills.Component(item_id=a.pk, quantity=10_000)
    rows = [
        bills.BillRow(key="1", item_id=a.pk, components=(one,)),
        bills.BillRow(key="2", item_id=b.pk, components=(two,)),
    ]

    with pytest.raises(bills.BillContainsItself), transaction.atomic():
        bills.upsert_bills(rows, source="file")

    assert BillOfMaterials.objects.count() == 0


def upsert_twice(action, rows):
    """Upsert the rows twice and return the facts that the second time announced."""
    with transaction.atomic():
        first = action(rows, source="file")
    before = Event.objects.count()
    with transaction.atomic():
        second = action(rows, source="file")
    assert first == second
    return Event.objects.count() - before


def test_the_same_masters_twice_change_nothing():
    make.make_company()
    item_rows = [items.ItemRow(key=f"I{n}", name={"en": f"Item {n}"}, category="toys") for n in range(700)]
    assert upsert_twice(items.upsert_items, item_rows) == 0
    assert Event.objects.filter(kind="ItemChanged").count() == 700
    first, second = Item.objects.order_by("id")[:2]
    component = bills.Component(item_id=second.pk, quantity=20_000, yield_share=9_900)
    assert upsert_twice(bills.upsert_bills, [bills.BillRow(key="B", item_id=first.pk, components=(component,))]) == 0
    site = make.make_site()
    assert (
        upsert_twice(
            resources.upsert_resources, [resources.ResourceRow(key="L1", name={"en": "L"}, location_id=site.pk)]
        )
        == 0
    )
    steps = (routings.Step(step=10, name={"en": "Cut"}), routings.Step(step=20, name={"en": "Glue"}, wait_seconds=60))
    assert upsert_twice(routings.upsert_routings, [routings.RoutingRow(key="R", item_id=first.pk, steps=steps)]) == 0
    source_rows = [
        sources.SourceRow(key=f"S{item.pk}", item_id=item.pk, lead_time_days=7) for item in Item.objects.all()
    ]
    assert upsert_twice(sources.upsert_sources, source_rows) == 0
    rule = substitutes.SubstituteRow(key="X", item_id=first.pk, substitute_id=second.pk)
    assert upsert_twice(substitutes.upsert_substitutes, [rule]) == 0


def test_only_what_differs_is_written():
    make.make_company()
    rows = [items.ItemRow(key=f"I{n}", name={"en": f"Item {n}"}) for n in range(5)]
    with transaction.atomic():
        ids = items.upsert_items(rows, source="file")
        items.upsert_items([*rows[:4], items.ItemRow(key="I4", name={"en": "New name"})], source="file")

    assert Item.objects.filter(revision=2).get().pk == ids["I4"]


def test_an_item_that_exists_is_adopted_by_its_code():
    item = make.make_item("MON", name="Monitor")

    with transaction.atomic():
        ids = items.upsert_items([items.ItemRow(key="77", code="MON", name={"en": "Monitor 15"})], source="file")

    assert ids == {"77": item.pk}
    assert Item.objects.get().name == {"en": "Monitor 15"}


def test_a_changed_bill_is_replaced_whole():
    a, b, c = make.make_item("A"), make.make_item("B"), make.make_item("C")
    with transaction.atomic():
        for part in (b, c):
            line = bills.Component(item_id=part.pk, quantity=10_000)
            bills.upsert_bills([bills.BillRow(key="1", item_id=a.pk, components=(line,))], source="file")

    bill = BillOfMaterials.objects.get()
    assert [line.component for line in bill.lines.all()] == [c]
    assert bill.revision == 2


def test_a_source_that_is_changed_tells_the_planner():
    source = make.make_source(make.make_item())
    before = source.changed_seq

    with transaction.atomic():
        sources.edit_source(source, values={"lead_time_days": 9}, expected_revision=1, by="test")

    assert Source.objects.get().changed_seq > before
    assert Event.objects.filter(kind="SourceChanged").count() == 2
