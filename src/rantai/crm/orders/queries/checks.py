"""What must always hold of orders, invoices and history, as queries that return only what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from rantai.crm.orders.models import PastRun, SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.refs import DocRef

_QUERIES: dict[str, tuple[str, str]] = {
    "orders.every_schedule_line_has_a_demand": (
        "SELECT s.order_id, s.id FROM crm_orders_scheduleline s JOIN crm_orders_salesorder o ON o.id = s.order_id"
        " WHERE o.state IN ('confirmed', 'closed') AND s.demand_id IS NULL",
        "schedule line %s has no demand",
    ),
    "orders.no_demand_serves_two_lines": (
        "SELECT MIN(s.order_id), s.demand_id, COUNT(*) FROM crm_orders_scheduleline s WHERE s.demand_id IS NOT NULL"
        " GROUP BY s.demand_id HAVING COUNT(*) > 1",
        "demand %s is cited by %s schedule lines",
    ),
    "orders.total_is_sum_of_lines": (
        "SELECT o.id, o.net, o.tax, COALESCE(SUM(l.net), 0), COALESCE(SUM(l.tax), 0) FROM crm_orders_salesorder o"
        " LEFT JOIN crm_orders_salesorderline l ON l.order_id = o.id GROUP BY o.id, o.net, o.tax"
        " HAVING o.net <> COALESCE(SUM(l.net), 0) OR o.tax <> COALESCE(SUM(l.tax), 0)",
        "header net %s tax %s, lines net %s tax %s",
    ),
    "orders.copy_is_highest_revision": (
        "SELECT s.order_id, s.id, s.promise_revision, MAX(CAST({revision} AS INTEGER)) FROM crm_orders_scheduleline s"
        " JOIN kernel_event e ON e.kind = 'PromiseRevised' AND e.stream = 'sales_order.demand:' || s.order_id"
        " AND CAST({line} AS INTEGER) = s.line_id AND CAST({schedule} AS INTEGER) = s.number"
        " JOIN kernel_delivery d ON d.event_id = e.id AND d.state = 'done'"
        " AND d.handler = 'crm.handlers.on_promise_revised'"
        " GROUP BY s.order_id, s.id, s.promise_revision"
        " HAVING s.promise_revision <> MAX(CAST({revision} AS INTEGER))",
        "schedule line %s shows revision %s, heard %s",
    ),
    "orders.shipped_units_add_up": (
        "SELECT s.order_id, s.id, s.fulfilled, COALESCE(SUM(h.units), 0) FROM crm_orders_scheduleline s"
        " LEFT JOIN crm_orders_shipmentshare h ON h.schedule_line_id = s.id AND h.reversed_at IS NULL"
        " GROUP BY s.order_id, s.id, s.fulfilled HAVING s.fulfilled <> COALESCE(SUM(h.units), 0)",
        "schedule line %s counts %s shipped, shipments %s",
    ),
    "invoices.total_is_sum_of_lines": (
        "SELECT i.order_id, i.id, i.net, i.tax, COALESCE(SUM(l.net), 0), COALESCE(SUM(l.tax), 0)"
        " FROM crm_orders_invoice i LEFT JOIN crm_orders_invoiceline l ON l.invoice_id = i.id"
        " GROUP BY i.order_id, i.id, i.net, i.tax"
        " HAVING i.net <> COALESCE(SUM(l.net), 0) OR i.tax <> COALESCE(SUM(l.tax), 0)",
        "invoice %s: header net %s tax %s, lines net %s tax %s",
    ),
    "invoices.open_is_total_less_payments": (
        "SELECT i.order_id, i.id, i.open_amount, i.total - COALESCE((SELECT SUM(p.amount) FROM crm_orders_payment p"
        " WHERE p.invoice_id = i.id OR p.credit_note_id = i.id), 0) FROM crm_orders_invoice i WHERE i.open_amount <>"
        " i.total - COALESCE((SELECT SUM(p.amount) FROM crm_orders_payment p"
        " WHERE p.invoice_id = i.id OR p.credit_note_id = i.id), 0)",
        "invoice %s: open %s, should be %s",
    ),
    "accounts.open_amount_is_sum_of_invoices": (
        "SELECT a.id, a.open_amount, COALESCE(b.owed, 0) FROM crm_accounts_account a LEFT JOIN (SELECT account_id,"
        " SUM(CASE WHEN kind = 'invoice' THEN open_base ELSE -open_base END) AS owed FROM crm_orders_invoice"
        " GROUP BY account_id) b ON b.account_id = a.id WHERE a.open_amount <> COALESCE(b.owed, 0)",
        "account owes %s, invoices say %s",
    ),
    "invoices.series_without_gap": (
        "SELECT i.company_id, i.kind, COUNT(*), MAX(n.next_number) - 1 FROM crm_orders_invoice i"
        " JOIN foundation_parties_numberseries n ON n.company_id = i.company_id AND n.kind = i.kind"
        " GROUP BY i.company_id, i.kind HAVING COUNT(*) <> MAX(n.next_number) - 1",
        "series of %s: %s documents, last number %s",
    ),
    "invoices.numbered": (
        "SELECT i.order_id, i.id FROM crm_orders_invoice i WHERE i.number = ''",
        "invoice %s has no number",
    ),
    "history.run_is_whole": (
        "SELECT r.import_id, r.lines, r.amount, COUNT(p.id), COALESCE(SUM(p.amount), 0) FROM crm_orders_pastrun r"
        " LEFT JOIN crm_orders_pastorderline p ON p.run_id = r.id WHERE r.state = 'current'"
        " GROUP BY r.id, r.import_id, r.lines, r.amount"
        " HAVING r.lines <> COUNT(p.id) OR r.amount <> COALESCE(SUM(p.amount), 0)",
        "run says %s lines, sum %s; there are %s lines, sum %s",
    ),
}
"""Rule → query of subject and figures, and the sentence that they fill."""


_SUBJECTS = {"orders": "sales_order", "invoices": "sales_order", "accounts": "account", "history": "import"}


def list_violations() -> Iterator[Violation]:
    """Yield every place where a rule is broken."""
    for rule, (query, sentence) in _QUERIES.items():
        kind = _SUBJECTS[rule.partition(".")[0]]
        for subject, *figures in rows(_dialect(query)):
            yield Violation(rule=rule, subject=f"{kind}:{subject}", message=sentence % tuple(figures))
    yield from _demands()
    yield from _dead_runs()


def _demands() -> Iterator[Violation]:
    """Compare the schedule lines of open orders with the demands that operations hold for them, both ways."""
    for order_id in SalesOrder.objects.filter(state="confirmed").values_list("pk", flat=True).iterator():
        ours = {asking.key_of(row): row.demand_id for row in ScheduleLine.objects.filter(order_id=order_id)}
        theirs = {status.key: status.demand_id for status in iscm.list_demand_status(DocRef("sales_order", order_id))}
        if ours != theirs:
            yield Violation(
                rule="orders.one_demand_for_each_schedule_line",
                subject=f"sales_order:{order_id}",
                message=f"we cite demands {sorted(ours.values(), key=str)}, operations hold {sorted(theirs.values())}",
            )


def _dialect(query: str) -> str:
    """Fill in how this database reads a payload's fields."""
    form = "e.payload ->> '{}'" if connection.vendor == "postgresql" else "json_extract(e.payload, '$.{}')"
    return query.format(**{name: f"({form.format(name)})" for name in ("revision", "line", "schedule")})


def _dead_runs() -> Iterator[Violation]:
    yesterday = clock.now() - timedelta(days=1)
    for run in PastRun.objects.filter(state="staged", started_at__lt=yesterday):
        yield Violation(
            rule="history.no_dead_run",
            subject=f"import:{run.import_id}",
            message="staged since a day and never made current: import the file again, or undo it",
        )
