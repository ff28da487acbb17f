"""Read the pipeline: by stage, one deal with its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, FloatField, Prefetch, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce

from rantai.crm.accounts import queries as accounts
from rantai.crm.pricing import queries as pricing
from rantai.crm.selling.models import Opportunity, OpportunityLine, OpportunityRevision
from rantai.crm.selling.rules import SHARE, WinRate
from rantai.crm.selling.states import OPEN_STAGES
from rantai.foundation.parties import queries as parties

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class StageSum:
    """The open deals of a stage: how many, their amount and what of it is to be expected, in company currency."""

    rate: WinRate
    deals: int
    amount: int
    weighted: int


def find_references(company_id: int, references: Sequence[str]) -> dict[tuple[int, str], int]:
    """Return (account, reference) → deal for those of these references that there are."""
    wanted, found = sorted(set(references)), {}
    for start in range(0, len(wanted), _CHUNK):
        rows = Opportunity.objects.filter(company_id=company_id, reference__in=wanted[start : start + _CHUNK])
        found.update({(row[0], row[1]): row[2] for row in rows.values_list("account_id", "reference", "pk")})
    return found


def list_deals(company_id: int, rates: Mapping[str, WinRate]) -> QuerySet[Opportunity]:
    """Return deals with the chance that counts and what of their amount is to be expected."""
    measured = (When(state=stage, then=Value(rate.probability)) for stage, rate in rates.items())
    chance = Case(
        When(state="won", then=Value(1.0)),
        When(state="lost", then=Value(0.0)),
        When(probability__isnull=False, then=Cast("probability", FloatField()) / SHARE),
        *measured,
        output_field=FloatField(),
    )
    rows = Opportunity.objects.filter(company_id=company_id).annotate(chance=chance)
    place = Case(*(When(state=stage, then=Value(n)) for n, stage in enumerate(OPEN_STAGES)), default=Value(9))
    return rows.annotate(weighted=Cast("amount", FloatField()) * F("chance"), place=place)


def sum_stages(company_id: int, rates: Mapping[str, WinRate]) -> list[StageSum]:
    """Return the open pipeline by stage, in one query."""
    rows = list_deals(company_id, rates).filter(state__in=OPEN_STAGES).order_by().values("state")
    sums = rows.annotate(n=Count("pk"), total=Sum("amount"), expected=Coalesce(Sum("weighted"), 0.0))
    told = {row[0]: row[1:] for row in sums.values_list("state", "n", "total", "expected")}
    found = []
    for stage in OPEN_STAGES:
        deals, amount, weighted = told.get(stage, (0, 0, 0.0))
        found.append(StageSum(rate=rates[stage], deals=deals, amount=amount, weighted=round(weighted)))
    return found


def list_lines(deal: Opportunity) -> QuerySet[OpportunityLine]:
    """Return the lines of a deal as it stands."""
    rows = OpportunityLine.objects.filter(revision__opportunity=deal, revision__number=deal.revision)
    return rows.select_related("item__base_unit").order_by("number")


def list_history(deal: Opportunity) -> QuerySet[OpportunityRevision]:
    """Return what was known of a deal, newest first, with the lines of each time."""
    lines = Prefetch("lines", OpportunityLine.objects.select_related("item__base_unit").order_by("number"))
    return OpportunityRevision.objects.filter(opportunity=deal).order_by("-number").prefetch_related(lines)


def list_of_account(account_id: int, company_id: int, rates: Mapping[str, WinRate]) -> QuerySet[Opportunity]:
    """Return a customer's open deals, those decided first before others."""
    return list_deals(company_id, rates).filter(account_id=account_id, state__in=OPEN_STAGES).order_by(
        "expected_on", "pk"
    )  # fmt: skip


def find_list_prices(party_id: int, asks: Sequence[tuple[int, int]], *, on: date) -> dict[int, int]:
    """Return item → price of a base unit in the company's currency for (item, units), as this customer's lists say."""
    if not asks:
        return {}
    company = parties.get_company()
    account = accounts.find_account(party_id)
    lists = pricing.list_price_lists(company.pk, account_id=account.pk if account else None, currency=company.currency)
    found = pricing.find_prices([pricing.PriceAsk(item, units) for item, units in asks], lists=lists, on=on)
    return {item: price.unit_price for (item, _units), price in zip(asks, found, strict=True) if price}
