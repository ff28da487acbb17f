"""Open customer orders from a file: captured and confirmed one by one, each with its promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.crm import facade as crm
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.foundation.items.models import Unit
from rantai.kernel import clock, externals
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds import units
from rantai.wires.imports.kinds.kind import Check, Kind, Note, Record, Written
from rantai.wires.imports.kinds.open_purchases import find_mixed
from rantai.wires.imports.scope import Scope

KEPT = (crm.OrderRefused, crm.CreditExceeded, crm.OrderHeld)
"""Why an order that was captured stays a draft, or held, until a person looks at it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaleRow:
    """An open order with its lines."""

    key: str
    party_id: int
    currency: str
    lines: tuple[OrderLineDraft, ...]


def _judge(cells: pl.DataFrame, scope: Scope) -> list[pl.DataFrame]:
    return [
        *units.find_unfit(cells, item="item", quantity="quantity"),
        *find_mixed(cells, "customer", "currency"),
    ]


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[SaleRow]:
    codes = dict(Unit.objects.values_list("id", "code"))
    return [
        SaleRow(
            key=key,
            party_id=lines[0]["customer"],
            currency=lines[0]["currency"] or "",
            lines=tuple(_line(line, codes) for line in lines),
        )
        for key, lines in found
    ]


def _line(line: Record, codes: dict[int, str]) -> OrderLineDraft:
    return OrderLineDraft(
        item_id=line["item"],
        quantity=Quantity(line["quantity"]),
        unit_code=codes.get(line["unit"], ""),
        requested_on=line["requested_on"],
        unit_price=line["price"],
    )


def _write(rows: list[SaleRow], scope: Scope, note: Note) -> None:
    known = externals.find_external(scope.source, "sales_order", [row.key for row in rows])
    for row in rows:
        order_id = known.get(row.key)
        if order_id is None:
            try:
                order_id = run_atomic(lambda row=row: _capture(row, scope, note))  # type: ignore[misc]
            except crm.OrderRefused as refusal:
                text = str(refusal)
                run_atomic(lambda row=row, text=text: note(Written(refused={row.key: text})))  # type: ignore[misc]
                continue
        _confirm(order_id, scope, note)


def _capture(row: SaleRow, scope: Scope, note: Note) -> int:
    order_id = crm.capture_order(
        OrderDraft(
            company_id=scope.company.pk,
            party_id=row.party_id,
            lines=row.lines,
            customer_reference=row.key,
            currency=row.currency,
            channel="import",
            as_of=clock.now(),
            by=scope.by,
        )
    )
    externals.bind_external(scope.source, "sales_order", {row.key: order_id})
    note(Written(new=frozenset([row.key]), masters={"sales_order": frozenset([order_id])}))
    return order_id


def _confirm(order_id: int, scope: Scope, note: Note) -> None:
    """Confirm what is still a draft of this import; what cannot be stays for a person."""
    order = crm.get_order(order_id)
    if order.state != "draft":
        return
    try:
        crm.confirm_order(order_id, revision=order.revision, by=scope.by, as_of=clock.now())
    except KEPT:
        run_atomic(lambda: note(Written(counts={"orders_left_as_drafts": 1})))


KIND = Kind(
    name="open-sales",
    title=_("Open customer orders"),
    key=("order",),
    lines=("item", "requested_on", "quantity", "price"),
    fields=(
        Field(
            name="order",
            label=_("Order number"),
            type="key",
            required=True,
            names=synonyms(
"so|so number|sales order|order|order no|nomor pesanan|no pesanan|销售单号|订单号|"
"订单编号"
),
        ),
        shared.alike(
            shared.SUPPLIER,
            name="customer",
            label=_("Customer"),
            required=True,
            names=synonyms(
                "customer id|customer no|customer number|customer name|buyer|client|pelanggan|"
"kode pelanggan|客户|客户编号|买家"
            ),
        ),
        shared.ITEM,
        shared.alike(shared.QUANTITY, names=synonyms("qty|open quantity|open qty|units|sisa|jumlah|jml|未发数量|数量")),
        shared.UNIT,
        Field(
            name="requested_on",
            label=_("Wanted on"),
            type="date",
            required=True,
            names=synonyms(
"due date|requested date|delivery date|wanted|date|tanggal minta|tanggal kirim|"
"要求日期|交货日期|需求日期"
),
        ),
        Field(
            name="price",
            label=_("Unit price"),
            type="money",
            minimum=0,
            maximum=shared.MAX_PRICE,
            names=synonyms("price|unit price|harga|harga satuan|单价|售价"),
        ),
        shared.CURRENCY,
    ),
    checks=(Check(reason="not_positive", field="quantity", test=pl.col("quantity") <= 0),),
    judge=_judge,
    rows=_rows,
    write=_write,
    batch=20,
    examples=(
        {"order": "SO-5001", "customer": "C-1001", "item": "MON-15", "quantity": "12", "requested_on": "2026-12-10",
         "price": "149.00"},
        {"order": "SO-5001", "customer": "C-1001", "item": "CBL-HDMI", "quantity": "12", "requested_on": "2026-12-10",
         "price": "9.50"},
    ),
    links="crm_orders:orders",
)  # fmt: skip
