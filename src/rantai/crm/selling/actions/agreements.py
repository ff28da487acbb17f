"""Write frame contracts, sign, plan and end them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rantai.crm.accounts.models import Account
from rantai.crm.selling import states
from rantai.crm.selling.actions import drafts
from rantai.crm.selling.actions.drafts import AgreementDraft, RowProblem
from rantai.crm.selling.models import AgreementLine, CallOffRevision, SalesAgreement
from rantai.crm.selling.queries import agreements, known
from rantai.foundation.parties import actions as series
from rantai.foundation.parties.models import Company
from rantai.kernel import audit, bulk, inserts, revisions
from rantai.kernel.models import AuditEntry
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition

KIND = "sales_agreement"


class NothingPlanned(ValueError):
    """A signature under an agreement that plans no call-off."""

    def __init__(self, agreement: SalesAgreement) -> None:
        self.agreement = agreement
        super().__init__(_("No call-off is planned yet. Plan at least one, then sign."))


class WrongDay(ValueError):
    """A day of signature or end that cannot be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotChange:
    """What a row of a schedule is to say; a slot that there is not yet is a new row, 0 units take it out."""

    line_id: int
    slot: int
    planned_on: date
    units: int


def record_agreements(company: Company, rows: Sequence[AgreementDraft], *, by: str) -> list[SalesAgreement]:
    """Write many agreements with their schedules as they became known; raises RowsRefused with all that is wrong.

    The statements do not grow in number with the rows but by thousands. No number of ours is given: they keep their
    references. A renewal that begins before the one it names ends is the caller's to say, by that one's `ended_from`.
    """
    require_transaction()
    problems = list(drafts.check_agreements(rows))
    held, missing = drafts.find_accounts([row.party_id for row in rows])
    drafts.refuse_wrong([*problems, *missing, *_find_taken(company, rows, held)])
    written = inserts.add([_make(company, row, held[row.party_id], by) for row in rows])
    _link_renewals(company, rows, held, written)
    _write_lines([(row, agreement.pk) for row, agreement in zip(rows, written, strict=True)], by=by)
    inserts.send(
        [AuditEntry(actor=by, ref_kind=KIND, ref_id=row.pk, action="added", changes={}, at=row.created_at)
         for row in written]
    )  # fmt: skip
    return list(written)


def refuse_bad(company: Company, rows: Sequence[AgreementDraft]) -> None:
    """Raise RowsRefused with all that is wrong with agreements that are to be written; writes nothing itself."""
    problems = list(drafts.check_agreements(rows))
    held, missing = drafts.read_accounts([row.party_id for row in rows])
    taken = _find_taken(company, rows, held)
    keys = [held[row.party_id].pk if row.party_id in held else -row.party_id for row in rows]
    there = set(agreements.find_references(company.pk, [row.renews for row in rows if row.renews]))
    there |= {(key, row.reference) for key, row in zip(keys, rows, strict=True)}
    unknown = [
        _say_unrenewed(place, row)
        for place, (key, row) in enumerate(zip(keys, rows, strict=True))
        if row.renews and (key, row.renews) not in there
    ]
    drafts.refuse_wrong([*problems, *missing, *taken, *unknown])


def sort_by_renewal(rows: Sequence[AgreementDraft]) -> list[AgreementDraft]:
    """Return agreements so that each stands behind the one of them that it renews."""
    by_reference = {(row.party_id, row.reference): row for row in rows if row.reference}

    def count_before(row: AgreementDraft) -> int:
        count, before = 0, by_reference.get((row.party_id, row.renews))
        while before is not None and count <= len(rows):  # two that renew each other end here
            count, before = count + 1, by_reference.get((row.party_id, before.renews))
        return count

    return sorted(rows, key=count_before)


def edit_draft(agreement: SalesAgreement, row: AgreementDraft, *, expected_revision: int, by: str) -> None:
    """Write a draft anew with its lines and schedule; raises RowsRefused, RevisionConflict, IllegalTransition."""
    require_transaction()
    _require_state(agreement, "draft", to="edited")
    problems = list(drafts.check_agreements([row]))
    held, missing = drafts.find_accounts([row.party_id])
    taken = _find_taken(agreement.company, [row], held, besides=agreement.pk)
    drafts.refuse_wrong([*problems, *missing, *taken])
    revisions.take(
        agreement, expected=expected_revision, account_id=held[row.party_id].pk, reference=row.reference,
        title=row.title, valid_from=row.valid_from, valid_to=row.valid_to,
    )  # fmt: skip
    # Nobody has leant on a draft: its rows are not yet knowledge that must be kept.
    CallOffRevision.objects.filter(line__agreement=agreement).delete()
    AgreementLine.objects.filter(agreement=agreement).delete()
    _write_lines([(row, agreement.pk)], by=by)
    audit.record(DocRef(KIND, agreement.pk), action="edited", by=by)


