"""Write what a supplier committed to into the schedules of an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from rantai.kernel import changes, clock, outbox
from rantai.kernel.facts import Fact
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import require_transaction
from rantai.srm import events
from rantai.srm.buying import states
from rantai.srm.buying.actions import drafts, orders
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseScheduleLine
from rantai.srm.messages import AnswerPart


class MoreThanAsked(ValueError):
    """A supplier commits to more than was ordered."""

    def __init__(self, item: str, asked: Quantity, answered: Quantity) -> None:
        self.item, self.asked, self.answered = item, asked, answered
        super().__init__(
            _("%(item)s: you answered %(answered)s, but %(asked)s are ordered. Confirm at most that.")
            % {"item": item, "answered": answered, "asked": asked}
        )


class LessThanReceived(ValueError):
    """A supplier commits to less than has arrived already."""

    def __init__(self, item: str, received: Quantity) -> None:
        self.item, self.received = item, received
        super().__init__(
            _("%(item)s: %(received)s have arrived already. Confirm at least that.")
            % {"item": item, "received": received}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What was known of a schedule before an answer."""

    coming: int
    due_on: date
    was_committed: bool


def list_group(root: PurchaseScheduleLine) -> list[PurchaseScheduleLine]:
    """Return an asked schedule with those that the supplier split off it."""
    rows = PurchaseScheduleLine.objects.select_related("line__order", "line__item")
    return list(rows.filter(pk=root.pk)) + list(rows.filter(root_id=root.pk).order_by("position"))


def commit_schedule(root: PurchaseScheduleLine, *, parts: Sequence[AnswerPart], reason: str, cause: str) -> list[Fact]:
    """Set the parts in which an asked schedule will come; the order's row is locked by the caller.

    Parts beyond the schedules that exist become new ones; what is not committed stays ordered on the first.
    Returns the recorded facts: PurchaseOrdered before PurchaseCommitChanged, so that supply appears before it leaves.
    Raises MoreThanAsked or LessThanReceived.
    """
    require_transaction()
    group = list_group(root)
    request = PurchaseChangeRequest.objects.filter(schedule=root, state="asked").first()
    planned = _plan(group, parts, request)
    before = {
        row.pk: Before(coming=row.coming, due_on=row.due_on, was_committed=row.committed is not None) for row in group
    }
    rows = _write(group, planned, request)
    cancelled = _settle_request(root, request, planned) if request else {}
    facts = _tell(rows, before, cancelled, reason=reason, cause=cause)
    drafts.settle_line(root.line)
    return facts


def _plan(
    group: list[PurchaseScheduleLine], parts: Sequence[AnswerPart], request: PurchaseChangeRequest | None
) -> list[AnswerPart]:
    item = group[0].line.item.code
    asked = max(sum(row.asked for row in group), request.units if request else 0)
    received = sum(row.received for row in group)
    total = sum(part.units.amount for part in parts)
    if total > asked:
        raise MoreThanAsked(item, Quantity(asked), Quantity(total))
    if total < received:
        raise LessThanReceived(item, Quantity(received))
    return sorted((part for part in parts if part.units.amount > 0), key=lambda part: part.on)


def _write(
    group: list[PurchaseScheduleLine], planned: list[AnswerPart], request: PurchaseChangeRequest | None
) -> list[PurchaseScheduleLine]:
    """Spread the parts over the schedules of the group, received goods first, and save them."""
    root = group[0]
    asked = sum(row.asked for row in group)
    total = sum(part.units.amount for part in planned)
    fallback = root.committed_on or root.requested_on
    shares = _spread(group, planned)
    seq = changes.next_change()
    # a change that asks for more raises the order by what was granted of it
    missing = max(asked, total) - total
    rows: list[PurchaseScheduleLine] = []
    for index, (units, on) in enumerate(shares):
        row = group[index] if index < len(group) else _split_off(root, units, on or fallback, seq)
        row.committed, row.committed_on = units, on or row.committed_on or fallback
        row.ordered = units + row.cancelled + (missing if index == 0 else 0)
        row.first_committed_on = row.first_committed_on or root.first_committed_on or row.committed_on
        row.expected_on, row.changed_seq = row.committed_on, seq
        row.save(
            update_fields=["committed", "committed_on", "ordered", "first_committed_on", "expected_on", "changed_seq"]
        )
        rows.append(row)
    return rows


