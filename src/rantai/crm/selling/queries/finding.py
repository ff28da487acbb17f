"""Find what somebody looks for among agreements and deals."""

from __future__ import annotations

from django.db.models import Q

from rantai.crm.selling.models import Opportunity, SalesAgreement
from rantai.crm.selling.queries import naming
from rantai.crm.selling.states import OPEN_STAGES
from rantai.foundation.parties import queries as parties
from rantai.kernel import hits
from rantai.kernel.hits import Hit
from rantai.kernel.refs import DocRef

HOUSE = "customers"
PREFIX = "SA-"


def search(text: str, *, limit: int) -> tuple[Hit, ...]:
    """Return agreements by our number, the paper's or their title, deals by their key elsewhere, open ones by title."""
    company = parties.find_company()
    if company is None:
        return ()
    return (*_find_agreements(text, company.pk, limit), *_find_deals(text, company.pk, limit))


def _find_agreements(text: str, company_id: int, limit: int) -> list[Hit]:
    rows = SalesAgreement.objects.filter(company_id=company_id).select_related("account__party")
    wanted = _like(text, {"number": PREFIX, "reference": ""})
    found = list(rows.filter(wanted).order_by("-id")[:limit]) if wanted else []
    if len(found) < limit:
        named = rows.exclude(title="").exclude(pk__in=[row.pk for row in found])
        found += hits.find_named(named, text, field="title", limit=limit - len(found))
    return [
        Hit(
            ref=DocRef("sales_agreement", row.pk), label=naming.name_agreement(row), house=HOUSE,
            note=hits.join((row.account.party.name, row.title)),
            is_exact=any(hits.is_number(text, known) for known in (row.number, row.reference) if known),
        )
        for row in found
    ]  # fmt: skip


def _find_deals(text: str, company_id: int, limit: int) -> list[Hit]:
    rows = Opportunity.objects.filter(company_id=company_id).select_related("account__party")
    wanted = _like(text, {"reference": ""})
    found = list(rows.filter(wanted).order_by("-id")[:limit]) if wanted else []
    if len(found) < limit:
        named = rows.filter(state__in=OPEN_STAGES).exclude(pk__in=[row.pk for row in found])
        found += hits.find_named(named, text, field="title", limit=limit - len(found))
    return [
        Hit(
            ref=DocRef("opportunity", row.pk), label=row.title, house=HOUSE,
            note=hits.join((row.account.party.name, row.reference)),
            is_exact=bool(row.reference) and hits.is_number(text, row.reference),
        )
        for row in found
    ]  # fmt: skip


def _like(text: str, prefixes: dict[str, str]) -> Q | None:
    """Return the condition for rows one of whose numbers begins so; None where no number does."""
    wanted = [hits.like_number(text, prefix=prefix, field=field) for field, prefix in prefixes.items()]
    found = Q()
    for one in wanted:
        if one is None:
            return None
        found |= one
    return found
