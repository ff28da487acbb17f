"""Agreements and opportunities as a form, a file or the demonstration names them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rantai.crm.accounts import actions as accounts
from rantai.crm.accounts.models import Account
from rantai.crm.insight import queries as insight
from rantai.crm.selling import rules, states
from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Party

MOST_UNITS = 10**15
"""Of one row, in 1/10,000 base units."""

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCallOff:
    """A row of a schedule; with a slot that was told before it corrects what that said (0 units: taken out)."""

    slot: int
    planned_on: date
    units: int
    """1/10,000 of the item's base unit."""
    recorded_on: date | None = None
    """Since when we know it; empty: since the agreement was recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementLineDraft:
    """An item of an agreement, the base units of a usual call-off, and its schedule."""

    item_id: int
    units: int
    schedule: Sequence[PlannedCallOff] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementDraft:
    """A frame contract; signed if it says when."""

    party_id: int
    valid_from: date
    valid_to: date
    """First day without it."""
    recorded_on: date
    """Since when we know of it."""
    lines: Sequence[AgreementLineDraft]
    signed_on: date | None = None
    reference: str = ""
    title: str = ""
    renews: str = ""
    """Reference of the same customer's agreement before it, in the same rows or stored."""
    renews_id: int | None = None
    ended_from: date | None = None
    end_recorded_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DealLine:
    """An item that a deal would sell; the price is of one base unit in 1/10,000 of the company's currency."""

    item_id: int
    units: int
    needed_on: date
    unit_price: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DealState:
    """What was known of a deal from a day on."""

    recorded_on: date
    stage: str
    expected_on: date
    lines: Sequence[DealLine] | None = None
    """None: as before."""
    probability: int | None = None
    """In 1/10,000, where a sales person says so."""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpportunityDraft:
    """A deal with its whole history, oldest state first."""

    party_id: int
    title: str
    history: Sequence[DealState]
    reference: str = ""
    sales_person: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one of the rows, by its place (from 0)."""

    place: int
    text: str


class RowsRefused(ValueError):
    """Rows of which at least one cannot be written; nothing was."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        is_one = not any(problem.place for problem in self.problems)
        super().__init__(
            "\n".join(problem.text if is_one else f"{problem.place + 1}: {problem.text}" for problem in self.problems)
        )


def refuse_wrong(problems: Iterable[RowProblem]) -> None:
    """Raise RowsRefused with all problems at once, if there are any."""
    found = list(problems)
    if found:
        raise RowsRefused(found)


def check_agreements(rows: Sequence[AgreementDraft]) -> Iterator[RowProblem]:
    """Yield what is wrong with agreements: periods, days, units, items that are there twice or not at all."""
    known = _list_items(line.item_id for row in rows for line in row.lines)
    for place, row in enumerate(rows):
        for text in _check_agreement(row, known):
            yield RowProblem(place, text)


def check_opportunities(rows: Sequence[OpportunityDraft]) -> Iterator[RowProblem]:
    """Yield what is wrong with deals: no history, days that go back, stages that do not follow, units, items."""
    lines = (line for row in rows for told in row.history for line in told.lines or ())
    known = _list_items(line.item_id for line in lines)
    for place, row in enumerate(rows):
        for text in _check_opportunity(row, known):
            yield RowProblem(place, text)


def find_accounts(party_ids: Sequence[int]) -> tuple[dict[int, Account], list[RowProblem]]:
    """Return the account of each party, opened where it lacks one, and the rows whose party there is not."""
    wanted, there = _find_parties(party_ids)
    accounts.open_accounts(pk for pk in sorted(set(wanted.values())) if pk in there)
    return read_accounts(party_ids)


def read_accounts(party_ids: Sequence[int]) -> tuple[dict[int, Account], list[RowProblem]]:
    """Return the account of each party that has one, and the rows whose party there is not; writes nothing."""
    wanted, there = _find_parties(party_ids)
    ids = sorted(set(wanted.values()))
    held = {row.party_id: row for chunk in _cut(ids) for row in Account.objects.filter(party_id__in=chunk)}
    text = _("There is no such customer, or it was archived. Choose another one.")
    missing = [RowProblem(place, text) for place, pk in enumerate(party_ids) if wanted[pk] not in there]
    return {pk: held[own] for pk, own in wanted.items() if own in held}, missing


