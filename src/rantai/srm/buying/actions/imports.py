"""Take over open purchase orders from the system before: they are supply from the first day."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from rantai.kernel import changes, clock, externals, money, outbox
from rantai.kernel.facts import Fact
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import events
from rantai.srm.buying.actions import orders
from rantai.srm.buying.models import PurchaseOrder, PurchaseOrderLine, PurchaseScheduleLine
from rantai.srm.messages import OpenPurchaseRows

SOURCE = "open-purchases"
_BATCH = 500


class MixedOrder(ValueError):
    """Rows of one order number that name two suppliers or places."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            _("Order %(number)s names two suppliers or places. Give each its own order number.") % {"number": number}
        )


def import_open_purchases(rows: OpenPurchaseRows) -> int:
    """Add open orders under the numbers they have; return how many are new. A number known before is left alone.

    Raises MixedOrder. Records PurchaseOrdered for each schedule.
    """
    require_transaction()
    by_number = _group(rows)
    known = externals.find_external(SOURCE, "purchase_order", by_number)
    fresh = {number: places for number, places in by_number.items() if number not in known}
    if not fresh:
        return 0
    made = PurchaseOrder.objects.bulk_create(list(_orders(rows, fresh)), batch_size=_BATCH)
    lines = PurchaseOrderLine.objects.bulk_create(list(_lines(rows, fresh, made)), batch_size=_BATCH)
    schedules = PurchaseScheduleLine.objects.bulk_create(list(_schedules(rows, fresh, lines)), batch_size=_BATCH)
    externals.bind_external(SOURCE, "purchase_order", {order.number: order.pk for order in made})
    outbox.record(*_facts(schedules))
    return len(made)


def remove_open_purchases(run_key: str, *, by: str) -> int:
    """Take an import back: its orders that nobody answered or received are cancelled; return how many."""
    require_transaction()
    found = PurchaseOrder.objects.filter(import_key=run_key, state="sent", answered_at=None)
    count = 0
    for pk in list(found.order_by("id").values_list("pk", flat=True)):
        if not PurchaseScheduleLine.objects.filter(line__order_id=pk, received__gt=0).exists():
            orders.cancel_order(pk, revision=None, by=by, reason="import_undone")
            count += 1
    return count


def _group(rows: OpenPurchaseRows) -> dict[str, list[int]]:
    by_number: dict[str, list[int]] = {}
    for place, number in enumerate(rows.numbers):
        by_number.setdefault(number, []).append(place)
    for number, places in by_number.items():
        if len({(rows.supplier_ids[place], rows.location_ids[place]) for place in places}) > 1:
            raise MixedOrder(number)
    return by_number


def _orders(rows: OpenPurchaseRows, fresh: dict[str, list[int]]) -> Iterator[PurchaseOrder]:
    at = clock.now()
    for number, places in fresh.items():
        yield PurchaseOrder(
            company_id=rows.company_id,
            supplier_id=rows.supplier_ids[places[0]],
            location_id=rows.location_ids[places[0]],
            number=number,
            currency=rows.currency,
            total=sum(money.extend(rows.unit_costs[place], rows.units[place], rows.currency) for place in places),
            state="sent",
            import_key=rows.run_key,
            created_by=f"import:{rows.run_key}"[:80],
            sent_at=at,
        )


def _lines(
    rows: OpenPurchaseRows, fresh: dict[str, list[int]], made: list[PurchaseOrder]
) -> Iterator[PurchaseOrderLine]:
    for order in made:
        for position, place in enumerate(fresh[order.number], start=1):
            yield PurchaseOrderLine(
                order=order,
                position=position,
                item_id=rows.item_ids[place],
                ordered=rows.units[place],
                typed=rows.units[place],
                unit_cost=rows.unit_costs[place],
                amount=money.extend(rows.unit_costs[place], rows.units[place], rows.currency),
            )


def _schedules(
    rows: OpenPurchaseRows, fresh: dict[str, list[int]], lines: list[PurchaseOrderLine]
) -> Iterator[PurchaseScheduleLine]:
    seq = changes.next_change()
    for line in lines:
        due = rows.due_on[fresh[line.order.number][line.position - 1]]
        yield PurchaseScheduleLine(
            line=line, position=1, ordered=line.ordered, requested_on=due, expected_on=due, changed_seq=seq
        )


def _facts(schedules: list[PurchaseScheduleLine]) -> Iterator[Fact]:
    for row in schedules:
        cause = str(DocRef("import", row.line.order_id))
        yield events.PurchaseOrdered(**orders.identify(row), units=row.asked, due_on=row.requested_on, cause=cause)
