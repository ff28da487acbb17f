"""The rail: only what exists and what the user may open, current by its address, counts held for a while."""

import types
from dataclasses import dataclass, field

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import path, resolve
from django.views.i18n import set_language

from rantai.ui import nav

urlpatterns = [
    path("orders/", set_language, name="orders"),
    path("orders/late/", set_language, name="late_orders"),
    path("stock/", set_language, name="stock"),
    path("stock/counted/", set_language, name="counted"),
    path("items/<int:item_id>/bought/", set_language, name="bought"),
    path("items/<int:item_id>/made/", set_language, name="made"),
]
asked: list[str] = []


@dataclass
class Person:
    permissions: set[str] = field(default_factory=set)
    is_authenticated: bool = True
    pk: int = 7

    def has_perm(self, permission: str) -> bool:
        return permission in self.permissions


def count_late(user: Person) -> nav.Count:
    asked.append("late")
    return nav.Count(3, hurt=True)


STOCK_ROOMS = (nav.Room("On hand", "stock"), nav.Room("Counted", "counted", f"{__name__}.count_late"))
SIDES = ((nav.Room("Bought", "bought"), nav.Room("Made", "made")),)


@pytest.fixture
def rail(settings, monkeypatch, own_addresses):
    cache.clear()
    asked.clear()
    settings.ROOT_URLCONF = __name__
    stations = [
        nav.Station("operations", "Stock", "stock", "stock.view", rooms=STOCK_ROOMS),
        nav.Station("customers", "Orders", "orders", "orders.view", count=f"{__name__}.count_late"),
        nav.Station("customers", "Late orders", "late_orders", "orders.view"),
        nav.Station("customers", "Not built yet", "nowhere", "orders.view"),
        nav.Station("top", "The loop", "stock", "desk.view"),
    ]
    monkeypatch.setattr(nav, "import_module", lambda name: types.SimpleNamespace(STATIONS=stations, SIDES=SIDES))
    settings.UI_NAVIGATION = "anything"

    def draw(address: str, user: Person) -> dict:
        request = RequestFactory().get(address)
        request.user = user
        return nav.list_stretches(request)

    return draw


def test_it_shows_what_exists_and_what_the_user_may_open(rail):
    drawn = rail("/stock/", Person({"orders.view"}))

    assert [(one.house, [stop.station.label for stop in one.stops]) for one in drawn["houses"]] == [
        ("customers", ["Orders", "Late orders"])
    ]
    assert drawn["top"] == ()


def test_houses_stand_from_upstream_to_downstream(rail):
    drawn = rail("/stock/", Person({"orders.view", "stock.view"}))

    assert [one.house for one in drawn["houses"]] == ["operations", "customers"]


@pytest.mark.parametrize(
    ("address", "current"), [("/orders/", "Orders"), ("/orders/17/", "Orders"), ("/orders/late/", "Late orders")]
)
def test_the_nearest_address_is_where_you_stand(rail, address, current):
    drawn = rail(address, Person({"orders.view"}))

    assert [stop.station.label for stop in drawn["houses"][0].stops if stop.current] == [current]


def test_a_count_is_asked_once_in_a_while(rail):
    first = rail("/orders/", Person({"orders.view"}))
    rail("/orders/", Person({"orders.view"}))

    assert first["houses"][0].stops[0].count == nav.Count(3, hurt=True)
    assert asked == ["late"]


def test_a_count_of_what_the_user_may_not_open_is_never_asked(rail):
    rail("/orders/", Person({"stock.view"}))

    assert asked == []


def test_nobody_signed_in_walks_nowhere(rail):
    assert rail("/orders/", Person({"orders.view"}, is_authenticated=False))["houses"] == ()


def list_rooms(address: str) -> list[tuple]:
    request = RequestFactory().get(address)
    request.user, request.resolver_match = Person({"stock.view"}), resolve(address)
    return [(tab.label, tab.href, tab.current, tab.count) for tab in nav.list_rooms(request)]


def test_the_rooms_of_a_station_stand_on_each_of_them_with_their_counts(rail):
    assert list_rooms("/stock/counted/") == [
        ("On hand", "/stock/", False, None),
        ("Counted", "/stock/counted/", True, "3"),
    ]
    assert list_rooms("/orders/") == []


def test_the_sides_of_a_thing_lead_to_the_same_thing(rail):
    assert [(label, href, current) for label, href, current, _count in list_rooms("/items/12/made/")] == [
        ("Bought", "/items/12/bought/", False),
        ("Made", "/items/12/made/", True),
    ]
