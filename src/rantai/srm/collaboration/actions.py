"""Take suppliers' answers and notices; share our forecast with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from rantai.foundation.parties import queries as parties
from rantai.kernel import audit, changes, clock, outbox
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import events
from rantai.srm.buying import states
from rantai.srm.buying.actions import commits, orders
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseScheduleLine
from rantai.srm.collaboration.models import (
    STAGES,
    ForecastPublication,
    ShipNotice,
    SupplierAnswer,
    SupplierCommit,
    SupplierForecast,
    UpstreamCommit,
)
from rantai.srm.messages import AnswerLine, AnswerOutcome, PurchaseAnswer, SharedForecast, StageNotice

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
_BATCH = 500


class NotYourOrder(LookupError):
    """An answer to an order of another supplier, or to none."""

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        super().__init__(_("There is no such order for you. Use the link in our last message."))


class OrderNotOpen(ValueError):
    """An answer to an order that has ended or was never sent."""

    def __init__(self, order: PurchaseOrder) -> None:
        self.order = order
        super().__init__(
            _("Order %(number)s is %(state)s: it takes no more answers.")
            % {"number": order, "state": states.say(order.state)}
        )


class OlderRevision(ValueError):
    """An answer to an order that we changed in between."""

    def __init__(self, order: PurchaseOrder, answered: int) -> None:
        self.order, self.answered = order, answered
        super().__init__(
            _("Order %(number)s was changed: you answered revision %(old)s, it is now revision %(new)s. Look again.")
            % {"number": order, "old": answered, "new": order.asked_revision}
        )


class BadAnswer(ValueError):
    """An answer with days or quantities that cannot be meant; every problem at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def record_answer(answer: PurchaseAnswer) -> AnswerOutcome:
    """Store what a supplier answered and set the schedules by it; what was said last, said again, changes nothing.

    Locks the order. Records PurchaseConfirmed, PurchaseCommitChanged, PurchaseOrdered (for parts) or
    PurchaseCancelled. Raises NotYourOrder, OrderNotOpen, OlderRevision, BadAnswer, MoreThanAsked, LessThanReceived.
    """
    require_transaction()
    order = _lock_for(answer.order_id, answer.supplier_id)
    if order.state not in states.AWAITED:
        raise OrderNotOpen(order)
    digest = _digest(answer)
    last = SupplierAnswer.objects.filter(order=order).order_by("-id").first()
    if last is not None and (last.digest, last.asked_revision) == (digest, answer.asked_revision):
        return AnswerOutcome(answer_id=last.pk, is_repeat=True, changed_schedules=0)
    if answer.asked_revision != order.asked_revision:
        raise OlderRevision(order, answer.asked_revision)
    roots = _read_roots(order, answer)
    row = SupplierAnswer.objects.create(
        order=order,
        asked_revision=answer.asked_revision,
        digest=digest,
        note=answer.note[:2000],
        source=answer.source,
        by=answer.by,
        at=clock.now(),
    )
    changed = [_commit(row, roots[line.schedule_id], line) for line in answer.lines]
    _settle(order, row)
    return AnswerOutcome(answer_id=row.pk, is_repeat=False, changed_schedules=sum(changed))


def record_upstream(
    commit: SupplierCommit, *, part: str, units: Quantity, committed_on: date, supplier_id: int | None = None
) -> UpstreamCommit:
    """Store what the supplier's own supplier committed to."""
    require_transaction()
    return UpstreamCommit.objects.create(
        commit=commit, supplier_id=supplier_id, part=part, units=units.amount, committed_on=committed_on, at=clock.now()
    )


