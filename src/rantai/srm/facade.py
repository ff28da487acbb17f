"""The front door of SRM: what operations, desks and doors may ask of purchasing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs, measures
from rantai.kernel.hits import Hit
from rantai.kernel.invariants import Violation
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction, run_atomic
from rantai.srm import waiting
from rantai.srm.buying import measures as buying_measures
from rantai.srm.buying.actions import asked_changes, commits, imports, orders, receipts, requisitions, sending
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from rantai.srm.buying.queries import finding, lateness, paper, supply, violations
from rantai.srm.collaboration import actions as collaboration
from rantai.srm.collaboration import queries as answers
from rantai.srm.messages import (
    AnswerOutcome,
    AskedTerms,
    Lateness,
    OpenPurchaseRows,
    OpenSupply,
    PurchaseAnswer,
    PurchaseChange,
    PurchaseLine,
    PurchaseRequest,
    PurchaseToAnswer,
    ReceivedLine,
    RequestedPurchase,
    SharedForecast,
    StageNotice,
)
from rantai.srm.suppliers import actions as suppliers

OlderRevision = collaboration.OlderRevision
AnswerRefused = (
    collaboration.BadAnswer,
    collaboration.OrderNotOpen,
    collaboration.NotYourOrder,
    commits.MoreThanAsked,
    commits.LessThanReceived,
)
"""What a door shows beside the form: problems of an answer, in words for the supplier."""

RECEIPT_REFUSALS = (receipts.NotReceivable, receipts.BadReceipt, receipts.ReceiptNotFound)
"""Why `record_receipts` may refuse, for a reason that somebody at the dock can do something about."""

NEED_REFUSALS = waiting.NEED_REFUSALS
list_needs, describe_need, decide_need = waiting.list_needs, waiting.describe_need, waiting.decide_need
list_figures, get_reach = waiting.list_figures, waiting.get_reach

# What operations ask, inside their own transaction.


def request_purchase(requests: Sequence[PurchaseRequest]) -> tuple[RequestedPurchase, ...]:
    """Record wishes to buy in the caller's transaction; the same cause twice changes nothing.

    Those that an ApprovalPolicy covers stand on draft orders at once, and a job approves and sends these; all others
    wait for a buyer. Raises requisitions.BadRequest before anything is written.
    """
    requested = requisitions.request_purchases(requests)
    covered = _list_covered([row.requisition_id for row in requested])
    if not covered:
        return requested
    by = f"policy:{covered[0].policy_id}"
    made = requisitions.order_requisitions(covered, by=by, on=_business_date(clock.now(), covered[0].company_id))
    for order in made:
        jobs.enqueue("srm.send_purchase_order", {"order_id": order.pk, "by": by}, key=str(order.pk), actor=by)
    return requisitions.request_purchases(requests)


def change_purchases(wanted: Sequence[PurchaseChange]) -> None:
    """Want less, more, sooner or later, in the caller's transaction.

    Requisitions and unsent lines change at once. Sent lines become a request to the supplier: a job writes the letter
    where the change says who decided it, else it waits for a buyer. Raises asked_changes.BadChange.
    """
    for order_id in asked_changes.change_purchases(wanted):
        jobs.enqueue("srm.ask_purchase_changes", {"order_id": order_id, "by": wanted[0].by}, key=str(order_id))


def record_receipts(received: Sequence[ReceivedLine]) -> int:
    """Note goods on their order lines in the warehouse's transaction; a receipt that is known changes nothing.

    Returns how many lines were new. Locks orders in id order: call it before stock is locked.
    Raises receipts.NotReceivable, BadReceipt or ReceiptNotFound.
    """
    return receipts.record_receipts(received)


def publish_forecast(forecast: SharedForecast) -> int:
    """Share what we expect to buy, in the caller's transaction; return how many suppliers got a new version."""
    return collaboration.publish_forecast(forecast)


