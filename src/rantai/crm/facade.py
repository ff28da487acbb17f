"""The front door of CRM: what other houses' doors, imports and the turn may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from rantai.crm import recording, waiting
from rantai.crm.accounts import actions as accounts
from rantai.crm.insight import actions as values
from rantai.crm.insight import queries as insight
from rantai.crm.insight.models import AccountValue
from rantai.crm.loyalty.queries import points
from rantai.crm.messages import (
    CustomerWorth,
    HistoryLines,
    OrderDraft,
    OrderView,
    PromiseView,
    TrackedFile,
    TrackedOrder,
    ValueSummary,
)
from rantai.crm.orders.actions import capturing, changing, confirming, history, holding, invoicing, questions
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking, checks, finding, orders, past, tracking
from rantai.crm.pricing import actions as pricing
from rantai.crm.selling.actions import budgets, drafts, retail
from rantai.crm.selling.queries import finding as selling
from rantai.foundation.documents import queries as documents
from rantai.foundation.parties import queries as parties
from rantai.iscm import messages
from rantai.kernel import clock, jobs, money
from rantai.kernel.hits import Hit
from rantai.kernel.invariants import Violation
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import join_atomic, run_atomic

Result = TypeVar("Result")
LineChange = changing.LineChange
RecordedHistory = history.RecordedHistory
PriceRow = pricing.PriceRow
AgreementDraft = drafts.AgreementDraft
AgreementLineDraft = drafts.AgreementLineDraft
PlannedCallOff = drafts.PlannedCallOff
OpportunityDraft = drafts.OpportunityDraft
DealState = drafts.DealState
DealLine = drafts.DealLine
RetailLine = retail.RetailLine
RecordedRetail = retail.RecordedRetail
HistoryKnown = history.HistoryKnown
OrderRefused = asking.drafts.OrderRefused
CreditExceeded = holding.CreditExceeded
OrderHeld = holding.OrderHeld
TooManyQuestions = questions.TooManyQuestions
Progress = Callable[[int, int], None]

NEED_REFUSALS = waiting.NEED_REFUSALS
list_needs, describe_need, decide_need = waiting.list_needs, waiting.describe_need, waiting.decide_need
list_figures, get_reach = waiting.list_figures, waiting.get_reach
record_agreements, record_opportunities = recording.record_agreements, recording.record_opportunities
set_demand_classes, record_budget_months = accounts.set_classes, budgets.record_budget_months

_PARTIES = 800


def capture_order(draft: OrderDraft) -> int:
    """Write a draft order and return its id; raises OrderRefused with every problem, UnknownCustomer.

    Joins the caller's transaction, or opens one.
    """
    return join_atomic(lambda: capturing.capture_order(draft).pk)


def confirm_order(order_id: int, *, revision: int, by: str, as_of: datetime) -> OrderView:
    """Ask operations for dates and make an order firm with them, in one transaction.

    An order above the credit limit is left held for finance. Raises RevisionConflict, IllegalTransition, OrderHeld,
    CreditExceeded, OrderRefused where units cannot be promised.
    """
    ready = confirming.prepare_order(asking.ask_order(order_id, as_of=as_of), by=by, as_of=as_of)
    try:
        done = join_atomic(lambda: confirming.confirm_order(ready, expected_revision=revision, by=by, as_of=as_of))
    except CreditExceeded as error:
        join_atomic(partial(holding.place_credit_hold, error, by=by))
        raise
    promised = {demand.key: demand.slices for demand in done.recorded}
    return _view(done.order, [_show(row, promised.get(asking.key_of(row), ())) for row in done.schedule])


def ask_dates(order_id: int, *, as_of: datetime) -> messages.Offer:
    """Return what operations would promise for a draft; reads only."""
    return asking.ask_order(order_id, as_of=as_of).offer


def preview_change(order_id: int, *, changes: Sequence[LineChange], as_of: datetime) -> messages.Offer:
    """Return the dates that changed lines would get; reads only. Raises OrderRefused."""
    order = orders.get_order(order_id)
    planned = changing.plan_changes(order, changes, as_of=as_of)
    return _ask_changes(order, planned, as_of)


def change_order(order_id: int, *, changes: Sequence[LineChange], revision: int, by: str, as_of: datetime) -> OrderView:
    """Change quantities, dates and items of a confirmed order, taking new dates.

    What has not left of a line whose item is exchanged stands on a new line. A change that takes the customer above the
    credit limit leaves the order as it was, held for finance. Raises OrderRefused, RevisionConflict, OrderHeld,
    CreditExceeded, iscm's REFUSALS.
    """
    order = orders.get_order(order_id)
    planned = changing.plan_changes(order, changes, as_of=as_of)
    offer = _ask_changes(order, planned, as_of)
    try:
        join_atomic(
            lambda: changing.change_order(
                order_id, planned=planned, offer=offer, expected_revision=revision, by=by, as_of=as_of
            )
        )
    except CreditExceeded as error:
        join_atomic(partial(holding.place_credit_hold, error, wanted=changing.say_changes(planned), by=by))
        raise
    return get_order(order_id)


def cancel_order(order_id: int, *, revision: int, by: str, as_of: datetime | None = None) -> OrderView:
    """Cancel what has not left yet; raises RevisionConflict, IllegalTransition, iscm's REFUSALS."""
    at = as_of or clock.now()
    join_atomic(lambda: changing.cancel_order(order_id, expected_revision=revision, by=by, as_of=at))
    return get_order(order_id)