def _find_parties(party_ids: Sequence[int]) -> tuple[dict[int, int], set[int]]:
    """Return the canonical party of each, and which of those there are."""
    aliases = insight.read_aliases()
    wanted = {party_id: aliases.get(party_id, party_id) for party_id in party_ids}
    ids = sorted(set(wanted.values()))
    there = {pk for chunk in _cut(ids) for pk in Party.objects.filter(pk__in=chunk).values_list("pk", flat=True)}
    return wanted, there


def _check_agreement(row: AgreementDraft, known: set[int]) -> Iterator[str]:
    if row.valid_from >= row.valid_to:
        yield _("The agreement ends before it begins. Choose a later last day.")
    if row.signed_on and row.signed_on > row.recorded_on:
        yield _("An agreement cannot be signed on a day that has not come yet.")
    if row.ended_from and (not row.signed_on or not row.end_recorded_on):
        yield _("Only a signed agreement can be ended, and it must be known since when.")
    items = [line.item_id for line in row.lines]
    if len(set(items)) < len(items):
        yield _("An item is in the agreement twice. Put it on one line.")
    for number, line in enumerate(row.lines, start=1):
        for text in _check_line(row, line, known):
            yield _("Line %(number)s: %(text)s") % {"number": number, "text": text}


def _check_line(row: AgreementDraft, line: AgreementLineDraft, known: set[int]) -> Iterator[str]:
    if line.item_id not in known:
        yield _("There is no such item.")
    if len(line.schedule) > 2 * rules.MOST_CALL_OFFS:
        yield _("A schedule has at most %(most)s rows.") % {"most": rules.MOST_CALL_OFFS}
    if not all(0 <= units <= MOST_UNITS for units in (line.units, *(told.units for told in line.schedule))):
        yield _("Units must be 0 or more, and no more than can be kept.")
    if any(told.units and not row.valid_from <= told.planned_on < row.valid_to for told in line.schedule):
        yield _("A call-off lies outside the time of the agreement.")
    if any((told.recorded_on or row.recorded_on) < row.recorded_on for told in line.schedule):
        yield _("A row of the schedule is older than the agreement.")


def _check_opportunity(row: OpportunityDraft, known: set[int]) -> Iterator[str]:
    if not row.history:
        yield _("Nothing is known of this deal: give it at least its first stage.")
        return
    if not row.title.strip():
        yield _("Give the deal a title.")
    stage = ""
    for told in row.history:
        if told.stage not in states.OPPORTUNITIES.states:
            yield _("There is no stage %(stage)s.") % {"stage": told.stage}
            return
        if stage and told.stage != stage and not states.OPPORTUNITIES.can(stage, told.stage):
            yield _("A deal cannot go from %(before)s to %(after)s.") % {"before": stage, "after": told.stage}
        stage = told.stage
        yield from _check_state(told, known)
    days = [told.recorded_on for told in row.history]
    if days != sorted(days):
        yield _("The history of a deal goes from the oldest day to the newest.")


def _check_state(told: DealState, known: set[int]) -> Iterator[str]:
    if told.probability is not None and not 0 <= told.probability <= rules.SHARE:
        yield _("A probability lies between 0 and 100 %%.") % {}
    for line in told.lines or ():
        if line.item_id not in known:
            yield _("There is no such item.")
        if not 0 < line.units <= MOST_UNITS or line.unit_price < 0:
            yield _("A line needs units above 0 and a price that is not negative.")


def _list_items(ids: Iterable[int]) -> set[int]:
    wanted = sorted(set(ids))
    return {pk for chunk in _cut(wanted) for pk in Item.objects.filter(pk__in=chunk).values_list("pk", flat=True)}


def _cut(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
