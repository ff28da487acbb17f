"""Find what somebody looks for among the documents of operations."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rantai.iscm.fulfilment.models import GoodsReceipt, Shipment, TransferOrder
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlannedOrder
from rantai.kernel import hits
from rantai.kernel.hits import Hit
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick

HOUSE = "operations"


def search(text: str, *, limit: int) -> tuple[Hit, ...]:
    """Return shipments, receipts, transfers, production orders and proposals by number."""
    if not hits.may_be_number(text):
        return ()
    return (
        *_find_shipments(text, limit),
        *_find_receipts(text, limit),
        *_find_transfers(text, limit),
        *_find_production(text, limit),
        *_find_proposals(text),
    )


def _find_shipments(text: str, limit: int) -> list[Hit]:
    rows = _by_number(Shipment.objects.select_related("party"), text, "DN-")[:limit]
    return [
        _to_hit(text, row, "shipment", _("%(order)s to %(party)s") % {"order": row.order_number, "party": row.party})
        for row in rows
    ]


def _find_receipts(text: str, limit: int) -> list[Hit]:
    rows = _by_number(GoodsReceipt.objects.select_related("supplier"), text, "GR-")[:limit]
    return [_to_hit(text, row, "goods_receipt", hits.join((str(row.supplier or ""), row.order_number))) for row in rows]


def _find_transfers(text: str, limit: int) -> list[Hit]:
    rows = _by_number(TransferOrder.objects.select_related("origin", "destination"), text, "TO-")[:limit]
    return [_to_hit(text, row, "transfer_order", f"{row.origin.name} → {row.destination.name}") for row in rows]


def _find_production(text: str, limit: int) -> list[Hit]:
    rows = _by_number(ProductionOrder.objects.select_related("item").exclude(number=""), text, "MO-")[:limit]
    return [_to_hit(text, row, "production_order", pick(row.item.name) or row.item.code) for row in rows]


def _find_proposals(text: str) -> list[Hit]:
    """Return the proposal of this id: 'P-12'."""
    letters, _hyphen, digits = text.strip().upper().partition("-")
    if letters != "P" or not digits.isdigit():
        return []
    rows = PlannedOrder.objects.filter(pk=int(digits)).select_related("item")
    return [_to_hit(text, row, "planned_order", pick(row.item.name) or row.item.code) for row in rows]


def _by_number(rows: QuerySet[Any], text: str, prefix: str) -> QuerySet[Any]:
    wanted = hits.like_number(text, prefix=prefix)
    return rows.filter(wanted if wanted is not None else Q(pk__in=[])).order_by("-id")


def _to_hit(text: str, row: Any, kind: str, note: str) -> Hit:
    label = str(row)
    return Hit(ref=DocRef(kind, row.pk), label=label, note=note, house=HOUSE, is_exact=hits.is_number(text, label))
