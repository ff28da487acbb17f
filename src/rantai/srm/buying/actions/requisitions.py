"""Take wishes to buy, bundle them into orders, or let them go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item, Source
from rantai.foundation.parties import queries as parties
from rantai.kernel import audit, changes, clock, revisions
from rantai.kernel.money import MAX_AMOUNT as MAX_MONEY
from rantai.kernel.quantities import MAX_AMOUNT, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm.buying import states
from rantai.srm.buying.actions import drafts
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.messages import PurchaseRequest, RequestedPurchase
from rantai.srm.suppliers import queries as suppliers

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class BadRequest(ValueError):
    """A wish that nobody could order."""

    def __init__(self, cause: DocRef, problem: str) -> None:
        self.cause, self.problem = cause, problem
        super().__init__(problem)


class NotOrderable(ValueError):
    """Requisitions that cannot become orders, each with its reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def request_purchases(requests: Sequence[PurchaseRequest]) -> tuple[RequestedPurchase, ...]:
    """Record wishes to buy; a cause that is known changes nothing. Raises BadRequest before anything is written."""
    require_transaction()
    items = _check_requests(requests)
    known = find_by_cause([request.cause for request in requests])
    fresh: dict[DocRef, PurchaseRequest] = {}
    for request in requests:
        if request.cause not in known:
            fresh.setdefault(request.cause, request)
    sources = _sources_of(fresh.values())
    seq = changes.next_change() if fresh else 0
    rows = PurchaseRequisition.objects.bulk_create(
        [_to_row(request, items[request.item_id], sources, seq) for request in fresh.values()], batch_size=500
    )
    known |= {row.cause: row for row in rows}
    ordered = _order_refs([row.pk for row in known.values() if row.state == "ordered"])
    return tuple(
        RequestedPurchase(
            cause=request.cause,
            requisition_id=known[request.cause].pk,
            order_ref=ordered.get(known[request.cause].pk),
        )
        for request in requests
    )


def order_requisitions(requisitions: Sequence[PurchaseRequisition], *, by: str, on: date) -> list[PurchaseOrder]:
    """Bundle open requisitions into draft orders: one for each supplier, place and currency, or customer order.

    An open draft of the same bundle takes further lines. Raises NotOrderable with every problem at once.
    """
    require_transaction()
    problems = [problem for row in requisitions if (problem := _why_not(row))]
    if problems:
        raise NotOrderable(problems)
    bundles: dict[tuple[object, ...], list[PurchaseRequisition]] = {}
    for row in sorted(requisitions, key=lambda row: (row.due_on, row.pk)):
        bundles.setdefault(drafts.bundle_key(row), []).append(row)
    orders = [drafts.add_to_draft(rows, by=by, on=on) for rows in bundles.values()]
    for row in requisitions:
        states.REQUISITION.move(row, "ordered")
    _note_decided(requisitions, by=by)
    return orders


def change_requisition(
    requisition: PurchaseRequisition,
    *,
    revision: int,
    by: str,
    units: Quantity,
    due_on: date,
    supplier_id: int | None,
    source_id: int | None = None,
    reason: str = "",
) -> PurchaseRequisition:
    """Change an open wish before it is ordered; raises RevisionConflict or BadRequest."""
    require_transaction()
    problem = _why_bad_figures(units, due_on)
    if problem:
        raise BadRequest(requisition.cause, problem)
    values: dict[str, object] = {"units": units.amount, "due_on": due_on, "supplier_id": supplier_id, "reason": reason}
    if supplier_id != requisition.supplier_id or source_id != requisition.source_id:
        values |= _terms_of_supplier(requisition, supplier_id, source_id)
    if requisition.state != "open":
        raise NotOrderable([_why_not(requisition)])
    noted = {name: [str(getattr(requisition, name)), str(value)] for name, value in values.items()}
    revisions.take(requisition, expected=revision, changed_seq=changes.next_change(), **values)
    changed = {name: pair for name, pair in noted.items() if pair[0] != pair[1]}
    audit.record(DocRef("purchase_requisition", requisition.pk), action="changed", by=by, changes=changed)
    return requisition


def dismiss_requisition(requisition: PurchaseRequisition, *, by: str, reason: str = "") -> None:
    """Let a wish go: it is not bought."""
    require_transaction()
    states.REQUISITION.move(requisition, "dismissed")
    PurchaseRequisition.objects.filter(pk=requisition.pk).update(reason=reason[:200])
    _note_decided([requisition], by=by)
    audit.record(DocRef("purchase_requisition", requisition.pk), action="dismissed", by=by)


def reopen_requisition(requisition: PurchaseRequisition, *, by: str) -> None:
    """Take a dismissal back."""
    require_transaction()
    states.REQUISITION.move(requisition, "open")
    PurchaseRequisition.objects.filter(pk=requisition.pk).update(
        decided_by="", decided_at=None, revision=F("revision") + 1, changed_seq=changes.next_change()
    )
    audit.record(DocRef("purchase_requisition", requisition.pk), action="reopened", by=by)


def require_revision(requisition: PurchaseRequisition, revision: int) -> None:
    """Raise RevisionConflict where somebody changed the requisition after it was shown."""
    if requisition.revision != revision:
        raise revisions.RevisionConflict(requisition, revision, requisition.revision)