def get_order(order_id: int) -> OrderView:
    """Return an order as the doors show it; raises UnknownOrder."""
    return _view(orders.get_order(order_id), [_show(row) for row in asking.list_schedule(order_id)])


def search(text: str, *, limit: int = 5) -> tuple[Hit, ...]:
    """Return customers, documents and deals that are called as somebody typed, at most `limit` of a kind."""
    return (*finding.search(text, limit=limit), *selling.search(text, limit=limit))


def number_lines(order_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return order and position of the lines of orders, by the line's id: how people know a line."""
    return orders.number_lines(order_ids)


def list_orders(
    *, state: str = "", party_id: int | None = None, reference: str = "", before: int | None = None, limit: int = 100
) -> list[OrderView]:
    """Return orders without their lines, newest first; `before` is the id of the last one that was read already."""
    rows = orders.list_orders(state=state, party_id=party_id, reference=reference, before=before)
    return [_view(row, ()) for row in rows[:limit]]


def find_tracking(token: str) -> OrderView | None:
    """Return the order that a tracking link opens, or None: unknown, revoked or expired."""
    order = tracking.find_order(token)
    return get_order(order.pk) if order else None


def find_tracked_order(token: str, *, language: str = "") -> TrackedOrder | None:
    """Return what a customer sees by a tracking link, in a language or the customer's own; None where none opens."""
    order = tracking.find_order(token)
    if order is None:
        return None
    return tracking.show_order(order, language=language or order.party.language, now=clock.now())


def ask_question(token: str, *, text: str) -> bool:
    """Take what the customer of the order that a tracking link opens asks; False where it waits for an answer already.

    Joins the caller's transaction, or opens one. Raises UnknownOrder where the link opens none, TooManyQuestions.
    """
    order = tracking.find_order(token)
    if order is None:
        raise orders.UnknownOrder(0)
    return join_atomic(lambda: questions.ask_question(order, text=text)) is not None


def find_tracked_paper(token: str, paper_id: int) -> TrackedFile | None:
    """Return a paper of the order that a tracking link opens: its invoice, its confirmation, a delivery note."""
    order = tracking.find_order(token)
    paper = tracking.find_paper(order, paper_id) if order else None
    if paper is None:
        return None
    return TrackedFile(name=paper.name, media_type=paper.file.media_type, content=documents.read_file(paper.file))


def record_payment(invoice_id: int, *, amount: money.Money, received_on: date, reference: str = "", by: str) -> None:
    """Note money that arrived for an invoice; raises PaymentTooLarge."""
    join_atomic(
        lambda: invoicing.record_payment(
            invoice_id, amount=amount.amount, received_on=received_on, reference=reference, by=by
        )
    )


def record_history(lines: HistoryLines, *, progress: Progress | None = None) -> RecordedHistory:
    """Take a whole import of closed past orders in: begin, stage, publish. Opens its own transactions.

    An import that was killed begins anew; one that is current already raises HistoryKnown and changes nothing.
    """
    history.check_columns(lines)
    begin_history(lines.import_id, company_id=lines.company_id, currency=lines.currency)
    stage_history(lines, progress=progress)
    open_history_accounts(lines.import_id)
    return run_atomic(lambda: publish_history(lines.import_id))


def begin_history(import_id: int, *, company_id: int, currency: str) -> None:
    """Open an import of past orders, removing what a killed try left. Opens its own transactions; HistoryKnown."""
    run = run_atomic(lambda: history.begin_run(import_id, company_id=company_id, currency=currency))
    while run_atomic(lambda: history.delete_chunk(run)):
        pass


def stage_history(lines: HistoryLines, *, progress: Progress | None = None) -> None:
    """Write lines of an import that was begun, which nobody sees before `publish_history`.

    Opens its own short transactions; raises HistoryCutShort.
    """
    history.check_columns(lines)
    run = history.get_staged(lines.import_id)
    place, total = 0, len(lines.invoice)
    while place < total:
        start = place
        place = run_atomic(lambda: history.stage_chunk(run, lines, start=start))  # noqa: B023 (called at once)
        if progress:
            progress(place, total)


def open_history_accounts(import_id: int) -> None:
    """Open the accounts of those who bought in an import that is written, and note when they bought.

    Opens its own short transactions.
    """
    _each_chunk(history.read_spans(history.get_staged(import_id)), history.widen_tenure)


def publish_history(import_id: int) -> RecordedHistory:
    """Let readers see an import, all of it at once, in the caller's short transaction; records HistoryImported."""
    return history.make_current(history.get_staged(import_id))


def sum_history(import_id: int) -> tuple[int, int]:
    """Return the lines of an import and their sum in 1/10,000, returns taken off, as the books hold them."""
    run = past.find_run(import_id)
    return history.sum_run(run.pk) if run else (0, 0)


def remove_history(import_id: int) -> bool:
    """Take an import of past orders back, staged or current, with the accounts that it alone opened.

    Returns whether there was one. Opens its own transactions.
    """
    run = past.find_run(import_id)
    if run is None or run.state == "withdrawn":
        return False
    buyers = history.list_buyers(run)
    run_atomic(lambda: history.hide_run(run))
    while run_atomic(lambda: history.delete_chunk(run)):
        pass
    _each_chunk(buyers, history.narrow_tenure)
    _each_chunk(buyers, values.forget_buyers)
    return True


def set_prices(
    *, company_id: int, price_list: str, currency: str, rows: Sequence[PriceRow], by: str
) -> tuple[int, ...]:
    """Put prices on the list of this code, adding the list where there is none; return the places of rows that changed.

    Joins the caller's transaction, or opens one. The same rows twice change nothing.
    """
    return join_atomic(
        lambda: pricing.set_prices(price_list, company_id=company_id, currency=currency, rows=rows, by=by)
    )


def record_retail_sales(
    lines: Sequence[RetailLine], *, company_id: int, import_id: int | None = None
) -> RecordedRetail:
    """Write what customers sold and have on their shelves, in the caller's transaction; the same twice adds nothing."""
    return retail.record_retail_sales(lines, company_id=company_id, import_id=import_id)


def remove_retail_sales(import_id: int) -> int:
    """Take back what a file told of retailers' sales, in the caller's transaction; return how many rows."""
    return retail.remove_retail_sales(import_id)


def find_known_history(company_id: int, invoices: Iterable[str]) -> set[tuple[str, int]]:
    """Return which (invoice, line number) of these invoices we hold already."""
    return past.find_known_lines(company_id, invoices)


def value_customers(as_of: date, *, company_id: int | None = None, actor: str = "") -> int:
    """Queue the valuation of all customers as of a day and return its job; the worker that runs it loads the engine.

    Joins the caller's transaction, or opens one. A valuation of that company that is queued already is returned.
    """
    company = parties.get_company(company_id)
    payload = {"company_id": company.pk, "as_of": as_of.isoformat()}
    return join_atomic(lambda: jobs.enqueue("crm.value_customers", payload, key=str(company.pk), actor=actor).pk)


def summarize_values(*, company_id: int | None = None, shown: int = 10) -> ValueSummary | None:
    """Return the current valuation with its best customers and those about to leave; None before the first."""
    valuation = insight.find_current(parties.get_company(company_id).pk)
    if valuation is None:
        return None
    leavers = insight.list_leaving(valuation)
    return ValueSummary(
        as_of=valuation.as_of,
        currency=valuation.currency,
        customers=valuation.customers,
        value=valuation.value,
        at_risk=valuation.at_risk,
        leaving=leavers.count(),
        method=valuation.method,
        top=tuple(_show_worth(row) for row in insight.list_top(valuation).select_related("account__party")[:shown]),
        leavers=tuple(_show_worth(row) for row in leavers.select_related("account__party")[:shown]),
    )


def list_violations() -> Iterator[Violation]:
    """Check what CRM promises: one demand for each schedule line, totals, series, copies, ledgers."""
    yield from checks.list_violations()
    yield from points.list_violations()


def _show_worth(row: AccountValue) -> CustomerWorth:
    return CustomerWorth(
        party_id=row.account.party_id,
        name=row.account.party.name,
        rank=row.rank,
        lifetime_value=row.lifetime_value,
        at_risk=row.at_risk,
        probability_alive=row.probability_alive,
        idle_days=row.idle_days,
    )


def _view(order: SalesOrder, lines: Sequence[PromiseView]) -> OrderView:
    return OrderView(
        id=order.pk,
        number=order.number,
        state=order.state,
        revision=order.revision,
        party_id=order.party_id,
        currency=order.currency,
        net=order.net,
        tax=order.tax,
        total=order.total,
        ordered_on=order.ordered_on,
        customer_reference=order.customer_reference,
        lines=tuple(lines),
    )


def _show(row: ScheduleLine, taken: Sequence[messages.PromisedSlice] = ()) -> PromiseView:
    """Show a schedule line: as copied from operations, or as they have just promised it."""
    return PromiseView(
        line=row.line_id,
        schedule=row.number,
        item_id=row.line.item_id,
        units=Quantity(row.units - row.cancelled),
        requested_on=row.requested_on,
        promised_on=max((part.promised_on for part in taken), default=row.promised_on),
        p80_on=max((part.p80_on for part in taken), default=row.p80_on),
        basis=taken[0].basis if taken else row.basis,
        milestone=row.milestone,
    )


def _ask_changes(order: SalesOrder, planned: Sequence[changing.PlannedChange], as_of: datetime) -> messages.Offer:
    schedule = {row.pk: row for row in asking.list_schedule(order.pk)}
    asked = [plan.asked for plan in planned if plan.asked]
    return asking.ask_for_changes(order, schedule, asked, as_of=as_of)


def _each_chunk(rows: Sequence[Result], work: Callable[[list[Result]], object]) -> None:
    for start in range(0, len(rows), _PARTIES):
        chunk = list(rows[start : start + _PARTIES])
        run_atomic(lambda: work(chunk))  # noqa: B023 (called at once)
