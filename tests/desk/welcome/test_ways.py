"""What a company does not do shows no page and asks no field; switched on, it is there at once."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from rantai.config import navigation
from rantai.foundation.items.models import BillOfMaterials
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties import rules
from rantai.foundation.parties.models import Company
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports.kinds.registry import KINDS
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db(transaction=True)

TRADER = {"makes": False, "trades": True, "dropships": False, "serves": False}
PARTNERS_ONLY = {"makes": False, "trades": False, "dropships": True, "serves": False}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make.make_user(is_admin=True))
    return client


def list_names() -> set[str]:
    """Return every URL name and namespace of the program."""
    names = set()
    for namespace, (_prefix, resolver) in get_resolver().namespace_dict.items():
        names |= {namespace} | {f"{namespace}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}
    return names


def test_every_page_of_the_rule_is_a_page():
    choices = ("source:", "file:", "approval:", "number:", "customers get it:", "substitutes:")
    pages = {name for name in rules.WAYS_OF if not name.startswith(choices)}
    later = {"iscm_field_service"}

    assert pages - later - list_names() == set()
    assert {name.removeprefix("file:") for name in rules.WAYS_OF if name.startswith("file:")} <= set(KINDS)


def test_a_trader_sees_no_production_anywhere(admin):
    make.make_company(**TRADER)
    item = make.make_item("MON-15")
    make.make_source(item)

    rail = admin.get("/items/").content.decode()
    page = admin.get(reverse("foundation_items:item", args=[item.pk])).content.decode()

    assert reverse("iscm_production:orders") not in rail
    assert reverse("iscm_inventory:stock") in rail
    for text in (rail, page):
        assert "Production" not in text
        assert "Resources" not in text
        assert "Bill of materials" not in text
        assert "Routing" not in text


@pytest.mark.parametrize(
    "name", ["iscm_production:orders", "foundation_items:resources", "foundation_items:add_resource"]
)
def test_a_page_of_another_way_is_not_there_and_says_why(admin, name):
    make.make_company(**TRADER)

    answer = admin.get(reverse(name))

    assert answer.status_code == 404
    text = answer.content.decode()
    assert "for companies that make goods" in text
    assert reverse("foundation_companies:company") in text


def test_who_may_not_switch_it_on_is_told_whom_to_ask(client):
    make.make_company(**TRADER)
    client.force_login(make.make_user(roles=["production"]))

    answer = client.get(reverse("iscm_production:orders"))

    assert answer.status_code == 404
    assert "ask somebody who keeps Our company" in answer.content.decode()


def test_a_bill_of_materials_cannot_be_written_by_address(admin):
    make.make_company(**TRADER)
    item = make.make_item("MON-15")

    answer = admin.post(reverse("foundation_items:add_bill", args=[item.pk]), {"batch": "1", "rank": "1"})

    assert answer.status_code == 404
    assert BillOfMaterials.objects.count() == 0


def test_switched_on_in_our_company_it_is_there_at_once(admin):
    company = make.make_company(**TRADER)
    page = reverse("foundation_companies:company")
    data = {
        "name": "Rantai Jaya", "zone": "Asia/Jakarta", "language": "id", "calendar": company.calendar_id,
        "fiscal_year_start_month": "1", "invoice_on": "delivered", "tax_code": "PPN", "revision": company.revision,
        "trades": "on", "makes": "on",
    }  # fmt: skip

    assert admin.post(page, data).status_code == 302

    assert reverse("iscm_production:orders") in admin.get("/items/").content.decode()
    assert admin.get(reverse("iscm_production:orders")).status_code == 200


def test_a_trader_is_not_asked_how_it_makes(admin):
    make.make_company(**TRADER)
    item = make.make_item("MON-15")

    source = admin.get(reverse("foundation_items:add_source", args=[item.pk])).context["form"]
    new = admin.get(reverse("foundation_items:add")).context["form"]
    brought = admin.get(reverse("wires_imports:new")).context["form"]
    allowed = admin.get(reverse("foundation_companies:policies")).context["form"]

    assert [code for code, _name in source.fields["kind"].choices] == ["buy", "move"]
    assert {"bill", "routing"} & set(source.fields) == set()
    assert [code for code, _name in new.fields["decoupling"].choices] == ["stock"]
    assert {"boms", "routings", "resources"} & {code for code, _name in brought.fields["kind"].choices} == set()
    assert [code for code, _name in allowed.fields["kind"].choices] == ["purchase", "transfer"]


def test_what_is_stored_stays_choosable(admin):
    company = make.make_company()
    item = make.make_item("MON-15", decoupling="make")
    Company.objects.filter(pk=company.pk).update(**TRADER)

    form = admin.get(reverse("foundation_items:edit", args=[item.pk])).context["form"]

    assert [code for code, _name in form.fields["decoupling"].choices] == ["stock", "make"]


def test_who_only_lets_partners_ship_keeps_no_stock(admin):
    make.make_company(**PARTNERS_ONLY)
    item = make.make_item("MON-15")

    rail = admin.get("/items/").content.decode()
    form = admin.get(reverse("foundation_items:add_source", args=[item.pk])).context["form"]

    for name in ("iscm_inventory:stock", "iscm_fulfilment:receipts", "iscm_fulfilment:transfers"):
        assert reverse(name) not in rail
        assert admin.get(reverse(name)).status_code == 404
    assert reverse("iscm_fulfilment:shipments") in rail
    assert [code for code, _name in form.fields["kind"].choices] == ["buy", "dropship"]
    assert "origin" not in form.fields


def test_a_company_that_does_everything_sees_every_station_there_is(admin):
    make.make_company(serves=True)

    rail = admin.get("/items/").content.decode()

    names = list_names()
    missing = [
        station.url_name
        for station in navigation.STATIONS
        if station.url_name in names and reverse(station.url_name) not in rail
    ]
    assert missing == []


def test_the_ways_are_asked_once_a_request(admin, django_assert_max_num_queries):
    make.make_company()

    with django_assert_max_num_queries(1), parties.ask_ways_once():
        assert parties.is_shown("iscm_production:orders")
        assert parties.is_shown("source:make")
        assert parties.find_ways() == {"makes", "trades", "dropships"}
    assert run_atomic(parties.find_ways) == {"makes", "trades", "dropships"}