def list_open_supply(
    item_ids: Sequence[int] | None = None, order_ids: Sequence[int] | None = None
) -> tuple[OpenSupply, ...]:
    """Return what is on order or requisitioned; with `order_ids`, every schedule of these orders, ended ones too."""
    return supply.list_open_supply(item_ids, order_ids)


def list_changed_items(since: int) -> set[int]:
    """Return the items whose purchases or requisitions changed after a `changed_seq`."""
    return supply.list_changed_items(since)


def list_supply_for(kind: str, ids: Sequence[int]) -> tuple[OpenSupply, ...]:
    """Return what is or was bought for causes of one kind ('demand', 'production_order', …), or out of requisitions."""
    return supply.list_supply_for(kind, ids)


def search(text: str, *, limit: int = 5) -> tuple[Hit, ...]:
    """Return suppliers, orders and requisitions that are called as somebody typed, at most `limit` of a kind."""
    return finding.search(text, limit=limit)


def number_lines(order_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return order and position of the lines of orders, by the line's id: how people know a line."""
    return supply.number_lines(order_ids)


def list_lateness(supplier_ids: Iterable[int] | None = None, *, until: date) -> tuple[Lateness, ...]:
    """Return how late goods came against the first committed date, by supplier and item."""
    return lateness.list_lateness(supplier_ids, until=until)


def list_ordered(*, since: date, until: date) -> tuple[tuple[int, date, int], ...]:
    """Return (item, day sent, 1/10,000 base units) of order lines sent in [since, until)."""
    return supply.list_ordered(since=since, until=until)


def get_purchase_lines(refs: Iterable[DocRef]) -> tuple[PurchaseLine, ...]:
    """Return order lines by citation, for the warehouse's receipt."""
    return supply.get_purchase_lines(refs)


def list_receivable(location_id: int | None = None) -> tuple[PurchaseLine, ...]:
    """Return lines that goods may come in for, soonest first."""
    return supply.list_receivable(location_id)


def list_violations() -> Iterator[Violation]:
    """Check what must always hold of purchases."""
    yield from violations.list_violations()
    yield from answers.list_violations()


# What people decide: each opens its own transaction, so that desks, demonstrations and pages share one edge.


def order_requisitions(requisition_ids: Sequence[int], *, by: str, as_of: datetime) -> tuple[int, ...]:
    """Bundle open requisitions into draft orders; return these. Raises requisitions.NotOrderable."""

    def work() -> tuple[int, ...]:
        rows = PurchaseRequisition.objects.filter(pk__in=list(requisition_ids)).select_related("item", "company")
        found = list(rows.order_by("id"))
        made = requisitions.order_requisitions(found, by=by, on=_business_date(as_of, found[0].company_id))
        return tuple(order.pk for order in made)

    return run_atomic(work) if requisition_ids else ()


def approve_order(order_id: int, *, revision: int | None = None, by: str, as_of: datetime) -> str:
    """Approve a draft; return its number. Raises what orders.approve_order raises."""
    on = _order_date(order_id, as_of)
    return run_atomic(lambda: orders.approve_order(order_id, revision=revision, by=by, on=on)).number


def send_order(order_id: int, *, by: str, as_of: datetime) -> None:
    """Print an approved order, then send it with an answer link. Raises sending.NobodyToSendTo, IllegalTransition."""
    on = _order_date(order_id, as_of)
    printed = paper.render_order(order_id)
    run_atomic(lambda: sending.send_order(order_id, by=by, on=on, paper=printed))


def ask_changes(order_id: int, *, by: str, as_of: datetime) -> bool:
    """Put the proposed changes of a sent order to its supplier; return whether there were any."""
    on = _order_date(order_id, as_of)
    printed = paper.render_order(order_id)
    return run_atomic(lambda: sending.ask_changes(order_id, by=by, on=on, paper=printed)) is not None


def cancel_order(order_id: int, *, revision: int | None = None, by: str, reason: str = "") -> None:
    """Cancel what has not come of an order, and tell a supplier that had it."""

    def work() -> None:
        had_it = bool(PurchaseOrder.objects.get(pk=order_id).asked_revision)
        order = orders.cancel_order(order_id, revision=revision, by=by, reason=reason)
        if had_it:
            sending.tell_cancelled(order, by=by, reason=reason)

    run_atomic(work)


def dismiss_requisitions(requisition_ids: Sequence[int], *, by: str, reason: str = "") -> int:
    """Let open requisitions go; return how many were open."""

    def work() -> int:
        rows = list(PurchaseRequisition.objects.filter(pk__in=list(requisition_ids), state="open").order_by("id"))
        for row in rows:
            requisitions.dismiss_requisition(row, by=by, reason=reason)
        return len(rows)

    return run_atomic(work)


# What suppliers say, through a door or a wire.


def number_orders(ids: Iterable[int]) -> dict[int, str]:
    """Return the numbers of purchase orders by id."""
    return dict(PurchaseOrder.objects.filter(pk__in=list(ids)).values_list("pk", "number"))


def find_order_to_answer(order_id: int, *, supplier_id: int, language: str) -> PurchaseToAnswer | None:
    """Return an order as its supplier sees it, or None where it is not theirs."""
    return answers.find_order_to_answer(order_id, supplier_id=supplier_id, language=language)


def list_terms(order_id: int, asked_revision: int, *, supplier_id: int) -> tuple[AskedTerms, ...]:
    """Return what a supplier was asked in an earlier revision of an order."""
    return answers.list_terms(order_id, asked_revision, supplier_id=supplier_id)


def print_order(order_id: int) -> bytes:
    """Return the PDF of an order in its supplier's language."""
    return paper.render_order(order_id)


def record_answer(answer: PurchaseAnswer) -> AnswerOutcome:
    """Take a supplier's answer in its own transaction. Raises what collaboration.record_answer raises."""
    return run_atomic(lambda: collaboration.record_answer(answer))


def notice_stage(notice: StageNotice) -> int:
    """Take a notice of goods on their way in its own transaction; return for how many schedules it was new."""
    return run_atomic(lambda: collaboration.notice_stage(notice))


# Bulk work and regular work, inside the caller's transaction.


def import_open_purchases(rows: OpenPurchaseRows) -> int:
    """Take over open orders of the system before; return how many are new."""
    return imports.import_open_purchases(rows)


def remove_open_purchases(run_key: str, *, by: str) -> int:
    """Take such an import back where nothing was answered or received; return how many orders."""
    return imports.remove_open_purchases(run_key, by=by)


def open_suppliers(party_ids: Iterable[int], *, by: str, **terms: object) -> int:
    """Let parties sell to us on the same terms, in the caller's transaction; return how many there are now."""
    return len([suppliers.add_supplier(pk, by=by, **terms) for pk in sorted(set(party_ids))])  # type: ignore[arg-type]


def link_suppliers(supplier_id: int, *, customer_id: int, part: str = "", source: str = "") -> None:
    """Say that one party supplies another, in the caller's transaction: an edge of the graph to tier n."""
    suppliers.link_suppliers(supplier_id, customer_id=customer_id, part=part, source=source)


def snapshot_measures(day: date) -> int:
    """Store the day's supplier figures; return how many."""
    require_transaction()
    kpis = buying_measures.list_kpis(day=day)
    measures.snapshot(kpis, day=day)
    return len(kpis)


def _list_covered(requisition_ids: Sequence[int]) -> list[PurchaseRequisition]:
    rows = PurchaseRequisition.objects.filter(pk__in=requisition_ids, state="open", policy_id__isnull=False)
    rows = rows.exclude(supplier=None).select_related("item", "company").order_by("id")
    return [row for row in rows if row.location_id or row.drop_to_address_id]


def _order_date(order_id: int, as_of: datetime) -> date:
    return _business_date(as_of, PurchaseOrder.objects.values_list("company_id", flat=True).get(pk=order_id))


def _business_date(as_of: datetime, company_id: int) -> date:
    return clock.business_date(as_of, parties.get_company(company_id).zone)
