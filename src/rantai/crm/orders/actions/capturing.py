"""Take down what a customer wants, as a draft that may still be edited."""

from __future__ import annotations

from rantai.crm.accounts import actions as accounts
from rantai.crm.messages import OrderDraft
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import drafts
from rantai.kernel import audit, inserts, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


def capture_order(draft: OrderDraft) -> SalesOrder:
    """Write a draft order, opening the account of a party that buys for the first time.

    Raises OrderRefused with every problem, UnknownCustomer; then nothing is written.
    """
    require_transaction()
    accounts.open_account(draft.party_id, by=draft.by)
    priced = drafts.price_draft(draft)
    order = SalesOrder(
        company=priced.company,
        captured_by=draft.by,
        ordered_at=draft.as_of,
        channel=draft.channel,
        **_header(draft, priced),
    )
    inserts.add([order])
    _write_lines(order, priced)
    audit.record(DocRef("sales_order", order.pk), action="captured", by=draft.by)
    return order


def edit_draft(order: SalesOrder, *, draft: OrderDraft, expected_revision: int) -> SalesOrder:
    """Replace what a draft holds; raises RevisionConflict, OrderRefused, IllegalTransition once it is confirmed."""
    require_transaction()
    if order.state != "draft":
        raise IllegalTransition(str(order), order.state, "draft", ())
    priced = drafts.price_draft(draft)
    revisions.take(order, expected=expected_revision, ordered_at=draft.as_of, **_header(draft, priced))
    ScheduleLine.objects.filter(order=order).delete()
    SalesOrderLine.objects.filter(order=order).delete()
    _write_lines(order, priced)
    audit.record(DocRef("sales_order", order.pk), action="edited", by=draft.by)
    return order


def _header(draft: OrderDraft, priced: drafts.PricedDraft) -> dict[str, object]:
    assert priced.account is not None
    return {
        "party_id": priced.party_id,
        "account_id": priced.account.pk,
        "ship_to_id": priced.ship_to_id,
        "bill_to_id": priced.bill_to_id,
        "territory_id": priced.territory_id,
        "payment_term_id": priced.account.payment_term_id,
        "currency": priced.currency,
        "rate": priced.rate,
        "customer_reference": draft.customer_reference,
        "sales_person": draft.sales_person,
        "ships_complete": draft.ships_complete,
        "net": priced.document.net,
        "tax": priced.document.tax,
        "total": priced.document.gross,
        "line_count": len(priced.lines),
        "requested_on": max(line.requested_on for line in priced.lines),
        "ordered_on": priced.ordered_on,
    }


def _write_lines(order: SalesOrder, priced: drafts.PricedDraft) -> None:
    lines = inserts.add([make_line(order, number, line) for number, line in enumerate(priced.lines, start=1)])
    inserts.add(
        [
            ScheduleLine(
                order=order, line=row, units=line.units, requested_on=line.requested_on, ships_from_id=line.location_id
            )
            for row, line in zip(lines, priced.lines, strict=True)
            if line.is_stocked
        ]
    )


def make_line(order: SalesOrder, number: int, line: drafts.PricedLine) -> SalesOrderLine:
    """Return a line as it will be written, its place on paper given."""
    return SalesOrderLine(
        order=order,
        number=number,
        item=line.item,
        quantity=line.quantity,
        unit_code=line.unit_code,
        factor_numerator=line.factor.numerator,
        factor_denominator=line.factor.denominator,
        units=line.units,
        unit_price=line.unit_price,
        price_origin=line.price_origin,
        discount=line.discount,
        tax_code_id=line.terms.tax_code_id,
        tax_rate=line.terms.rate,
        tax_base_numerator=line.terms.base.numerator,
        tax_base_denominator=line.terms.base.denominator,
        is_inclusive=line.terms.is_inclusive,
        is_reverse_charge=line.terms.is_reverse_charge,
        net=line.net,
        tax=line.tax,
        unit_cost=line.item.standard_cost,
    )