def revise_schedule(
    agreement: SalesAgreement, slots: Sequence[SlotChange], *, expected_revision: int, today: date, by: str
) -> int:
    """Let rows of the schedule say something else as known from today; return how many did.

    Raises RowsRefused, RevisionConflict, IllegalTransition where the agreement has ended.
    """
    require_transaction()
    if agreement.state == "ended":
        _require_state(agreement, "signed", to="planned")
    drafts.refuse_wrong(_check_slots(agreement, slots))
    revisions.take(agreement, expected=expected_revision)
    stands = {(row.line_id, row.slot): row for row in known.list_slots(agreement.pk)}
    changed = [one for one in slots if _says_new(stands.get((one.line_id, one.slot)), one)]
    text = _("Something newer is known of this row already.")
    newer = [one for one in changed if (held := stands.get((one.line_id, one.slot))) and held.recorded_on > today]
    drafts.refuse_wrong(RowProblem(slots.index(one), text) for one in newer)
    inserts.send(
        [CallOffRevision(line_id=one.line_id, slot=one.slot, planned_on=one.planned_on, units=one.units,
                         recorded_on=today, recorded_by=by) for one in changed]
    )  # fmt: skip
    if changed:
        audit.record(DocRef(KIND, agreement.pk), action="planned", by=by, changes={"rows": [0, len(changed)]})
    return len(changed)


def sign_agreement(agreement: SalesAgreement, *, signed_on: date, expected_revision: int, today: date, by: str) -> None:
    """Make an agreement known: it gets its number, and the one it renews covers nothing from its first day on.

    Raises WrongDay, NothingPlanned, RevisionConflict, IllegalTransition.
    """
    require_transaction()
    if signed_on > today:
        raise WrongDay(_("An agreement cannot be signed on a day that has not come yet."))
    if not known.list_known_call_offs(today).filter(line__agreement=agreement).exists():
        raise NothingPlanned(agreement)
    step = states.AGREEMENTS.step(agreement, "signed")
    number = series.next_number(agreement.company_id, KIND)
    revisions.take(agreement, expected=expected_revision, number=number, signed_on=signed_on, recorded_on=today, **step)
    before = agreement.renews
    if before and before.state == "signed" and before.valid_to > agreement.valid_from:
        _end(before, ended_from=agreement.valid_from, expected_revision=before.revision, today=today, by=by)
    audit.record(DocRef(KIND, agreement.pk), action="signed", by=by, changes={"number": ["", number]})


def end_agreement(agreement: SalesAgreement, *, ended_from: date, expected_revision: int, today: date, by: str) -> None:
    """End an agreement before its time; raises WrongDay, RevisionConflict, IllegalTransition."""
    require_transaction()
    if not agreement.valid_from <= ended_from <= agreement.valid_to:
        raise WrongDay(
            _("The agreement runs from %(first)s to %(last)s. Choose a day in that time.")
            % {"first": agreement.valid_from, "last": agreement.valid_to}
        )
    _end(agreement, ended_from=ended_from, expected_revision=expected_revision, today=today, by=by)


def discard_draft(agreement: SalesAgreement, *, by: str) -> None:
    """Take a draft away that nobody signed; raises IllegalTransition."""
    require_transaction()
    _require_state(agreement, "draft", to="discarded")
    CallOffRevision.objects.filter(line__agreement=agreement).delete()
    AgreementLine.objects.filter(agreement=agreement).delete()
    SalesAgreement.objects.filter(pk=agreement.pk, state="draft").delete()
    audit.record(DocRef(KIND, agreement.pk), action="discarded", by=by)


def _end(agreement: SalesAgreement, *, ended_from: date, expected_revision: int, today: date, by: str) -> None:
    step = states.AGREEMENTS.step(agreement, "ended")
    revisions.take(agreement, expected=expected_revision, ended_from=ended_from, end_recorded_on=today, **step)
    audit.record(DocRef(KIND, agreement.pk), action="ended", by=by, changes={"ended_from": ["", str(ended_from)]})