def notice_stage(notice: StageNotice) -> int:
    """Store that goods reached a stage; return for how many schedules that was new. Records ShipNoticed.

    A stage that was told before with the same tracking changes nothing. Raises NotYourOrder, OrderNotOpen, BadAnswer.
    """
    require_transaction()
    if notice.stage not in STAGES:
        raise BadAnswer([_("'%(stage)s' is no stage. Choose one of the list.") % {"stage": notice.stage}])
    if notice.arrives_on and not EARLIEST <= notice.arrives_on <= LATEST:
        raise BadAnswer([_why_bad_day(notice.arrives_on)])
    order = _lock_for(notice.order_id, notice.supplier_id)
    if order.state not in states.WITH_SUPPLIER:
        raise OrderNotOpen(order)
    rows = PurchaseScheduleLine.objects.filter(line__order=order).select_related("line__order").order_by("id")
    if notice.schedule_ids:
        rows = rows.filter(pk__in=notice.schedule_ids)
    told = sum(_notice(row, notice) for row in rows if row.open_units)
    if told:
        orders.touch(order)
        audit.record(
            DocRef("purchase_order", order.pk),
            action="ship_noticed",
            by=notice.by,
            changes={"stage": [None, notice.stage], "tracking": [None, notice.tracking]},
        )
    return told


def publish_forecast(forecast: SharedForecast) -> int:
    """Share what we expect to buy, a new version for each supplier whose picture changed; return how many.

    The same run twice changes nothing. Every bucket is stored with what the version before said of it.
    """
    require_transaction()
    rows = sorted(
        zip(
            forecast.supplier_ids,
            forecast.item_ids,
            forecast.location_ids,
            forecast.bucket_starts,
            forecast.units,
            strict=True,
        ),
        key=itemgetter(0),
    )
    known = set(ForecastPublication.objects.filter(run_id=forecast.run_id).values_list("supplier_id", flat=True))
    return sum(
        _publish(supplier_id, {(item, place, start): units for _s, item, place, start, units in group}, forecast)
        for supplier_id, group in groupby(rows, key=itemgetter(0))
        if supplier_id not in known
    )


def _lock_for(order_id: int, supplier_id: int) -> PurchaseOrder:
    """Lock an order of a supplier: the party is in the query, so that another's order is no order."""
    mine = PurchaseOrder.objects.filter(pk=order_id, supplier_id__in=parties.list_party_ids(supplier_id))
    if not mine.exists():
        raise NotYourOrder(order_id)
    return orders.lock_order(order_id)


def _digest(answer: PurchaseAnswer) -> str:
    said = [
        [
            line.schedule_id,
            sorted([part.on.isoformat(), part.units.amount] for part in line.parts if part.units.amount),
            line.reason,
            line.confidence,
        ]
        for line in sorted(answer.lines, key=lambda line: line.schedule_id)
    ]
    return hashlib.sha256(json.dumps([said, answer.note], ensure_ascii=True).encode()).hexdigest()


def _read_roots(order: PurchaseOrder, answer: PurchaseAnswer) -> dict[int, PurchaseScheduleLine]:
    rows = PurchaseScheduleLine.objects.filter(line__order=order, root=None).select_related("line__order", "line__item")
    roots = rows.in_bulk([line.schedule_id for line in answer.lines])
    problems = [
        _("The answer names a line that is not on this order.")
        for line in answer.lines
        if line.schedule_id not in roots
    ]
    for line in answer.lines:
        for part in line.parts:
            if part.units.amount < 0:
                problems.append(_("A quantity cannot be negative: %(units)s.") % {"units": part.units})
            if not EARLIEST <= part.on <= LATEST:
                problems.append(_why_bad_day(part.on))
    if problems:
        raise BadAnswer(problems)
    return roots


def _why_bad_day(day: date) -> str:
    return _("%(day)s cannot be meant: give a day between 2000 and 2199.") % {"day": day.isoformat()}


def _commit(answer: SupplierAnswer, root: PurchaseScheduleLine, line: AnswerLine) -> bool:
    asked_units = sum(row.asked for row in commits.list_group(root))
    request = PurchaseChangeRequest.objects.filter(schedule=root, state="asked").first()
    asked_on = request.due_on if request else root.requested_on
    parts = [part for part in line.parts if part.units.amount] or list(line.parts[:1])
    SupplierCommit.objects.bulk_create(
        SupplierCommit(
            answer=answer,
            schedule=root,
            position=position,
            asked_units=request.units if request else asked_units,
            asked_on=asked_on,
            units=part.units.amount,
            committed_on=part.on,
            confidence=line.confidence,
            reason=line.reason[:200],
        )
        for position, part in enumerate(parts, start=1)
    )
    if not parts:
        SupplierCommit.objects.create(
            answer=answer, schedule=root, asked_units=asked_units, asked_on=asked_on, units=0, committed_on=asked_on,
            confidence=line.confidence, reason=line.reason[:200],
        )  # fmt: skip
    told = commits.commit_schedule(
        root, parts=line.parts, reason=line.reason[:200], cause=f"supplier_answer:{answer.pk}"
    )
    return bool(told)


