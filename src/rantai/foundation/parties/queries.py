"""Read companies, parties, taxes and rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from cryptography.fernet import Fernet
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rantai.foundation.parties import rules
from rantai.foundation.parties.models import (
    Address,
    Company,
    ExchangeRate,
    MergeOperation,
    Party,
    PartyKey,
    TaxRate,
    Tombstone,
)
from rantai.kernel.compiled import Compiled
from rantai.kernel.models import AuditEntry

ONE = 1_000_000_000
"""An exchange rate of one."""


_held_companies: ContextVar[dict[int | None, Company | None] | None] = ContextVar("companies", default=None)
_held_ways: ContextVar[list[frozenset[str] | None] | None] = ContextVar("ways", default=None)


class NoCompany(LookupError):
    """Nobody set a company up yet."""

    def __init__(self) -> None:
        super().__init__(_("There is no company yet. Set one up first."))


def get_company(company_id: int | None = None) -> Company:
    """Return a company of ours, by default the first; raises NoCompany."""
    company = find_company(company_id)
    if company is None:
        raise NoCompany
    return company


def find_company(company_id: int | None = None) -> Company | None:
    """Return a company of ours, by default the first, or None."""
    held = _held_companies.get()
    if held is None:
        return _read_company(company_id)
    if company_id not in held:
        held[company_id] = _read_company(company_id)
    return held[company_id]


@contextmanager
def ask_company_once() -> Iterator[None]:
    """Let `find_company` ask the database once in this block, which writes nothing: the edge opens one for each GET."""
    token = _held_companies.set({})
    try:
        yield
    finally:
        _held_companies.reset(token)


def _read_company(company_id: int | None) -> Company | None:
    return next(iter(_FIRST_COMPANY.read() if company_id is None else _COMPANIES.read(company_id)), None)


_FIRST_COMPANY = Compiled(lambda: Company.objects.select_related("party").order_by("id")[:1])
_COMPANIES = Compiled(lambda company_id: Company.objects.select_related("party").filter(pk=company_id))


@contextmanager
def ask_ways_once() -> Iterator[None]:
    """Let `find_ways` ask the database at most once in this block: the edge opens one for each request."""
    token = _held_ways.set([])
    try:
        yield
    finally:
        _held_ways.reset(token)


def find_ways() -> frozenset[str] | None:
    """Return the ways in which our companies work (see rules.WAYS), or None where there is no company yet."""
    held = _held_ways.get()
    if held is None:
        return _read_ways()
    if not held:
        held.append(_read_ways())
    return held[0]


def _read_ways() -> frozenset[str] | None:
    rows = list(Company.objects.values_list(*rules.WAYS))
    if not rows:
        return None
    return frozenset(way for row in rows for way, is_on in zip(rules.WAYS, row, strict=True) if is_on)


def is_shown(name: str) -> bool:
    """Tell whether a page or a choice has a place in the way our companies work."""
    return not rules.list_needed(name) or rules.is_shown(name, find_ways() or frozenset())


def list_shown(choices: Iterable[tuple[str, Any]], *, what: str, kept: str = "") -> list[tuple[str, Any]]:
    """Return the choices of some kind ('source') that have a place in the way we work, and the one that is stored."""
    ways = find_ways() or frozenset()
    return [(code, name) for code, name in choices if code == kept or rules.is_shown(f"{what}:{code}", ways)]


def canonical_id(party_id: int) -> int:
    """Return the party that an alias stands for: itself where it was never merged."""
    seen = {party_id}
    current = party_id
    while (following := _read_canonical(current)) is not None:
        if following in seen:
            break
        seen.add(following)
        current = following
    return current


def get_canonical(party_id: int) -> Party:
    """Return the party that an alias stands for; raises DoesNotExist."""
    return _PARTIES.read(canonical_id(party_id))[0]


_PARTIES = Compiled(lambda party_id: Party.objects.filter(pk=party_id))


def _read_canonical(party_id: int) -> int | None:
    found = _CANONICAL.read(party_id)
    if not found:
        raise Party.DoesNotExist(f"No party {party_id}")
    return found[0][0]


_CANONICAL = Compiled(lambda party_id: Party.objects.filter(pk=party_id).values_list("canonical_id"))


def list_party_ids(party_id: int) -> list[int]:
    """Return the ids under which a party's documents stand: its canonical one and every alias, for scoped queries."""
    found = [canonical_id(party_id)]
    layer = list(found)
    while layer:
        layer = [pk for (pk,) in _ALIASES.read(layer) if pk not in found]
        found += layer
    return found


