"""Orders as their suppliers see them, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.kernel import invariants
from rantai.kernel.flows import Saying
from rantai.kernel.invariants import Violation
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseOrderRevision, PurchaseScheduleLine
from rantai.srm.buying.queries import paper
from rantai.srm.collaboration.models import ForecastPublication, ShipNotice, SupplierAnswer, SupplierCommit
from rantai.srm.messages import AnswerPart, AskedSchedule, AskedTerms, PurchaseToAnswer
from rantai.ui import formats


def find_order_to_answer(order_id: int, *, supplier_id: int, language: str) -> PurchaseToAnswer | None:
    """Return an order as its supplier sees it, or None where it is not theirs: the party is in the query."""
    mine = PurchaseOrder.objects.filter(pk=order_id, supplier_id__in=parties.list_party_ids(supplier_id))
    order = mine.select_related("supplier", "company__party", "location").first()
    if order is None or not order.asked_revision:
        return None
    last = SupplierAnswer.objects.filter(order=order).order_by("-id").first()
    return PurchaseToAnswer(
        order_id=order.pk,
        number=order.number,
        state=order.state,
        is_open=order.state in states.AWAITED,
        asked_revision=order.asked_revision,
        supplier_id=order.supplier_id,
        supplier_name=order.supplier.name,
        company_name=order.company.party.name,
        language=order.supplier.language,
        currency=order.currency,
        total=order.total,
        ship_to=", ".join(paper.describe_place(order)),
        is_dropship=order.drop_to_address_id is not None,
        note=order.note,
        schedules=tuple(_list_asked(order, language)),
        answered_at=last.at if last else None,
        answer_note=last.note if last else "",
    )


def list_terms(order_id: int, asked_revision: int, *, supplier_id: int) -> tuple[AskedTerms, ...]:
    """Return what a supplier was asked in a revision; empty where there was none, or the order is not theirs."""
    row = PurchaseOrderRevision.objects.filter(
        order_id=order_id, asked_revision=asked_revision, order__supplier_id__in=parties.list_party_ids(supplier_id)
    ).first()
    return tuple(
        AskedTerms(
            schedule_id=term["schedule"],
            item_code=term["item"],
            units=Quantity(term["units"]),
            due_on=date.fromisoformat(term["due_on"]),
        )
        for term in (row.terms if row else [])
    )


def list_answers(order_id: int) -> list[SupplierAnswer]:
    """Return the answers to an order with their commits, newest first."""
    rows = SupplierAnswer.objects.filter(order_id=order_id).prefetch_related(
        "commits__schedule__line__item", "commits__upstream"
    )
    return list(rows.order_by("-id"))


def list_notices(order_id: int) -> list[ShipNotice]:
    """Return what a supplier told of goods on their way, newest first."""
    rows = ShipNotice.objects.filter(schedule__line__order_id=order_id).select_related("schedule__line__item")
    return list(rows.order_by("-id"))


def list_publications(supplier_id: int) -> QuerySet[ForecastPublication]:
    """Return the versions of our forecast that a supplier was shown, newest first."""
    return ForecastPublication.objects.filter(supplier_id=supplier_id).order_by("-version")


def list_sayings() -> tuple[Saying, ...]:
    """Return to how many suppliers our forecast went within the last plan, for the loop's picture."""
    newest = ForecastPublication.objects.aggregate(run=Max("run_id"))["run"]
    if newest is None:
        return ()
    count = ForecastPublication.objects.filter(run_id=newest).count()
    text = ngettext("forecast shared with %(n)s supplier", "forecast shared with %(n)s suppliers", count)
    return (Saying(text=text % {"n": formats.number(count)}, url=reverse("srm_suppliers:suppliers")),)


def list_violations() -> Iterator[Violation]:
    """Yield every commitment on an order that nobody answered."""
    sql = (
        "SELECT s.id, l.order_id, s.committed FROM srm_buying_purchasescheduleline s"
        " JOIN srm_buying_purchaseorderline l ON l.id = s.line_id WHERE s.committed IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM srm_collaboration_suppliercommit c WHERE c.schedule_id = COALESCE(s.root_id, s.id))"
    )
    for schedule, order, units in invariants.rows(sql):
        text = f"order {order} counts on {units} units, but nobody answered"
        yield Violation(rule="purchases.commit_was_answered", subject=f"purchase_schedule:{schedule}", message=text)


def _list_asked(order: PurchaseOrder, language: str) -> Iterable[AskedSchedule]:
    rows = PurchaseScheduleLine.objects.filter(line__order=order).select_related("line__item__base_unit")
    groups: dict[int, list[PurchaseScheduleLine]] = {}
    for row in rows.order_by("line__position", "position"):
        groups.setdefault(row.root_id or row.pk, []).append(row)
    asked = {
        request.schedule_id: request
        for request in PurchaseChangeRequest.objects.filter(schedule__line__order=order, state="asked")
    }
    stages = _last_notices(order)
    reasons = _last_reasons(order)
    for pk, group in groups.items():
        if sum(row.asked for row in group) or pk in asked:
            yield _read_group(group, asked.get(pk), stages.get(pk), reasons.get(pk, ""), language)


def _read_group(
    group: list[PurchaseScheduleLine],
    request: PurchaseChangeRequest | None,
    notice: ShipNotice | None,
    reason: str,
    language: str,
) -> AskedSchedule:
    root, line = group[0], group[0].line
    units = sum(row.asked for row in group)
    parts = [
        AnswerPart(units=Quantity(row.committed), on=row.committed_on)
        for row in group
        if row.committed and row.committed_on
    ]
    return AskedSchedule(
        schedule_id=root.pk,
        line_id=line.pk,
        position=line.position,
        item_id=line.item_id,
        item_code=line.item.code,
        item_name=pick(line.item.name, language),
        unit=pick(line.item.base_unit.name, language) or line.item.base_unit.code,
        units=Quantity(request.units if request else units),
        due_on=request.due_on if request else root.requested_on,
        was_units=Quantity(units) if request else None,
        was_due_on=root.requested_on if request else None,
        received=Quantity(sum(row.received for row in group)),
        unit_cost=line.unit_cost,
        parts=tuple(sorted(parts, key=lambda part: part.on)),
        reason=reason,
        stage=notice.stage if notice else "",
        carrier=notice.carrier if notice else "",
        tracking=notice.tracking if notice else "",
    )


def _last_notices(order: PurchaseOrder) -> dict[int, ShipNotice]:
    rows = ShipNotice.objects.filter(schedule__line__order=order).select_related("schedule").order_by("id")
    return {row.schedule.root_id or row.schedule_id: row for row in rows}


def _last_reasons(order: PurchaseOrder) -> dict[int, str]:
    rows = SupplierCommit.objects.filter(schedule__line__order=order).order_by("id")
    return dict(rows.values_list("schedule_id", "reason"))