def _settle(order: PurchaseOrder, answer: SupplierAnswer) -> None:
    if order.answered_at is None:
        PurchaseOrder.objects.filter(pk=order.pk).update(answered_at=answer.at)
    orders.settle_amounts(order)
    orders.settle_state(order)
    if order.drop_to_address_id:
        _accept_dropship(order, answer)
    audit.record(
        DocRef("purchase_order", order.pk), action="answered", by=answer.by, changes={"answer": [None, answer.pk]}
    )


def _accept_dropship(order: PurchaseOrder, answer: SupplierAnswer) -> None:
    """A partner who commits has accepted: the customer's milestone, told once for each schedule."""
    rows = PurchaseScheduleLine.objects.filter(line__order=order, committed__gt=0, notices=None)
    for row in rows.select_related("line__order").order_by("id"):
        _notice(
            row,
            StageNotice(
                order_id=order.pk,
                supplier_id=order.supplier_id,
                schedule_ids=(row.pk,),
                stage="accepted",
                arrives_on=row.committed_on,
                at=answer.at,
                by=answer.by,
            ),
        )


def _notice(row: PurchaseScheduleLine, notice: StageNotice) -> bool:
    arrives_on = notice.arrives_on or row.expected_on
    last = ShipNotice.objects.filter(schedule=row).order_by("-id").first()
    told = (notice.stage, arrives_on, notice.carrier[:80], notice.tracking[:80])
    if last is not None and (last.stage, last.arrives_on, last.carrier, last.tracking) == told:
        return False
    ShipNotice.objects.create(
        schedule=row,
        stage=notice.stage,
        units=row.open_units,
        arrives_on=arrives_on,
        carrier=notice.carrier[:80],
        tracking=notice.tracking[:80],
        by=notice.by,
        at=notice.at,
    )
    PurchaseScheduleLine.objects.filter(pk=row.pk).update(expected_on=arrives_on, changed_seq=changes.next_change())
    outbox.record(
        events.ShipNoticed(
            **orders.identify(row),
            units=row.open_units,
            arrives_on=arrives_on,
            stage=notice.stage,
            carrier=notice.carrier[:80],
            tracking=notice.tracking[:80],
        )
    )
    return True


def _publish(supplier_id: int, buckets: dict[tuple[int, int, date], int], forecast: SharedForecast) -> int:
    last = ForecastPublication.objects.filter(supplier_id=supplier_id).order_by("-version").first()
    was: dict[tuple[int, int, date], Any] = dict(_read_buckets(last))
    changed = sum(was.get(key, 0) != buckets.get(key, 0) for key in was.keys() | buckets.keys())
    if last is not None and not changed:
        return 0
    version = (
        ForecastPublication.objects.filter(supplier_id=supplier_id).aggregate(last=Max("version"))["last"] or 0
    ) + 1
    publication = ForecastPublication.objects.create(
        supplier_id=supplier_id,
        version=version,
        run_id=forecast.run_id,
        as_of=forecast.as_of,
        buckets=len(buckets),
        changed=changed,
        published_at=clock.now(),
    )
    SupplierForecast.objects.bulk_create(
        [
            SupplierForecast(
                publication=publication,
                item_id=item,
                location_id=place,
                bucket_start=start,
                units=units,
                was_units=was.get((item, place, start)),  # type: ignore[misc]  # the stubs forget that it may be null
            )
            for (item, place, start), units in buckets.items()
        ],
        batch_size=_BATCH,
    )
    return 1


def _read_buckets(publication: ForecastPublication | None) -> dict[tuple[int, int, date], int]:
    if publication is None:
        return {}
    rows = SupplierForecast.objects.filter(publication=publication)
    return {
        (item, place, start): units
        for item, place, start, units in rows.values_list("item_id", "location_id", "bucket_start", "units")
    }
