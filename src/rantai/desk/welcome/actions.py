"""Found a company with its places and its first administrator, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from rantai.desk.welcome import links
from rantai.foundation.access import actions as access
from rantai.foundation.access.models import User
from rantai.foundation.companies import actions as companies
from rantai.foundation.companies import rules as taxes
from rantai.foundation.locations import actions as locations
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties import queries as party_queries
from rantai.foundation.parties.models import Company
from rantai.kernel.transactions import require_transaction

BY = "welcome"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A first place of the company."""

    name: str
    kind: str
    city: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The first administrator; the password is hashed already, which takes longer than a transaction may."""

    name: str
    email: str
    password_hash: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Founding:
    """Everything that the pages of the first day asked about the company."""

    name: str
    country: str
    money: Mapping[str, Any]
    ways: Mapping[str, bool]
    sites: Sequence[Site]


def found_company(founding: Founding, *, person: Person, token: str = "") -> User:
    """Found the company with its first administrator, using the link up; raises links.LinkOver where it is over.

    Without a token the caller answers for who asks.
    """
    require_transaction()
    if token:
        links.use_up(token)
    money = founding.money
    company = companies.create_company(
        code=shorten(founding.name, default="OWN"),
        name=founding.name,
        country=founding.country,
        currency=money["currency"],
        zone=money["zone"],
        language=money["language"],
        tax_id=money["tax_id"],
        tax_code="" if money["own_tax"] else money["tax_code"],
        own_tax=_make_tax(money),
        working_days=money["days"],
        **founding.ways,
        by=BY,
    )
    _add_sites(company, founding)
    return add_administrator(person)


def appoint(person: Person, *, token: str = "") -> User:
    """Give a company that an import founded its first administrator, using the link up; raises links.LinkOver."""
    require_transaction()
    if token:
        links.use_up(token)
    party_queries.get_company()
    return add_administrator(person)


def add_administrator(person: Person) -> User:
    """Add the administrator; raises AddressInUse."""
    user = access.add_user(person.email, name=person.name, by=BY, language=person.language, is_admin=True)
    User.objects.filter(pk=user.pk).update(password=person.password_hash)
    user.refresh_from_db(fields=["password"])
    return user


def shorten(name: str, *, default: str) -> str:
    """Return a code of at most twelve letters and digits, the default where a name has none of ours."""
    plain = slugify(name).replace("-", " ").upper().split()
    kept = [word for word in plain if word not in _FORMS] or plain
    return "-".join(kept)[:12].strip("-") or default


_FORMS = {"PT", "CV", "UD", "TBK", "LTD", "LLC", "INC", "GMBH", "AG", "BV", "SA", "CO", "PTE", "SDN", "BHD", "PLC"}


def _make_tax(money: Mapping[str, Any]) -> taxes.Tax | None:
    if not money["own_tax"]:
        return None
    name = money["own_tax"]
    return taxes.Tax(
        shorten(name, default="TAX"),
        {"en": name, "id": name, "zh-hans": name},
        (taxes.Rate(taxes.LONG_AGO, money["own_rate"]),),
    )


def _add_sites(company: Company, founding: Founding) -> None:
    """Add each place, and its address to the company's own, by which partners find it."""
    taken: set[str] = set()
    for number, site in enumerate(founding.sites, start=1):
        code = shorten(site.name, default=f"SITE-{number}")
        if code in taken:
            code = f"{code[:9]}-{number}"
        taken.add(code)
        locations.add_location(
            code, name=site.name, company_id=company.pk, kind=site.kind, zone=company.zone, calendar=company.calendar,
            by=BY,
        )  # fmt: skip
        parties.add_address(
            company.party_id, kind="ship", attention=site.name, city=site.city, country=founding.country,
            zone=company.zone, calendar=company.calendar,
        )  # fmt: skip
