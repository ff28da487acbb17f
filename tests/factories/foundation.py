"""Make masters for tests, through the actions, so that they obey the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from django.db import transaction

from rantai.foundation.access import actions as access
from rantai.foundation.access.models import Role, Territory, User
from rantai.foundation.companies import actions as companies
from rantai.foundation.items.actions import bills, items, routings, sources
from rantai.foundation.items.models import BillOfMaterials, Item, Routing, Source
from rantai.foundation.locations import actions as locations
from rantai.foundation.locations.models import Lane, Location
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import Address, Company, Party

PASSWORD = "a long pass phrase"
_numbers = count(1)


@transaction.atomic
def make_company(code: str = "RNT", **facts: Any) -> Company:
    """A company in Jakarta that does everything, or the one that is there."""
    found = Company.objects.filter(code=code).first()
    described = {"name": "Rantai Jaya", "currency": "IDR", "country": "ID", "zone": "Asia/Jakarta"} | facts
    return found or companies.create_company(code=code, **described)


@transaction.atomic
def make_territory(code: str = "ID", *, parent: Territory | None = None) -> Territory:
    """A node of the territory tree, or the one that is there."""
    found = Territory.objects.filter(code=code).first()
    return found or access.add_territory(code, name={"en": code}, parent=parent)


@transaction.atomic
def make_site(code: str = "JKT", *, kind: str = "warehouse", serves: Territory | None = None, **facts: Any) -> Location:
    """A warehouse in Jakarta with the company's calendar; with `serves`, a lane of a day to that territory."""
    company = make_company()
    place = {"zone": company.zone, "calendar": company.calendar} | facts
    site = locations.add_location(code, name=f"Site {code}", company_id=company.pk, kind=kind, **place)
    if serves:
        make_lane(site, territory=serves)
    return site


@transaction.atomic
def make_lane(origin: Location, **facts: Any) -> Lane:
    """A lane of one day from a site."""
    return locations.add_lane(origin.pk, **facts)


@transaction.atomic
def make_party(
    name: str = "",
    *,
    role: str = "customer",
    territory: Territory | None = None,
    email: str | None = None,
    **facts: Any,
) -> Party:
    """A customer (or another role) in Jakarta with an address and an e-mail."""
    number = next(_numbers)
    address = f"party{number}@example.org" if email is None else email
    party = parties.add_party(name or f"Party {number}", roles=[role], email=address, **facts)
    make_address(party, territory=territory)
    return party


@transaction.atomic
def make_address(party: Party, *, territory: Territory | None = None, **place: Any) -> Address:
    """A place of a party in Jakarta."""
    described = {"street": "Jalan Melati 1", "city": "Jakarta", "country": "ID", "zone": "Asia/Jakarta"} | place
    return parties.add_address(party.pk, territory=territory, **described)


@transaction.atomic
def make_item(code: str = "", *, name: Mapping[str, str] | str = "", unit: str = "PCE", **facts: Any) -> Item:
    """A stocked item counted in pieces."""
    code = code or f"ITEM-{next(_numbers)}"
    return items.add_item(code, name=name or f"Item {code}", unit=unit, **facts)


@transaction.atomic
def make_source(item: Item, *, kind: str = "buy", supplier: Party | None = None, **facts: Any) -> Source:
    """A source of an item, by default bought in five days."""
    described = {"lead_time_days": 5} | facts
    return sources.add_source(item.pk, kind=kind, supplier=supplier, **described)


@transaction.atomic
def make_bill(item: Item, components: Sequence[tuple[Item, int]], **facts: Any) -> BillOfMaterials:
    """A bill for one unit of an item from whole units of components."""
    lines = [bills.Component(item_id=part.pk, quantity=units * 10_000) for part, units in components]
    return bills.add_bill(item.pk, components=lines, **facts)


@transaction.atomic
def make_routing(item: Item, steps: Sequence[tuple[str, int]], **facts: Any) -> Routing:
    """A routing of named steps with the working seconds of one unit."""
    rows = [
        routings.Step(step=10 * place, name={"en": name}, seconds_per_unit=seconds * 10_000)
        for place, (name, seconds) in enumerate(steps, start=1)
    ]
    return routings.add_routing(item.pk, steps=rows, **facts)


@transaction.atomic
def make_user(email: str = "", *, roles: Sequence[str] = (), **facts: Any) -> User:
    """A colleague with builtin roles who signs in with PASSWORD; pass is_admin=True for an administrator."""
    access.add_builtin_roles()
    number = next(_numbers)
    user = access.add_user(
        email or f"user{number}@example.org", name=facts.pop("name", f"User {number}"), password=PASSWORD, by="test",
        **facts,
    )  # fmt: skip
    user.roles.set(Role.objects.filter(code__in=roles))
    return user
