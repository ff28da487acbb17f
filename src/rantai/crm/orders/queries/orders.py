"""Read orders, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders.models import Invoice, OrderHold, SalesOrder, SalesOrderLine
from rantai.crm.pricing import rules as amounts
from rantai.kernel.compiled import Compiled


class UnknownOrder(LookupError):
    """An order that is not there."""

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        super().__init__(_("There is no such order. Look for it in the list of orders."))


def get_order(order_id: int) -> SalesOrder:
    """Return an order with its company, account and customer; raises UnknownOrder."""
    order = next(iter(_ORDERS.read(order_id)), None)
    if order is None:
        raise UnknownOrder(order_id)
    return order


def get_locked(order_id: int) -> SalesOrder:
    """Return an order and hold its row until the transaction ends; raises UnknownOrder."""
    order = next(iter(_LOCKED.read(order_id)), None)
    if order is None:
        raise UnknownOrder(order_id)
    return order


def find_writer_id(order: SalesOrder) -> int | None:
    """Return the user who took an order down, or None where no person did."""
    kind, _colon, pk = order.sales_person.partition(":")
    return int(pk) if kind == "user" and pk.isdigit() else None


def list_lines(order_id: int) -> list[SalesOrderLine]:
    """Return an order's lines with their items, as on paper."""
    return _LINES.read(order_id)


def number_lines(order_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return order and position of every line of these orders, by the line's id."""
    rows = SalesOrderLine.objects.filter(order_id__in=set(order_ids))
    return {pk: (order_id, number) for pk, order_id, number in rows.values_list("pk", "order_id", "number")}


def list_holds(order_id: int) -> list[OrderHold]:
    """Return what holds an order now."""
    return list(OrderHold.objects.filter(order_id=order_id, released_at=None).order_by("id"))


def list_customer_orders(party_id: int) -> QuerySet[SalesOrder]:
    """Return the orders of a customer under any of its names, newest first."""
    return SalesOrder.objects.filter(accounts.scope(party_id)).order_by("-ordered_at", "-id")


def list_orders(
    *, state: str = "", party_id: int | None = None, reference: str = "", before: int | None = None
) -> QuerySet[SalesOrder]:
    """Return orders, newest first, those before an id where one is named; raises UnknownCustomer."""
    rows = SalesOrder.objects.all()
    if party_id is not None:
        rows = rows.filter(accounts.scope(accounts.get_canonical(party_id)))
    asked = {"state": state, "customer_reference": reference, "pk__lt": before}
    return rows.filter(**{name: value for name, value in asked.items() if value}).order_by("-pk")


def work_out(lines: Sequence[SalesOrderLine], nets: Sequence[int], *, currency: str) -> amounts.DocumentTax:
    """Work out the tax of amounts that belong to order lines, by the terms that the lines carry."""
    return amounts.work_out_tax(nets, [terms_of(line) for line in lines], currency=currency)


def terms_of(line: SalesOrderLine) -> amounts.TaxTerms:
    """Return the tax terms that a line was priced with."""
    return amounts.TaxTerms(
        code=line.tax_code.code if line.tax_code else "",
        tax_code_id=line.tax_code_id,
        rate=line.tax_rate,
        base=Fraction(line.tax_base_numerator, line.tax_base_denominator),
        is_inclusive=line.is_inclusive,
        is_reverse_charge=line.is_reverse_charge,
    )


def priced_amount(line: SalesOrderLine) -> int:
    """Return a line's amount as its price states it: with tax inside where the code is inclusive."""
    return line.net + line.tax if line.is_inclusive else line.net


def base_amount(order: SalesOrder, amount: int) -> int:
    """Return an amount of an order in its company's currency, at the rate fixed at confirmation."""
    if order.currency == order.company.currency:
        return amount
    return amounts.convert(amount, rate=order.rate, currency=order.company.currency)


def exposure(order: SalesOrder) -> int:
    """Return what the customer would owe with this order: open invoices, confirmed and unbilled orders, and itself."""
    confirmed = SalesOrder.objects.filter(account_id=order.account_id, state="confirmed").exclude(pk=order.pk)
    invoices = Invoice.objects.filter(Q(order__in=confirmed) | Q(order_id=order.pk), kind="invoice")
    billed = dict(invoices.order_by().values_list("order").annotate(Sum("total")))
    unbilled = sum(
        max(base_amount(other, other.total - billed.get(other.pk, 0)), 0)
        for other in (*confirmed.select_related("company"), order)
    )
    return order.account.open_amount + unbilled


def _with_masters(rows: QuerySet[SalesOrder]) -> QuerySet[SalesOrder]:
    return rows.select_related("company", "account", "party")


_ORDERS = Compiled(lambda order_id: _with_masters(SalesOrder.objects.filter(pk=order_id)))
_LINES = Compiled(
    lambda order_id: (
        SalesOrderLine.objects.filter(order_id=order_id)
        .select_related("item", "item__base_unit", "tax_code")
        .order_by("number")
    )
)
_LOCKED = Compiled(
    lambda order_id: _with_masters(SalesOrder.objects.filter(pk=order_id)).select_for_update(of=("self",))
)
