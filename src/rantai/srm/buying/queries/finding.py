"""Find what somebody looks for among suppliers, purchase orders and requisitions."""

from __future__ import annotations

from rantai.kernel import hits
from rantai.kernel.hits import Hit
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from rantai.srm.suppliers import queries as suppliers

HOUSE = "suppliers"


def search(text: str, *, limit: int) -> tuple[Hit, ...]:
    """Return suppliers by name, purchase orders by number, requisitions by theirs ('PR-12')."""
    return (*_find_orders(text, limit), *_find_requisitions(text), *_find_suppliers(text, limit))


def _find_orders(text: str, limit: int) -> list[Hit]:
    wanted = hits.like_number(text, prefix="PO-")
    if wanted is None:
        return []
    rows = PurchaseOrder.objects.filter(wanted).exclude(number="").select_related("supplier").order_by("-id")
    return [
        Hit(
            ref=DocRef("purchase_order", row.pk), label=row.number, house=HOUSE,
            is_exact=hits.is_number(text, row.number), note=hits.join((row.supplier.name, states.say(row.state))),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def _find_requisitions(text: str) -> list[Hit]:
    """Return the requisition of this id: they have no other number."""
    letters, _hyphen, digits = text.strip().upper().partition("-")
    if letters != "PR" or not digits.isdigit():
        return []
    rows = PurchaseRequisition.objects.filter(pk=int(digits)).select_related("item")
    return [
        Hit(
            ref=DocRef("purchase_requisition", row.pk), label=f"PR-{row.pk}", house=HOUSE, is_exact=True,
            note=hits.join((pick(row.item.name) or row.item.code, states.say(row.state))),
        )
        for row in rows
    ]  # fmt: skip


def _find_suppliers(text: str, limit: int) -> list[Hit]:
    rows = hits.find_named(suppliers.list_suppliers().select_related("party"), text, field="party__name", limit=limit)
    return [
        Hit(ref=DocRef("supplier", row.party_id), label=row.party.name, note=row.party.email, house=HOUSE)
        for row in rows
    ]
