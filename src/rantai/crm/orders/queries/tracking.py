"""What a customer may see of an order by its link: its own goods, days, parcels and papers, and nothing of ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import override

from rantai.crm.messages import (
    TrackedLine,
    TrackedOrder,
    TrackedPaper,
    TrackedParcel,
    TrackedPart,
    TrackedPost,
    TrackedReturn,
    TrackedStage,
)
from rantai.crm.orders.models import Invoice, SalesOrder, SalesOrderLine, ScheduleLine, ShipmentShare
from rantai.crm.orders.queries import causes, orders, stages, units
from rantai.foundation.access import queries as access
from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import Attachment
from rantai.iscm import facade as iscm
from rantai.iscm import milestones
from rantai.kernel import clock, money, texts
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef

PURPOSE = "track"


@dataclass(slots=True)
class Past:
    """What was told of a line: the first promise, and when each stage was reached."""

    first_promised_on: date | None = None
    reached: dict[str, datetime] = field(default_factory=dict)


def find_order(token: str) -> SalesOrder | None:
    """Return the order that a live link opens, or None: unknown, revoked, expired, or not confirmed."""
    link = access.find_link(token, PURPOSE) if token else None
    if link is None or link.subject_kind != "sales_order":
        return None
    rows = SalesOrder.objects.select_related("company__party", "account", "party")
    order = rows.filter(pk=link.subject_id).first()
    return order if order and order.number else None


def find_url(order: SalesOrder) -> str:
    """Return the address of an order's tracking page, or '' before the customer was given one; reads only."""
    token = access.work_out_link(PURPOSE, ref=DocRef("sales_order", order.pk))
    return make_url(token) if order.number and access.find_link(token, PURPOSE) else ""


def make_url(token: str) -> str:
    """Return the address that stands in letters."""
    return f"{settings.PUBLIC_URL}{_find_path().replace(_ANY, token)}"


@cache
def _find_path() -> str:
    # Asked for in each customer's language, Django would list all addresses once for every language.
    return reverse("shop:tracking", args=[_ANY])


_ANY = "any-token"


def show_order(order: SalesOrder, *, language: str, now: datetime) -> TrackedOrder:
    """Return what the customer of an order sees, named in a language."""
    zone, sender = order.company.zone, order.company.party
    with override(language):
        lines = {line.pk: line for line in orders.list_lines(order.pk)}
        schedule = list(ScheduleLine.objects.filter(order=order).order_by("line_id", "number", "generation"))
        names, past = units.name_units(), read_past(order)
        by_line: dict[int, list[ScheduleLine]] = defaultdict(list)
        for row in schedule:
            by_line[row.line_id].append(row)
        return TrackedOrder(
            number=order.number,
            reference=order.customer_reference,
            state=order.state,
            company=sender.name,
            email=sender.email,
            ordered_on=order.ordered_on,
            today=clock.business_date(now, zone),
            lines=tuple(
                _show_line(line, by_line.get(line.pk, []), past[line.pk], order, names=names, now=now)
                for line in lines.values()
            ),
            parcels=tuple(_list_parcels(order, lines, schedule, names)),
            papers=tuple(_list_papers(order)),
            returns=tuple(_list_returns(order, lines, names)),
            posts=tuple(_list_posts(order)),
            language=order.party.language,
        )


def find_paper(order: SalesOrder, attachment_id: int) -> Attachment | None:
    """Return a paper that the customer of an order was given: an invoice, a confirmation, a delivery note."""
    rows = Attachment.objects.filter(pk=attachment_id, archived_at=None).select_related("file")
    paper = rows.first()
    if paper is None:
        return None
    given = {one.id for one in _list_papers(order)} | set(find_notes(order.pk).values())
    return paper if paper.pk in given else None


def _show_line(
    line: SalesOrderLine, rows: Sequence[ScheduleLine], past: Past, order: SalesOrder, *, names: dict[str, str],
    now: datetime,
) -> TrackedLine:  # fmt: skip
    wanted = sum(row.units - row.cancelled for row in rows) if rows else line.units
    promised = [row.promised_on for row in rows if row.units > row.cancelled]
    promised_on = max((day for day in promised if day), default=None) if all(promised) else None
    moved = bool(promised_on and past.first_promised_on and promised_on != past.first_promised_on)
    behind = min(rows, key=lambda row: stages.rank_of(row.milestone), default=None)
    return TrackedLine(
        line=line.number,
        code=line.item.code,
        name=texts.pick(line.item.name) or line.item.code,
        unit=names.get(line.unit_code, line.unit_code),
        quantity=_typed(line, wanted),
        shipped=_typed(line, sum(row.fulfilled for row in rows)),
        delivered=_typed(line, sum(row.delivered for row in rows)),
        cancelled=_typed(line, sum(row.cancelled for row in rows)),
        requested_on=max((row.requested_on for row in rows), default=None),
        first_promised_on=past.first_promised_on or promised_on,
        promised_on=promised_on,
        cause=_say_why(line, behind, order, now=now) if moved and behind else "",
        stages=_list_stages(line, behind, past, order) if behind and wanted else (),
        parts=_list_parts(line, rows),
    )


def _say_why(line: SalesOrderLine, row: ScheduleLine, order: SalesOrder, *, now: datetime) -> str:
    """Return what a line whose day moved waits for, else why the day moved."""
    wait = iscm.tell_customer(DocRef("sales_order", order.pk, line.pk), as_of=now)
    today = clock.business_date(now, order.company.zone)
    said = causes.say_wait(wait, item=texts.pick(line.item.name) or line.item.code, today=today) if wait else ""
    return said or causes.say_cause(row.promise_cause)