_ALIASES = Compiled(lambda party_ids: Party.objects.filter(canonical_id__in=party_ids).values_list("pk"))


def list_open_merges(party_id: int) -> QuerySet[MergeOperation]:
    """Return the merges into a party that were not undone."""
    rows = MergeOperation.objects.filter(survivor_id=party_id, action="merge", alias__canonical_id=party_id)
    undone = MergeOperation.objects.filter(action="undo").values("undoes_id")
    return rows.exclude(pk__in=undone).select_related("alias").order_by("-id")


def is_erased(party_id: int) -> bool:
    """Tell whether what was personal of a party was erased."""
    return Tombstone.objects.filter(party_id=party_id).exists()


def list_parties(role: str = "") -> QuerySet[Party]:
    """Return the parties that are no alias and not archived, of one role or of any."""
    rows = Party.objects.filter(canonical=None, archived_at=None)
    return rows.filter(roles__role=role, roles__ended_on=None) if role else rows


def find_identified(kind: str, values: Iterable[str]) -> dict[str, int]:
    """Return the parties that identifiers of one kind point to."""
    found: dict[str, int] = {}
    wanted = list(values)
    for start in range(0, len(wanted), 900):
        rows = Party.objects.filter(identifiers__kind=kind, identifiers__value__in=wanted[start : start + 900])
        found.update(rows.values_list("identifiers__value", "pk"))
    return found


def find_address(party_id: int, kind: str = "ship") -> Address | None:
    """Return where a party takes goods or papers: the default of the kind, else its first, else any."""
    rows = Address.objects.filter(party_id=party_id, archived_at=None)
    return rows.filter(kind=kind).order_by("-is_default", "id").first() or rows.order_by("-is_default", "id").first()


def find_tax_rate(tax_code_id: int, on: date) -> TaxRate | None:
    """Return the rate of a tax code that holds on a day, or None."""
    open_ended = Q(valid_to=None) | Q(valid_to__gt=on)
    rows = TaxRate.objects.filter(open_ended, tax_code_id=tax_code_id, valid_from__lte=on)
    return rows.order_by("-valid_from").first()


def find_rate(from_currency: str, to_currency: str, on: date) -> int | None:
    """Return the exchange rate in 1/1,000,000,000 that holds on a day, turned round where only the inverse is known."""
    if from_currency == to_currency:
        return ONE
    direct = _latest_rate(from_currency, to_currency, on)
    if direct:
        return direct
    inverse = _latest_rate(to_currency, from_currency, on)
    return (ONE * ONE + inverse // 2) // inverse if inverse else None


def open_sealed(entry: AuditEntry) -> str | None:
    """Return the personal values of an audit entry, or None once the party was erased."""
    seal = PartyKey.objects.filter(party_id=entry.sealed_for or 0).first()
    if seal is None or entry.sealed is None:
        return None
    return Fernet(bytes(seal.key)).decrypt(bytes(entry.sealed)).decode()


def _latest_rate(from_currency: str, to_currency: str, on: date) -> int | None:
    rows = ExchangeRate.objects.filter(from_currency=from_currency, to_currency=to_currency, valid_from__lte=on)
    return rows.order_by("-valid_from").values_list("rate", flat=True).first()