def find_by_cause(causes: Iterable[DocRef]) -> dict[DocRef, PurchaseRequisition]:
    """Return the requisitions that exist for these causes."""
    found: dict[DocRef, PurchaseRequisition] = {}
    by_kind: dict[str, list[DocRef]] = {}
    for cause in causes:
        by_kind.setdefault(cause.kind, []).append(cause)
    for kind, wanted in by_kind.items():
        for start in range(0, len(wanted), 900):
            ids = {cause.id for cause in wanted[start : start + 900]}
            for row in PurchaseRequisition.objects.filter(cause_kind=kind, cause_id__in=ids):
                found[row.cause] = row
    return {cause: row for cause, row in found.items() if cause in set(by_kind[cause.kind])}


def _check_requests(requests: Sequence[PurchaseRequest]) -> dict[int, Item]:
    items = Item.objects.in_bulk([request.item_id for request in requests])
    for request in requests:
        item = items.get(request.item_id)
        if item is None:
            text = _("Cannot buy item %(id)s: there is none. Choose an item.") % {"id": request.item_id}
            raise BadRequest(request.cause, text)
        if item.is_blocked or item.archived_at:
            text = _("Cannot buy %(item)s: it is blocked. Unblock it or choose another.") % {"item": item.code}
            raise BadRequest(request.cause, text)
        problem = _why_bad_figures(request.units, request.due_on)
        if not problem and not 0 <= request.unit_cost <= MAX_MONEY:
            problem = _("A unit cost cannot be negative or above the largest amount. Check the figure.")
        if problem:
            raise BadRequest(request.cause, f"{item.code}: {problem}")
    return items


def _why_bad_figures(units: Quantity, due_on: date) -> str:
    if units.amount <= 0:
        return _("Cannot buy %(units)s units: the quantity must be above zero.") % {"units": units}
    if units.amount > MAX_AMOUNT:
        return _("Cannot buy %(units)s units: that is above the largest quantity. Check the figure.") % {"units": units}
    if not EARLIEST <= due_on <= LATEST:
        return _("Cannot buy for %(day)s: give a day between 2000 and 2199.") % {"day": due_on.isoformat()}
    return ""


def _sources_of(requests: Iterable[PurchaseRequest]) -> dict[int, Source]:
    return Source.objects.in_bulk({request.source_id for request in requests if request.source_id})


def _to_row(request: PurchaseRequest, item: Item, sources: dict[int, Source], seq: int) -> PurchaseRequisition:
    source = sources.get(request.source_id or 0)
    supplier_id = request.supplier_id or (source.supplier_id if source else None)
    currency = request.currency or (source.currency if source else "") or _currency_of(supplier_id, request.company_id)
    cost = request.unit_cost or (source.cost if source and source.currency in ("", currency) else 0)
    return PurchaseRequisition(
        company_id=request.company_id,
        cause_kind=request.cause.kind,
        cause_id=request.cause.id,
        cause_line=request.cause.line,
        item=item,
        supplier_id=supplier_id,
        source=source,
        location_id=request.location_id,
        units=request.units.amount,
        due_on=request.due_on,
        order_on=min(request.order_on, request.due_on),
        unit_cost=cost,
        currency=currency,
        drop_to_address_id=request.drop_to_address_id,
        drop_for_number=request.drop_for_number,
        value_at_stake=request.value_at_stake,
        policy_id=request.policy_id,
        requested_by=request.by,
        changed_seq=seq,
    )


def _currency_of(supplier_id: int | None, company_id: int) -> str:
    supplier = suppliers.find_supplier(supplier_id) if supplier_id else None
    return (supplier.currency if supplier else "") or parties.get_company(company_id).currency


def _terms_of_supplier(
    requisition: PurchaseRequisition, supplier_id: int | None, source_id: int | None
) -> dict[str, object]:
    source = Source.objects.filter(pk=source_id, item=requisition.item_id).first() if source_id else None
    currency = (source.currency if source else "") or _currency_of(supplier_id, requisition.company_id)
    return {"source_id": source.pk if source else None, "currency": currency, "unit_cost": source.cost if source else 0}


def _why_not(row: PurchaseRequisition) -> str:
    name = row.item.code
    if row.state != "open":
        return _("%(item)s: this requisition is %(state)s already.") % {"item": name, "state": states.say(row.state)}
    if row.supplier_id is None:
        return _("%(item)s has no supplier. Choose one, or add a source to the item.") % {"item": name}
    supplier = suppliers.find_supplier(row.supplier_id)
    if supplier is not None and (supplier.is_blocked or supplier.archived_at):
        return _("%(item)s: %(supplier)s gets no new orders. Choose another supplier.") % {
            "item": name,
            "supplier": supplier.party.name,
        }
    if row.location_id is None and row.drop_to_address_id is None:
        return _("%(item)s has no place to go to. Choose a location.") % {"item": name}
    return ""


def _note_decided(rows: Iterable[PurchaseRequisition], *, by: str) -> None:
    PurchaseRequisition.objects.filter(pk__in=[row.pk for row in rows]).update(
        decided_by=by, decided_at=clock.now(), revision=F("revision") + 1, changed_seq=changes.next_change()
    )


def _order_refs(requisition_ids: Sequence[int]) -> dict[int, DocRef]:
    rows = PurchaseScheduleLine.objects.filter(requisition_id__in=requisition_ids).select_related("line")
    return {row.requisition_id: row.line.ref for row in rows.order_by("-id") if row.requisition_id}
