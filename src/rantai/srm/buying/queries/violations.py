"""What must always hold of purchases, as queries that return only what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.kernel import invariants
from rantai.kernel.invariants import Violation

_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "purchases.schedules_sum_to_line",
        "line %s has %s units, its schedules have %s",
        "SELECT l.id, l.ordered, COALESCE(SUM(s.ordered), 0) FROM srm_buying_purchaseorderline l"
        " LEFT JOIN srm_buying_purchasescheduleline s ON s.line_id = l.id GROUP BY l.id, l.ordered"
        " HAVING l.ordered <> COALESCE(SUM(s.ordered), 0)",
    ),
    (
        "purchases.received_equals_receipts",
        "schedule %s says %s received, its receipts say %s",
        "SELECT s.id, s.received, COALESCE(SUM(r.units), 0) FROM srm_buying_purchasescheduleline s"
        " LEFT JOIN srm_buying_purchasereceipt r ON r.schedule_id = s.id GROUP BY s.id, s.received"
        " HAVING s.received <> COALESCE(SUM(r.units), 0)",
    ),
    (
        "purchases.reversal_within_receipt",
        "receipt %s of %s units was taken back by %s",
        "SELECT r.id, r.units, SUM(v.units) FROM srm_buying_purchasereceipt r"
        " JOIN srm_buying_purchasereceipt v ON v.reverses_id = r.id GROUP BY r.id, r.units"
        " HAVING r.units + SUM(v.units) < 0",
    ),
    (
        "purchases.committed_within_ordered",
        "schedule %s commits %s of %s units",
        "SELECT id, committed, ordered - cancelled FROM srm_buying_purchasescheduleline"
        " WHERE committed > ordered - cancelled AND committed > received",
    ),
    (
        "purchases.first_commit_kept",
        "schedule %s is committed on %s without a first commit (%s)",
        "SELECT id, committed_on, first_committed_on FROM srm_buying_purchasescheduleline"
        " WHERE committed_on IS NOT NULL AND first_committed_on IS NULL",
    ),
    (
        "purchases.total_is_sum_of_lines",
        "order %s is worth %s, its lines %s",
        "SELECT o.id, o.total, COALESCE(SUM(l.amount), 0) FROM srm_buying_purchaseorder o"
        " LEFT JOIN srm_buying_purchaseorderline l ON l.order_id = o.id GROUP BY o.id, o.total"
        " HAVING o.total <> COALESCE(SUM(l.amount), 0)",
    ),
    (
        "purchases.ordered_requisition_has_schedule",
        "requisition %s of cause %s %s is ordered, but no line holds it",
        "SELECT r.id, r.cause_kind, r.cause_id FROM srm_buying_purchaserequisition r WHERE r.state = 'ordered'"
        " AND NOT EXISTS (SELECT 1 FROM srm_buying_purchasescheduleline s WHERE s.requisition_id = r.id)",
    ),
)


def list_violations() -> Iterator[Violation]:
    """Yield every purchase row for which a rule does not hold."""
    for rule, text, sql in _RULES:
        for row in invariants.rows(sql):
            yield Violation(rule=rule, subject=f"{rule.partition('.')[0]}:{row[0]}", message=text % row)
    yield from _told_once()


def _told_once() -> Iterator[Violation]:
    """Every schedule that its supplier has was announced by exactly one PurchaseOrdered."""
    sql = (
        "SELECT s.id, COUNT(e.id) FROM srm_buying_purchasescheduleline s"
        " JOIN srm_buying_purchaseorderline l ON l.id = s.line_id"
        " JOIN srm_buying_purchaseorder o ON o.id = l.order_id"
        " LEFT JOIN (SELECT id, CAST(payload->>'schedule_id' AS bigint) AS schedule_id FROM kernel_event"
        " WHERE kind = 'PurchaseOrdered') e ON e.schedule_id = s.id"
        " WHERE o.state IN ('sent', 'part_confirmed', 'confirmed', 'received', 'closed') AND s.ordered > 0"
        " GROUP BY s.id HAVING COUNT(e.id) <> 1"
    )
    for schedule, count in invariants.rows(sql):
        text = f"announced {count} times"
        yield Violation(rule="purchases.announced_once", subject=f"purchase_schedule:{schedule}", message=text)
