"""Items and how they come to be are kept on pages."""

import pytest
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.items.models import (
    Item,
    PlanningRule,
    Source,
    Unit,
)
from rantai.kernel.models import Event
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


def test_an_item_is_added(client, planner):
    answer = client.post(reverse("foundation_items:add"), new_item())

    item = Item.objects.get()
    assert answer.url == reverse("foundation_items:item", args=[item.pk])
    assert item.name == {"en": "15-inch monitor", "zh-hans": "15 英寸显示器"}
    assert item.standard_cost == 12_505_000
    assert Event.objects.filter(kind="ItemChanged", payload={"item_id": item.pk}).count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": ""}, "This field is required"),
        ({"name_en": "", "name_zh": ""}, "at least one language"),
        ({"standard_cost": "-5"}, "at least 0"),
        ({"standard_cost": "1e30"}, "larger than any"),
        ({"standard_cost": "NaN"}, "at most four decimals"),
        ({"standard_cost": "0.00001"}, "at most four decimals"),
        ({"weight_g": "-1"}, "greater than or equal to 0"),
        ({"gtin": "12"}, "Enter a valid value"),
        ({"decoupling": "magic"}, "not one of the available choices"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_written(client, planner, changed, words):
    answer = client.post(reverse("foundation_items:add"), new_item(**changed))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Item.objects.count() == 0


def test_a_code_is_taken_once(client, planner):
    make.make_item("MON-15")

    answer = client.post(reverse("foundation_items:add"), new_item())

    assert answer.status_code == 422
    assert "There is an item MON-15 already" in answer.content.decode()


def test_an_older_revision_meets_both_versions(client, planner):
    item = make.make_item("MON-15", name="Monitor")
    page = reverse("foundation_items:edit", args=[item.pk])
    data = {"name_en": "Monitor A", "kind": "stocked", "decoupling": "stock", "tracking": "none", "revision": 1}
    assert client.post(page, data).status_code == 302

    answer = client.post(page, data | {"name_en": "Monitor B", "tracking": "lot"})

    assert answer.status_code == 409
    assert "you edited version 1, stored is version 2" in answer.content.decode()
    assert Item.objects.get().name == {"en": "Monitor A"}


def test_a_source_is_added_and_an_assumed_one_becomes_real(client, planner):
    item = make.make_item("PANEL")
    supplier = make.make_party("Shenzhen Optics", role="supplier")
    data = {
        "kind": "buy", "supplier": supplier.pk, "rank": "1", "lead_time_days": "20", "minimum": "100", "multiple": "50",
        "cost": "350000",
    }  # fmt: skip

    client.post(reverse("foundation_items:add_source", args=[item.pk]), data)
    source = Source.objects.get()
    assert (source.supplier, source.lead_time_days, source.minimum, source.cost) == (
        supplier,
        20,
        1_000_000,
        3_500_000_000,
    )

    Source.objects.update(is_placeholder=True)
    client.post(
        reverse("foundation_items:source", args=[item.pk, source.pk]), data | {"lead_time_days": "25", "revision": 1}
    )
    source.refresh_from_db()
    assert (source.is_placeholder, source.lead_time_days) == (False, 25)
    assert Event.objects.filter(kind="SourceChanged").count() == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"supplier": ""}, "Say from whom"),
        ({"kind": "move"}, "Say from where"),
        ({"lead_time_days": "-1"}, "greater than or equal"),
        ({"lead_time_days": "5000"}, "less than or equal"),
        ({"minimum": "10", "maximum": "5"}, "must not be below"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "must end after"),
        ({"valid_from": "yesterday"}, "is no day. Choose one"),
        ({"valid_from": "1900-01-01"}, "between 2000 and 2199"),
        ({"valid_to": "2999-01-01"}, "between 2000 and 2199"),
    ],
)
def test_a_bad_source_is_refused(client, planner, changed, words):
    item = make.make_item("PANEL")
    supplier = make.make_party(role="supplier")
    data = {"kind": "buy", "supplier": supplier.pk, "rank": "1", "lead_time_days": "20"} | changed

    answer = client.post(reverse("foundation_items:add_source", args=[item.pk]), data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Source.objects.count() == 0


def test_units_and_substitutes_are_kept(client, planner):
    item, other = make.make_item("A"), make.make_item("B")
    box = Unit.objects.get(code="BX")

    client.post(
        reverse("foundation_items:units", args=[item.pk]), lines({"unit": box.pk, "holds": "12"}, prefix="units")
    )
    client.post(
        reverse("foundation_items:add_substitute", args=[item.pk]),
        {"substitute": "B", "scope": "sales", "ratio": "2", "rank": "1"},
    )

    assert [(row.unit.code, row.numerator, row.denominator) for row in item.units.all()] == [("BX", 12, 1)]
    rule = item.substitutes.get()
    assert (rule.substitute, rule.numerator, rule.denominator) == (other, 2, 1)
    shown = client.get(reverse("foundation_items:item", args=[item.pk])).content.decode()
    assert "12 pcs" in shown

    client.post(reverse("foundation_items:remove_substitute", args=[item.pk, rule.pk]))
    assert not item.substitutes.exists()


def test_how_an_item_is_planned_is_kept_by_place(client, planner):
    site, item = make.make_site(), make.make_item("MON")
    page = reverse("foundation_items:planning", args=[item.pk])
    fenced = lines(*[{"fence_days": "5", "search": "rank"}, {"location": site.pk, "search": "split"}], prefix="rules")

    client.post(page, fenced)

    stored = PlanningRule.objects.order_by("id").values_list("location_id", "fence_days", "search")
    assert list(stored) == [(None, 5, "rank"), (site.pk, 0, "split")]
    assert client.post(page, lines(*[{"fence_days": "1", "search": "rank"}] * 2, prefix="rules")).status_code == 422
    client.post(page, lines(*[{"location": site.pk, "search": "cost"}], prefix="rules"))
    assert list(PlanningRule.objects.values_list("location_id", "fence_days", "search")) == [(site.pk, 0, "cost")]


def test_a_weekly_limit_is_said_of_suppliers_only(client, planner):
    item, supplier = make.make_item("MON"), make.make_party("PT S", role="supplier")
    bought = {"kind": "buy", "supplier": supplier.pk, "rank": "1", "lead_time_days": "5", "weekly_capacity": "40"}

    client.post(reverse("foundation_items:add_source", args=[item.pk]), bought | {"fixed_quantity": "10"})
    made = client.post(
        reverse("foundation_items:add_source", args=[item.pk]),
        {"kind": "make", "rank": "1", "lead_time_days": "5", "weekly_capacity": "40"},
    )

    source = Source.objects.get()
    assert (source.weekly_capacity, source.fixed_quantity, source.share) == (400_000, 100_000, 1)
    assert made.status_code == 422


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_opens_in_every_language(client, planner, language):
    User.objects.update(language=language)
    item, part = make.make_item("MON", name={"en": "Monitor", "zh-hans": "显示器"}), make.make_item("PART")
    bill, routing = make.make_bill(item, [(part, 2)]), make.make_routing(item, [("Assemble", 60)])
    source = make.make_source(item, kind="make", bill=bill, routing=routing)
    pages = [
        reverse(f"foundation_items:{name}", args=args)
        for name, args in [
            ("items", []), ("add", []), ("item", [item.pk]), ("item", [part.pk]), ("edit", [item.pk]),
            ("units", [item.pk]), ("planning", [item.pk]),
            ("source", [item.pk, source.pk]), ("add_source", [item.pk]), ("bill", [item.pk, bill.pk]),
            ("add_bill", [item.pk]), ("routing", [item.pk, routing.pk]), ("add_routing", [item.pk]),
            ("add_substitute", [item.pk]), ("resources", []), ("add_resource", []),
        ]
    ]  # fmt: skip

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_a_list_finds_chinese_names_and_exports_what_is_seen(client, planner):
    make.make_item("MON", name={"en": "Monitor", "zh-hans": "液晶显示器"})
    make.make_item("CASE", name="Case")

    found = client.get(reverse("foundation_items:items"), {"q": "显示器"}).content.decode()
    export = b"".join(
        client.get(reverse("foundation_items:items"), {"q": "Case", "view": "all", "export": "csv"})
    ).decode()

    assert "MON" in found
    assert "CASE" not in found
    assert "CASE" in export
    assert "MON" not in export


def test_who_hides_cost_sees_and_sets_none(client, planner):
    User.objects.update(hides_cost=True)
    item = make.make_item("MON", standard_cost=77_770_000)

    shown = client.get(reverse("foundation_items:item", args=[item.pk])).content.decode()
    data = {"name_en": "M", "kind": "stocked", "decoupling": "stock", "tracking": "none", "revision": 1}
    client.post(reverse("foundation_items:edit", args=[item.pk]), data | {"standard_cost": "1"})

    item.refresh_from_db()
    assert "7,777" not in shown
    assert "7.777" not in shown
    assert (item.standard_cost, item.name) == (77_770_000, {"en": "M"})


def test_a_sales_person_looks_but_does_not_touch(client):
    make.make_company()
    client.force_login(make.make_user(roles=["sales"]))
    item = make.make_item("MON")

    assert client.get(reverse("foundation_items:item", args=[item.pk])).status_code == 200
    assert client.post(reverse("foundation_items:edit", args=[item.pk]), {"name_en": "X"}).status_code == 403
    assert client.post(reverse("foundation_items:archive", args=[item.pk])).status_code == 403
    assert Item.objects.get().archived_at is None


def test_the_list_asks_few_questions_of_the_database(client, planner, django_assert_max_num_queries):
    for _item in range(60):
        make.make_source(make.make_item())

    client.get(reverse("foundation_items:items"))  # the rail's counts are kept for half a minute
    with django_assert_max_num_queries(13):
        client.get(reverse("foundation_items:items"))
