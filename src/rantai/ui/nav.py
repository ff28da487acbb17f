"""The rail: stations of the chain from upstream to downstream, and what the shell shows around a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, get_urlconf, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from rantai.ui import formats
from rantai.ui.shapes import Tab

HOUSES = ("suppliers", "operations", "customers")
HOUSE_NAMES = {"suppliers": _("Suppliers"), "operations": _("Operations"), "customers": _("Customers")}
COUNT_SECONDS = 30
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Room:
    """One of the pages of a station, a tab on each of them."""

    label: Any
    url_name: str
    count: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """A page that the rail leads to; house is one of HOUSES, "top" or "end"; count a dotted path of f(user)."""

    house: str
    label: Any
    url_name: str
    permission: str
    icon: str = ""
    count: str = ""
    key: str = ""
    rooms: tuple[Room, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """A number beside a station; red where it counts hurt customers."""

    n: int
    hurt: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A station as one user sees it."""

    station: Station
    href: str
    current: bool
    count: Count | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The stations of one house."""

    house: str
    name: Any
    stops: tuple[Stop, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What the shell knows of the company: UI_STATUS names a function request → Status."""

    company: str = ""
    fresh: str = ""
    jobs: int = 0
    jobs_url: str = ""
    notices: int = 0
    notices_url: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates what the shell needs; every part is worked out only if a template asks."""
    return {
        "layout": "ui/panel_only.html" if _goes_to_the_side(request) else "ui/base.html",
        "house": _house(request),
        "theme": _theme(request),
        "rail": SimpleLazyObject(lambda: list_stretches(request)),
        "rooms": SimpleLazyObject(lambda: list_rooms(request)),
        "status": SimpleLazyObject(lambda: _status(request)),
        "search_url": SimpleLazyObject(lambda: _find_url(getattr(settings, "UI_SEARCH_URL_NAME", "")) or ""),
        "account_url": SimpleLazyObject(lambda: _find_url(getattr(settings, "UI_ACCOUNT_URL_NAME", "")) or ""),
    }


def list_stretches(request: HttpRequest) -> dict[str, Any]:
    """Return the rail that this user may walk: top, houses in the order of the flow, end."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"top": (), "houses": (), "end": ()}
    reachable = _list_reachable(getattr(settings, "UI_NAVIGATION", ""), get_urlconf() or settings.ROOT_URLCONF)
    here = _longest_prefix(request.path, [href for _station, href in reachable])
    stops = [
        Stop(station, href, href == here, _count(station, user))
        for station, href in reachable
        if user.has_perm(station.permission) and is_shown(station)
    ]
    by_house = {
        house: tuple(stop for stop in stops if stop.station.house == house) for house in (*HOUSES, "top", "end")
    }
    houses = tuple(Stretch(house, HOUSE_NAMES[house], by_house[house]) for house in HOUSES if by_house[house])
    return {"top": by_house["top"], "houses": houses, "end": by_house["end"]}


def list_rooms(request: HttpRequest) -> list[Tab]:
    """Return the rooms that the page is one of, as tabs: of a station, or the sides of one thing."""
    match = request.resolver_match
    if match is None:
        return []
    here, keys = match.view_name, match.kwargs
    groups = [*(one.rooms for one in stations()), *_list_sides()]
    every = next((group for group in groups if here in {room.url_name for room in group}), ())
    reachable = [(room, href) for room in every if (href := _find_url(room.url_name, keys)) and may_open(request, href)]
    return [_draw_tab(room, href, current=room.url_name == here, user=request.user) for room, href in reachable]


def _draw_tab(room: Room, href: str, *, current: bool, user: Any) -> Tab:
    count = _count(room, user) if room.count else None
    return Tab(str(room.label), href, current, formats.number(count.n) if count else None, bool(count and count.hurt))


def may_open(request: HttpRequest, href: str) -> bool:
    """Tell whether this user may open a page of ours: what would be refused is better not offered."""
    if not href.startswith("/"):
        return True
    path = urlsplit(href).path
    # Pages that differ by a number ask for the same right: a list of fifty links is judged once.
    known: dict[str, bool] = request.__dict__.setdefault("_may_open", {})
    kind = _NUMBER.sub("0", path)
    if kind not in known:
        known[kind] = _is_granted(request.user, path)
    return known[kind]


def _is_granted(user: Any, path: str) -> bool:
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    permission = getattr(view, "permission", "")
    return not permission or user.has_perm(permission)


# Addresses stay as they are while the program runs, and the rail asks for two dozen of them.
@lru_cache(maxsize=8)
def _list_reachable(_navigation: str, _urls: str) -> list[tuple[Station, str]]:
    return [(station, href) for station in stations() if (href := _find_url(station.url_name))]


def stations() -> list[Station]:
    """Return the rail list of the settings."""
    return list(import_module(settings.UI_NAVIGATION).STATIONS) if getattr(settings, "UI_NAVIGATION", "") else []


def _list_sides() -> tuple[tuple[Room, ...], ...]:
    name = getattr(settings, "UI_NAVIGATION", "")
    return tuple(getattr(import_module(name), "SIDES", ())) if name else ()


def is_shown(station: Station) -> bool:
    """Ask whether the page has a place in this company: UI_IS_SHOWN names a function URL name → bool."""
    path = getattr(settings, "UI_IS_SHOWN", "")
    return not path or bool(import_string(path)(station.url_name))


def count_key(user: Any, url_name: str) -> str:
    """Return under which key a person's count of a station is held, for who has just changed it."""
    return f"ui.count.{user.pk}.{url_name}"


def _count(station: Station | Room, user: Any) -> Count | None:
    if not station.count:
        return None
    key = count_key(user, station.url_name)
    held = cache.get(key)
    if held is None:
        held = (_as_count(import_string(station.count)(user)),)
        cache.set(key, held, COUNT_SECONDS)
    return held[0]


def _as_count(answer: int | Count | None) -> Count | None:
    return Count(answer) if isinstance(answer, int) else answer


def _status(request: HttpRequest) -> Status:
    path = getattr(settings, "UI_STATUS", "")
    return import_string(path)(request) if path else Status()


def _theme(request: HttpRequest) -> str:
    """Return what the cookie says; without one, what the user's account says (asked only of the signed in)."""
    chosen = request.COOKIES.get("theme")
    if chosen is None and settings.SESSION_COOKIE_NAME in request.COOKIES:
        chosen = getattr(getattr(request, "user", None), "theme", "")
    return chosen if chosen in {"light", "dark"} else ""


def _house(request: HttpRequest) -> str:
    match = request.resolver_match
    view = match.func if match else None
    return getattr(getattr(view, "view_class", view), "house", "") or ""


def _goes_to_the_side(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target", "").endswith("#side")


def _find_url(name: str, keys: dict[str, Any] | None = None) -> str | None:
    if not name:
        return None
    try:
        return reverse(name, kwargs=keys)
    except NoReverseMatch:
        return None


def _longest_prefix(path: str, hrefs: list[str]) -> str:
    matching = [href for href in hrefs if path == href or (href != "/" and path.startswith(href))]
    return max(matching, key=len, default="")
