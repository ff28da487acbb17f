"""Read how agreements and deals went on, as known at the end of a day: what the forecast learns their habits from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rantai.crm.insight import queries as insight
from rantai.crm.selling.models import OpportunityLine, OpportunityRevision
from rantai.crm.selling.queries import known


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Signed agreements, a row each: tuples of one length, by agreement."""

    document_id: tuple[int, ...]
    ends: tuple[int, ...]
    """Ordinal of the first day that it does not cover."""
    ahead: tuple[float, ...]
    """Days before its end since which its renewal is known; NaN where none is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What was written of deals, a row for each item of each revision: tuples of one length, by deal, oldest first."""

    document_id: tuple[int, ...]
    party_id: tuple[int, ...]
    """Of the canonical customer."""
    item_id: tuple[int, ...]
    told_on: tuple[int, ...]
    """Ordinal of the day on which it was written."""
    day: tuple[int, ...]
    """Ordinal of the day that was named."""
    units: tuple[int, ...]
    """1/10,000 of the item's base unit."""
    stage: tuple[str, ...]


def read_terms(company_id: int, *, as_of: date) -> Terms:
    """Return the agreements that were known to be signed at the end of a day, with what was known of their end."""
    rows = list(
        known.list_known_agreements(company_id, as_of=as_of)
        .order_by("id")
        .values_list("id", "valid_to", "ended_from", "end_recorded_on", "renews_id", "recorded_on")
    )
    ends = {
        document: ended_from if ended_from and noted and noted <= as_of else valid_to
        for document, valid_to, ended_from, noted, _before, _signed in rows
    }
    ahead = {
        before: float((ends[before] - signed).days)
        for _document, _to, _from, _noted, before, signed in rows
        if before in ends and signed is not None
    }
    return Terms(
        document_id=tuple(ends),
        ends=tuple(day.toordinal() for day in ends.values()),
        ahead=tuple(ahead.get(document, float("nan")) for document in ends),
    )


def read_told(company_id: int, *, as_of: date) -> Told:
    """Return all that was written of deals up to the end of a day."""
    revisions = OpportunityRevision.objects.filter(opportunity__company_id=company_id, recorded_on__lte=as_of)
    aliases = insight.read_aliases()
    rows = [
        (document, aliases.get(party, party), item, told_on.toordinal(), day.toordinal(), units, stage)
        for document, party, item, told_on, day, units, stage in OpportunityLine.objects.filter(revision__in=revisions)
        .order_by("revision__opportunity_id", "revision__number", "number")
        .values_list(
            "revision__opportunity_id", "revision__opportunity__account__party_id", "item_id",
            "revision__recorded_on", "needed_on", "units", "revision__state",
        )
    ]  # fmt: skip
    columns = tuple(zip(*rows, strict=True)) or ((),) * 7
    return Told(**dict(zip(Told.__slots__, columns, strict=True)))