def _list_stages(line: SalesOrderLine, row: ScheduleLine, past: Past, order: SalesOrder) -> tuple[TrackedStage, ...]:
    codes = stages.list_stages(decoupling=line.item.decoupling, basis=row.basis)
    place = stages.find_place(codes, row.milestone or codes[0])
    zone = order.company.zone
    reached = {
        milestones.ORDER_RECEIVED: order.confirmed_at or order.ordered_at,
        milestones.DATE_PROMISED: order.confirmed_at,
        **past.reached,
    }
    return tuple(
        TrackedStage(
            code=code,
            name=str(stages.NAMES[code]),
            reached_on=_day(reached.get(code), zone) if index <= place else None,
            note=row.milestone_note if code == row.milestone else "",
            is_done=index < place or code == milestones.DELIVERED == row.milestone,
            is_current=index == place and row.milestone != milestones.DELIVERED,
        )
        for index, code in enumerate(codes)
    )


def _list_parts(line: SalesOrderLine, rows: Iterable[ScheduleLine]) -> tuple[TrackedPart, ...]:
    """Return the parts of a line that comes on more than one day."""
    by_day: dict[date, int] = defaultdict(int)
    for row in rows:
        for part in row.slices:
            by_day[date.fromisoformat(part["promised_on"])] += int(part["units"])
    if len(by_day) < 2:
        return ()
    return tuple(TrackedPart(units=_typed(line, by_day[day]), promised_on=day) for day in sorted(by_day))


def read_past(order: SalesOrder) -> dict[int, Past]:
    """Read what operations told of each line, oldest first; a stage counts from the last time it was reached."""
    past: dict[int, Past] = defaultdict(Past)
    rows = Event.objects.filter(
        stream=f"sales_order.demand:{order.pk}", kind__in=["PromiseRevised", "MilestoneReached", "ShipmentReversed"]
    )
    for kind, payload in rows.order_by("stream_seq").values_list("kind", "payload"):
        line = past[payload["line"]]
        if kind == "PromiseRevised" and line.first_promised_on is None and payload["promised_on"]:
            line.first_promised_on = parse_date(payload["promised_on"])
        elif kind == "MilestoneReached":
            at = parse_datetime(payload["at"])
            if at:
                line.reached[payload["milestone"]] = at
    return past


def _list_parcels(
    order: SalesOrder, lines: dict[int, SalesOrderLine], schedule: Sequence[ScheduleLine], names: dict[str, str]
) -> Iterable[TrackedParcel]:
    line_of = {row.pk: lines[row.line_id] for row in schedule}
    shares = _list_shares(order)
    notes = find_notes(order.pk) if shares else {}
    parcels: dict[tuple[int, datetime], list[ShipmentShare]] = defaultdict(list)
    for share in shares:
        parcels[share.shipment_id, share.shipped_at].append(share)
    for (shipment_id, _at), held in parcels.items():
        first = held[0]
        delivered = [share.delivered_at for share in held]
        yield TrackedParcel(
            shipment_id=shipment_id,
            number=first.shipment_number,
            carrier=first.carrier,
            tracking=first.tracking,
            shipped_on=clock.business_date(first.shipped_at, order.company.zone),
            delivered_on=_day(max((at for at in delivered if at), default=None), order.company.zone)
            if all(delivered)
            else None,
            goods=tuple(_show_goods(line_of[share.schedule_line_id], share.units, names) for share in held),
            note=notes.get(shipment_id),
        )


def _show_goods(line: SalesOrderLine, count: int, names: dict[str, str]) -> tuple[str, Quantity, str]:
    name = texts.pick(line.item.name) or line.item.code
    return name, _typed(line, count), names.get(line.unit_code, line.unit_code)


def _list_shares(order: SalesOrder) -> list[ShipmentShare]:
    return list(ShipmentShare.objects.filter(order=order, reversed_at=None).order_by("shipped_at", "id"))


def find_notes(order_id: int) -> dict[int, int]:
    """Return shipment → the delivery note that left with it, of an order's shipments that have left."""
    shipments = iscm.list_shipments(DocRef("sales_order", order_id))
    return {shipment.id: shipment.note for shipment in shipments if shipment.note and shipment.shipped_at}


def _list_papers(order: SalesOrder) -> Iterable[TrackedPaper]:
    bills = Invoice.objects.filter(order=order, paper__isnull=False).order_by("id")
    for paper, kind, number, issued_on in bills.values_list("paper", "kind", "number", "issued_on"):
        yield TrackedPaper(id=paper or 0, kind=kind, number=number, issued_on=issued_on)
    confirmations = documents.list_attachments(DocRef("sales_order", order.pk)).filter(purpose="order_confirmation")
    newest = confirmations.order_by("-id").first()
    if newest:
        yield TrackedPaper(
            id=newest.pk, kind="order_confirmation", number=order.number,
            issued_on=clock.business_date(newest.added_at, order.company.zone),
        )  # fmt: skip


def _list_returns(
    order: SalesOrder, lines: dict[int, SalesOrderLine], names: dict[str, str]
) -> Iterable[TrackedReturn]:
    for row in iscm.list_returns(DocRef("sales_order", order.pk)):
        yield TrackedReturn(
            number=row.number,
            state=row.state,
            site=row.site,
            goods=tuple(_show_goods(lines[part.line], part.units.amount, names) for part in row.lines),
        )


def _list_posts(order: SalesOrder) -> Iterable[TrackedPost]:
    for row in documents.list_conversation(DocRef("sales_order", order.pk)):
        yield TrackedPost(text=row.text, at=row.at, is_ours=row.kind == "answer")


def _typed(line: SalesOrderLine, count: int) -> Quantity:
    return Quantity(money.round_half_up(count * line.factor_denominator, line.factor_numerator))


def _day(at: datetime | None, zone: str) -> date | None:
    return clock.business_date(at, zone) if at else None