def _spread(group: list[PurchaseScheduleLine], planned: list[AnswerPart]) -> list[tuple[int, date | None]]:
    """Give each schedule its units and day: what has arrived stays with its schedule, the rest follows by date."""
    left = [(part.units.amount, part.on) for part in planned]
    if not any(row.received for row in group):
        return [*left, *[(0, None)] * (len(group) - len(left))]
    # every schedule first gets what it received, so that no part is given away twice
    shares: list[tuple[int, date | None]] = []
    for row in group:
        day = left[0][1] if left else None
        left = _take(left, row.received)
        shares.append((row.received, row.committed_on or day if row.received else None))
    for index, (units, on) in enumerate(shares):
        same = sum(more for more, day in left if day == on)
        shares[index] = (units + same, on)
        left = [part for part in left if part[1] != on]
    for index, row in enumerate(group):
        if left and not row.received:
            shares[index] = left.pop(0)
    return [*shares, *left]


def _take(parts: list[tuple[int, date]], units: int) -> list[tuple[int, date]]:
    """Return what is left of the parts, earliest first, after units of them are gone."""
    left = []
    for amount, day in parts:
        taken = min(units, amount)
        units -= taken
        if amount > taken:
            left.append((amount - taken, day))
    return left


def _split_off(root: PurchaseScheduleLine, units: int, on: date, seq: int) -> PurchaseScheduleLine:
    last = PurchaseScheduleLine.objects.filter(line=root.line).aggregate(last=Max("position"))["last"] or 0
    row = PurchaseScheduleLine.objects.create(
        line=root.line,
        position=last + 1,
        requisition=root.requisition,
        root=root,
        ordered=units,
        requested_on=root.requested_on,
        expected_on=on,
        changed_seq=seq,
    )
    row.line = root.line
    return row


def _settle_request(
    root: PurchaseScheduleLine, request: PurchaseChangeRequest, planned: list[AnswerPart]
) -> dict[int, int]:
    """End an asked change by its answer; return units cancelled by schedule."""
    total = sum(part.units.amount for part in planned)
    accepted = total == request.units and all(part.on == request.due_on for part in planned)
    states.CHANGE.move(request, "accepted" if accepted else "refused")
    PurchaseChangeRequest.objects.filter(pk=request.pk).update(ended_at=clock.now())
    group = list_group(root)
    if accepted and planned:
        PurchaseScheduleLine.objects.filter(pk__in=[row.pk for row in group]).update(requested_on=request.due_on)
    surplus = max(0, sum(row.asked for row in group) - max(total, request.units))
    return _cancel_surplus(group, surplus)


def _cancel_surplus(group: list[PurchaseScheduleLine], surplus: int) -> dict[int, int]:
    cancelled: dict[int, int] = {}
    for row in group:
        idle = row.asked - (row.committed or 0)
        taken = min(surplus, idle)
        if taken > 0:
            row.cancelled += taken
            PurchaseScheduleLine.objects.filter(pk=row.pk).update(cancelled=row.cancelled)
            cancelled[row.pk] = taken
            surplus -= taken
    return cancelled


def _tell(
    rows: list[PurchaseScheduleLine], before: dict[int, Before], cancelled: dict[int, int], *, reason: str, cause: str
) -> list[Fact]:
    fresh = [row for row in rows if row.pk not in before]
    known = [row for row in rows if row.pk in before]
    facts: list[Fact] = []
    for row in fresh:
        facts.append(
            events.PurchaseOrdered(
                **orders.identify(row), units=row.coming, due_on=row.requested_on, cause=_cause_of(row)
            )
        )
        facts.append(
            _tell_commit(row, Before(coming=row.coming, due_on=row.requested_on, was_committed=False), reason, cause)
        )
    for row in known:
        facts += _tell_known(row, before[row.pk], cancelled.get(row.pk, 0), reason, cause)
    outbox.record(*facts)
    return facts


def _tell_known(row: PurchaseScheduleLine, was: Before, cancelled: int, reason: str, cause: str) -> list[Fact]:
    facts: list[Fact] = []
    lost = min(cancelled, max(0, was.coming - row.coming))
    if lost:
        facts.append(events.PurchaseCancelled(**orders.identify(row), units=lost, cause=cause))
        was = Before(coming=was.coming - lost, due_on=was.due_on, was_committed=was.was_committed)
    is_same = was.coming == row.coming and (was.due_on == row.due_on or not row.coming)
    if is_same and (was.was_committed or not row.coming):
        return facts
    return [*facts, _tell_commit(row, was, reason, cause)]


def _tell_commit(row: PurchaseScheduleLine, was: Before, reason: str, cause: str) -> Fact:
    on = row.due_on
    if was.coming == row.coming and was.due_on == on:
        return events.PurchaseConfirmed(**orders.identify(row), units=row.coming, committed_on=on, cause=cause)
    return events.PurchaseCommitChanged(
        **orders.identify(row),
        units=row.coming,
        was_on=was.due_on,
        committed_on=on,
        was_units=was.coming,
        reason=reason,
        cause=cause,
    )


def _cause_of(row: PurchaseScheduleLine) -> str:
    return str(row.requisition.cause) if row.requisition else ""
