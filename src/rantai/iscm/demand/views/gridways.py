"""The ways through the grid: down a row, up the path, to other rows, weeks and months, each an address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.iscm.demand.queries import grid as queries
from rantai.iscm.demand.queries import names
from rantai.iscm.demand.queries.grid import Grid
from rantai.iscm.demand.queries.gridrows import MONTHS, WEEKS, Asked
from rantai.iscm.demand.queries.levels import Level, Trees
from rantai.ui import shapes


def describe(found: Grid) -> dict[str, Any]:
    """Return every way that leads on from a page of the grid."""
    asked = found.asked
    return {
        "tabs": list_groups(asked),
        "periods": list_periods(asked),
        "steps_url": address(asked, lines="" if asked.shows_steps else "all", page=asked.page if asked.page > 1 else 0),
        "crumbs": list_crumbs(asked),
        "earlier": address(asked, **{"from": max(0, asked.start - queries.WEEKS_SHOWN)}) if asked.start else "",
        "later": later(found),
        "previous": address(asked, page=asked.page - 1) if asked.page > 1 else "",
        "next": address(asked, page=asked.page + 1) if asked.page < found.pages else "",
        "xlsx": address(asked, export="xlsx"),
        "kept_words": [(name, value) for name, value in words(asked).items() if name != "q"],
    }


def address(asked: Asked, **changed: Any) -> str:
    """Return the grid's address with words changed; an empty word is left out, and paging starts again."""
    told = {name: value for name, value in (words(asked) | changed).items() if value}
    return f"{reverse('iscm_demand:grid')}?{urlencode(told)}"


def way_down(level: Level, asked: Asked, parents: set[int]) -> str:
    """Return where a row leads: a category opens, an item shows its places, an item at a place its own page."""
    if level.item and level.location:
        return reverse("iscm_demand:forecast_at", args=[level.item, level.location])
    to = {
        "i": level.item,
        "c": level.category,
        "l": level.location,
        "t": level.territory,
        "p": level.party,
        "g": level.segment,
        "q": "",
        "from": asked.start,
    }
    if asked.group == "segment":
        return address(asked, **to, by="customer")
    if asked.group == "customer":
        return address(asked, **to, by="place" if level.item else "item")
    if asked.group == "item":
        return address(asked, **to, by="place")
    if asked.group == "category":
        return address(asked, **to, by="category" if level.category in parents else "item")
    return address(asked, **to, by="category" if not level.category else "item")


def list_groups(asked: Asked) -> list[shapes.Tab]:
    """Return what rows may stand for, each with its address."""
    names = {
        "category": _("Categories"), "item": _("Items"), "place": _("Items by location"), "location": _("Locations"),
        "territory": _("Territories"), "segment": _("Segments"), "customer": _("Customers"),
    }  # fmt: skip
    left_out = set()
    if asked.level.item:
        left_out = {"category", "item"}
    if asked.level.location:
        left_out |= {"location", "territory"}
    if asked.level.party:
        left_out |= {"segment", "customer"}
    if asked.level.segment:
        left_out |= {"segment"}
    return [
        shapes.Tab(name, address(asked, by=group), current=group == asked.group)
        for group, name in names.items()
        if group not in left_out
    ]


def list_periods(asked: Asked) -> list[tuple[str, str, bool]]:
    """Return weeks and months, each with its address."""
    is_months = asked.per == MONTHS
    return [
        (_("Weeks"), address(asked, per=""), not is_months),
        (_("Months"), address(asked, per=MONTHS, **{"from": 0}), is_months),
    ]


def list_crumbs(asked: Asked) -> list[tuple[str, str]]:
    """Return the way back up: everything, then the groups above, the thing, the customer, each with its address."""
    level, whole = asked.level, replace(asked.level, party=0, segment=0)
    if level == Level():
        return []
    up = [(_("Everything"), address(Asked(per=asked.per)))]
    trees, at = Trees(), level.category
    above: list[int] = []
    while at and at not in above:
        above.append(at)
        at = trees.parents.get(at, 0)
    held = [Level(category=category, location=level.location, territory=level.territory) for category in above[1:]]
    buyer = Level(party=level.party, segment=level.segment)
    whose = "customer" if level.party else "segment" if level.segment else ""
    named = names.name_levels([*held, whole, buyer])
    up += [(named[one], address(asked, c=one.category, p=0, g=0, by="category", q="")) for one in reversed(held)]
    if whole != Level():
        up.append((named[whole], address(asked, p=0, g=0, by=whose, q="") if whose else ""))
    return [*up, (named[buyer], "")] if whose else up


def later(found: Grid) -> str:
    """Return the address of the weeks after those shown, or nothing."""
    asked = found.asked
    more = asked.per == WEEKS and found.buckets and found.buckets[-1].last < found.run.horizon
    return address(asked, **{"from": asked.start + queries.WEEKS_SHOWN}) if more else ""


def words(asked: Asked) -> dict[str, Any]:
    """Return the words of an address."""
    held = {
        "i": asked.level.item, "c": asked.level.category, "l": asked.level.location, "t": asked.level.territory,
        "p": asked.level.party, "g": asked.level.segment, "by": asked.group,
        "per": "" if asked.per == WEEKS else asked.per,
        "from": asked.start, "q": asked.text, "lines": "all" if asked.shows_steps else "",
    }  # fmt: skip
    return {name: value for name, value in held.items() if value}