def _require_state(agreement: SalesAgreement, state: str, *, to: str) -> None:
    if agreement.state != state:
        raise IllegalTransition(str(agreement), agreement.state, to, states.AGREEMENTS.ways[agreement.state])


def _make(company: Company, row: AgreementDraft, account: Account, by: str) -> SalesAgreement:
    state = "ended" if row.ended_from else "signed" if row.signed_on else "draft"
    return SalesAgreement(
        company=company, account=account, reference=row.reference, title=row.title, state=state,
        renews_id=row.renews_id, valid_from=row.valid_from, valid_to=row.valid_to, signed_on=row.signed_on,
        recorded_on=row.recorded_on if row.signed_on else None, ended_from=row.ended_from,
        end_recorded_on=row.end_recorded_on if row.ended_from else None, created_by=by,
    )  # fmt: skip


def _write_lines(rows: Sequence[tuple[AgreementDraft, int]], *, by: str) -> None:
    """Write the lines of agreements, then all rows of their schedules, older knowledge first."""
    told = [
        (row, line, AgreementLine(agreement_id=pk, number=number, item_id=line.item_id, units=line.units))
        for row, pk in rows
        for number, line in enumerate(row.lines, start=1)
    ]
    inserts.add([line for _row, _draft, line in told])
    planned = [
        CallOffRevision(line_id=line.pk, slot=one.slot, planned_on=one.planned_on, units=one.units,
                        recorded_on=one.recorded_on or row.recorded_on, recorded_by=by)
        for row, draft, line in told
        for one in draft.schedule
    ]  # fmt: skip
    inserts.send(sorted(planned, key=lambda one: one.recorded_on))


def _find_taken(
    company: Company, rows: Sequence[AgreementDraft], held: Mapping[int, Account], *, besides: int = 0
) -> list[RowProblem]:
    """Return the rows whose reference their customer has on another agreement, here or stored."""
    wanted = [(held[row.party_id].pk if row.party_id in held else -row.party_id, row.reference) for row in rows]
    stored = agreements.find_references(company.pk, [reference for _pk, reference in wanted if reference])
    stored = {key: pk for key, pk in stored.items() if pk != besides}
    text = _("This customer has an agreement %(reference)s already.")
    first = {key: place for place, key in reversed(list(enumerate(wanted)))}
    return [
        RowProblem(place, text % {"reference": key[1]})
        for place, key in enumerate(wanted)
        if key[1] and (key in stored or first[key] < place)
    ]


def _link_renewals(
    company: Company, rows: Sequence[AgreementDraft], held: Mapping[int, Account], written: Sequence[SalesAgreement]
) -> None:
    asked = [(row, held[row.party_id].pk, new) for row, new in zip(rows, written, strict=True) if row.renews]
    found = agreements.find_references(company.pk, [row.renews for row, _account, _new in asked])
    problems = [
        _say_unrenewed(place, row)
        for place, row in enumerate(rows)
        if row.renews and (held[row.party_id].pk, row.renews) not in found
    ]
    drafts.refuse_wrong(problems)
    for row, account, new in asked:
        new.renews_id = found[account, row.renews]
    renewed = [new for _row, _account, new in asked]
    bulk.change(SalesAgreement, [new.pk for new in renewed], {"renews_id": [new.renews_id for new in renewed]})


def _say_unrenewed(place: int, row: AgreementDraft) -> RowProblem:
    text = _("There is no agreement %(reference)s of this customer.")
    return RowProblem(place, text % {"reference": row.renews})


def _check_slots(agreement: SalesAgreement, slots: Sequence[SlotChange]) -> list[RowProblem]:
    lines = set(AgreementLine.objects.filter(agreement=agreement).values_list("pk", flat=True))
    problems = []
    for place, one in enumerate(slots):
        if one.line_id not in lines:
            problems.append(RowProblem(place, _("This row belongs to another agreement.")))
        elif not 0 <= one.units <= drafts.MOST_UNITS:
            problems.append(RowProblem(place, _("Units must be 0 or more, and no more than can be kept.")))
        elif one.units and not agreement.valid_from <= one.planned_on < agreement.valid_to:
            problems.append(RowProblem(place, _("A call-off lies outside the time of the agreement.")))
    return problems


def _says_new(stands: CallOffRevision | None, one: SlotChange) -> bool:
    if stands is None:
        return bool(one.units)
    return (stands.planned_on, stands.units) != (one.planned_on, one.units)
