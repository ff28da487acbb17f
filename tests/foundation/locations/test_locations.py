"""Places, lanes, and the pages that keep them."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.locations import actions, queries
from rantai.foundation.locations.models import Lane, Location
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"foundation_locations:{name}", args=args)


@pytest.fixture
def planner(client):
    make.make_company()
    user = make.make_user(roles=["planner"])
    client.force_login(user)
    return user


def test_lanes_are_found_up_the_tree_nearest_first():
    asia = make.make_territory("ASIA")
    indonesia = make.make_territory("ID", parent=asia)
    java = make.make_territory("JAVA", parent=indonesia)
    jakarta, singapore, surabaya = (make.make_site(code) for code in ("JKT", "SIN", "SUB"))
    far = make.make_lane(singapore, territory=asia, rank=1)
    second = make.make_lane(surabaya, territory=java, rank=2)
    first = make.make_lane(jakarta, territory=java, rank=1)
    make.make_lane(jakarta, territory=java, rank=1, valid_to=date(2026, 1, 1))
    make.make_lane(jakarta, territory=make.make_territory("EU"))
    address = make.make_party(territory=java).addresses.get()

    assert queries.list_serving(address.pk, on=date(2026, 11, 21)) == [first, second, far]
    assert queries.list_serving(make.make_party().addresses.get().pk) == []


def test_accounts_of_the_ledger_are_no_places():
    company = make.make_company()
    site = make.make_site()

    assert list(queries.list_places()) == [site]
    assert list(queries.list_sites()) == [site]
    assert len({queries.get_account(company.pk, kind) for kind in ("supplier", "customer", "transit")}) == 3


def test_a_place_cannot_lie_inside_itself(client, planner):
    site = make.make_site("JKT")
    with transaction.atomic():
        zone = actions.add_location("JKT-A", name="A", company_id=site.company_id, kind="zone", parent=site)

    with pytest.raises(actions.LocationCircle), transaction.atomic():
        actions.edit_location(site, values={"parent": zone}, expected_revision=1, by="test")

    data = {
        "name": "JKT",
        "kind": "warehouse",
        "zone": "Asia/Jakarta",
        "cut_off": "16:00",
        "parent": zone.pk,
        "revision": 1,
    }
    answer = client.post(url("location", site.pk), data)
    assert answer.status_code == 422
    assert "cannot lie inside itself" in answer.content.decode()


def test_a_place_is_added_and_changed(client, planner):
    data = {"code": "SUB", "name": "Surabaya", "kind": "warehouse", "zone": "Asia/Jakarta", "cut_off": "15:30"}

    client.post(url("add"), data)
    site = Location.objects.get(code="SUB")
    assert (site.cut_off, site.company.code) == (55_800, "RNT")

    client.post(url("location", site.pk), data | {"name": "Surabaya 2", "revision": 1})
    assert Location.objects.get(code="SUB").name == "Surabaya 2"
    assert client.post(url("location", site.pk), data | {"revision": 1}).status_code == 409


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "JKT"},
        {"cut_off": "25:00"},
        {"zone": "Nowhere"},
        {"kind": "bin"},
        {"latitude": "91"},
        {"gln": "1"},
        {"name": ""},
    ],
)
def test_a_bad_place_is_refused(client, planner, changed):
    make.make_site("JKT")
    data = {
        "code": "SUB",
        "name": "Surabaya",
        "kind": "warehouse",
        "zone": "Asia/Jakarta",
        "cut_off": "15:30",
    } | changed

    assert client.post(url("add"), data).status_code == 422
    assert not Location.objects.filter(code="SUB").exists()


def test_a_lane_has_one_end(client, planner):
    jakarta, surabaya = make.make_site("JKT"), make.make_site("SUB")
    territory = make.make_territory("ID")
    data = {"origin": jakarta.pk, "rank": "1", "transit_days": "2"}

    for ends in ({}, {"destination": surabaya.pk, "territory": territory.pk}, {"destination": jakarta.pk}):
        assert client.post(url("add_lane"), data | ends).status_code == 422
    assert Lane.objects.count() == 0

    client.post(url("add_lane"), data | {"territory": territory.pk})
    lane = Lane.objects.get()
    client.post(url("lane", lane.pk), data | {"territory": territory.pk, "transit_days": "3"})
    lane.refresh_from_db()
    assert (lane.territory, lane.transit_days) == (territory, 3)


def test_the_same_lanes_twice_change_nothing():
    site, territory = make.make_site(), make.make_territory()
    row = actions.LaneRow(key="1", origin_id=site.pk, territory_id=territory.pk, transit_days=2)
    with transaction.atomic():
        first = actions.upsert_lanes([row], source="file")
        before = Lane.objects.get().changed_seq
        assert actions.upsert_lanes([row], source="file") == first

    assert Lane.objects.get().changed_seq == before


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_opens_in_every_language(client, planner, language):
    User.objects.update(language=language)
    site = make.make_site(serves=make.make_territory())
    lane = Lane.objects.get()
    pages = [
        url("locations"),
        url("add"),
        url("location", site.pk),
        url("lanes"),
        url("add_lane"),
        url("lane", lane.pk),
    ]

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_a_sales_person_looks_but_does_not_touch(client):
    make.make_company()
    site = make.make_site()
    client.force_login(make.make_user(roles=["sales"]))

    assert client.get(url("location", site.pk)).status_code == 200
    assert client.get(url("add")).status_code == 403
    assert client.post(url("location", site.pk), {"name": "X"}).status_code == 403
    assert Location.objects.get(pk=site.pk).name == "Site JKT"
