"""Answer exceptions: do what they ask, hand it over, or let them go; take a dismissal back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rantai.foundation.access.models import User
from rantai.foundation.documents import actions as documents
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.production.actions import orders as production
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import ExceptionAnswer, PlanException, PlannedOrder, PlanRun
from rantai.iscm.supply.queries import board, steps
from rantai.kernel import clock, inserts
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import facade as srm
from rantai.srm.messages import PurchaseChange

WAITS_DAYS = 3
"""What was asked or handed over comes back after so many days, if the plan still says it."""
SAME_DAYS = 3
SAME_SHARE = 4
"""An answered exception is a new one when its day moved by more than SAME_DAYS, its units or stake by a fourth."""
_ANSWERS = {
    steps.ASK: "asked", steps.SET: "set", steps.CANCEL: "cancelled", steps.TASK: "task", steps.RELEASE: "released",
}  # fmt: skip


class NotDecided(ValueError):
    """No click can mend this exception, or what it is about has ended."""

    def __init__(self, step: steps.Step) -> None:
        self.step = step
        code = step.row.item.code
        if step.way == steps.PAGE:
            text = _("%(item)s cannot be mended by a click: open the item and give it a source.") % {"item": code}
        else:
            text = _("The order for %(item)s is not open any more. The next plan will not ask for it.") % {"item": code}
        super().__init__(text)


def stage_releases(run: PlanRun) -> int:
    """Add an exception for each staged proposal that must be ordered on the day of its plan; return how many."""
    require_transaction()
    found = [PlanException(run=run, **to_release(row)) for row in list_due(run).order_by("pk")]
    inserts.add(found)
    return len(found)


def list_due(run: PlanRun) -> QuerySet[PlannedOrder]:
    """Return the open proposals that must be ordered on the day of their plan."""
    today = clock.business_date(run.as_of, run.company.zone)
    return PlannedOrder.objects.filter(run=run, state="proposed", start_on__lte=today)


def to_release(row: PlannedOrder) -> dict[str, Any]:
    """Return as columns the exception that a proposal is due."""
    return {
        "kind": "release", "item_id": row.item_id, "location_id": row.location_id, "ref_kind": "planned_order",
        "ref_id": row.pk, "ref_line": 0, "number": str(row), "units": row.units, "is_on": row.start_on,
        "wanted_on": row.due_on, "cause": "", "stake": row.stake,
    }  # fmt: skip


def accept_exceptions(
    ids: Iterable[int], *, user: User, at: datetime, today: date, changes: Mapping[int, steps.Change] | None = None,
    words: Mapping[int, str] | None = None, reason: str = "",
) -> list[steps.Step]:  # fmt: skip
    """Do what exceptions ask, all or none; return what was done. `words` are the titles of tasks by exception.

    Locks proposals, then what they become, then production orders, transfers and purchase orders in id order.
    Raises NotDecided, ProposalGone, NotMade, BadChange before or instead of what it refuses.
    """
    require_transaction()
    found = steps.list_steps(_list_open(ids, today=today), today=today, changes=changes)
    refused = next((step for step in found if step.way not in _ANSWERS), None)
    if refused:
        raise NotDecided(refused)
    _release([step for step in found if step.way == steps.RELEASE], user=user, at=at)
    for step in found:
        if step.way == steps.CANCEL:
            _cancel(step, by=user.actor, at=at)
    _change_purchases([step for step in found if step.way in (steps.ASK, steps.SET)], by=user.actor, reason=reason)
    tasks = {step.row.pk: _write_task(step, words or {}, user) for step in found if step.way == steps.TASK}
    answers = [
        _to_answer(
            step.row, _ANSWERS[step.way], by=user.actor, at=at, units=step.units, due_on=step.due_on, reason=reason,
            back_on=today + timedelta(days=WAITS_DAYS), document=tasks.get(step.row.pk) or step.ref,
        )
        for step in found
    ]  # fmt: skip
    _keep(answers)
    return found


def dismiss_exceptions(
    ids: Iterable[int], *, by: str, at: datetime, today: date, reason: str = ""
) -> list[ExceptionAnswer]:
    """Let exceptions go while they are about the same; proposals to release are dismissed as proposals."""
    require_transaction()
    rows = _list_open(ids, today=today)
    released = [row.ref_id for row in rows if row.kind == "release"]
    if released:
        proposals.dismiss_proposals(released, by=by, at=at, note=reason)
    answers = [_to_answer(row, "dismissed", by=by, at=at, reason=reason) for row in rows]
    return _keep(answers)


def reopen_exceptions(answer_ids: Iterable[int], *, at: datetime) -> int:
    """Take dismissals back; what was asked of others stays asked. Return how many."""
    require_transaction()
    rows = ExceptionAnswer.objects.select_for_update().filter(pk__in=list(answer_ids), answer="dismissed")
    found = list(rows.order_by("pk"))
    proposals.reopen_proposals([row.ref_id for row in found if row.kind == "release"], at=at)
    ExceptionAnswer.objects.filter(pk__in=[row.pk for row in found]).delete()
    return len(found)


def _list_open(ids: Iterable[int], *, today: date) -> list[PlanException]:
    rows = board.list_open(today=today).filter(pk__in=list(ids)).select_related("item", "location")
    return list(rows.order_by("pk"))


def _release(found: Sequence[steps.Step], *, user: User, at: datetime) -> None:
    plain = [step.row.ref_id for step in found if (step.units, step.due_on) == (step.units_now, step.due_now)]
    if plain:
        proposals.accept_proposals(plain, by=user.actor, at=at)
    revisions = dict(
        PlannedOrder.objects.filter(pk__in=[step.row.ref_id for step in found]).values_list("pk", "revision")
    )
    for step in found:
        if step.row.ref_id in plain or step.due_on is None:
            continue
        proposals.change_proposal(
            step.row.ref_id, revision=revisions[step.row.ref_id], units=Quantity(step.units), due_on=step.due_on,
            by=user.actor, at=at,
        )  # fmt: skip


def _cancel(step: steps.Step, *, by: str, at: datetime) -> None:
    assert step.ref is not None
    if step.ref.kind == "production_order":
        production.cancel_order(production.lock_order(step.ref.id), at=at, by=by)
    else:
        transfers.cancel_transfer(transfers.lock_transfer(step.ref.id), at=at, by=by)


def _change_purchases(found: Sequence[steps.Step], *, by: str, reason: str) -> None:
    wanted = [
        PurchaseChange(
            ref=step.ref, units=Quantity(step.units), due_on=step.due_on, reason=reason, schedule_id=step.schedule_id,
            by=by,
        )
        for step in found
        if step.ref is not None and step.due_on is not None
    ]  # fmt: skip
    if wanted:
        srm.change_purchases(wanted)


def _write_task(step: steps.Step, words: Mapping[int, str], user: User) -> DocRef:
    assert step.ref is not None
    title = words.get(step.row.pk) or _("Look at %(item)s") % {"item": step.row.item.code}
    task = documents.add_task(step.ref, title=title[:200], owner=user, due_on=step.due_on, by=user)
    return DocRef("task", task.pk)


def _to_answer(
    row: PlanException, answer: str, *, by: str, at: datetime, reason: str = "", units: int | None = None,
    due_on: date | None = None, back_on: date | None = None, document: DocRef | None = None,
) -> ExceptionAnswer:  # fmt: skip
    day, slack = row.is_on or row.wanted_on, timedelta(days=SAME_DAYS)
    return ExceptionAnswer(
        kind=row.kind,
        item_id=row.item_id,
        location_id=row.location_id,
        ref_kind=row.ref_kind,
        ref_id=row.ref_id,
        ref_line=row.ref_line,
        answer=answer,
        reason=reason[:200],
        units=row.units if units is None else units,
        due_on=due_on or row.wanted_on,
        document_kind=document.kind if document else "",
        document_id=document.id if document else None,
        units_from=row.units - row.units // SAME_SHARE,
        units_to=row.units + row.units // SAME_SHARE,
        day_from=day - slack if day else None,
        day_to=day + slack if day else None,
        stake_to=row.stake + row.stake // SAME_SHARE,
        back_on=back_on,
        by=by,
        at=at,
    )


def _keep(answers: Sequence[ExceptionAnswer]) -> list[ExceptionAnswer]:
    """Write answers in the place of what was said to the same before."""
    for row in answers:
        place = Q(location=None) if row.location_id is None else Q(location_id=row.location_id)
        ExceptionAnswer.objects.filter(
            place, kind=row.kind, item_id=row.item_id, ref_kind=row.ref_kind, ref_id=row.ref_id, ref_line=row.ref_line
        ).delete()
    return ExceptionAnswer.objects.bulk_create(answers)
