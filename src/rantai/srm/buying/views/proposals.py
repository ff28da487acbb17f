"""Requisitions as proposals: what to buy, why, what is at stake, the sum behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.kernel.models import DecisionReason, DecisionRecord
from rantai.kernel.money import extend
from rantai.kernel.texts import pick
from rantai.srm.buying.models import PurchaseRequisition
from rantai.ui import formats, shapes

REASONS = {
    "order": gettext_lazy("Customers' orders"),
    "forecast": gettext_lazy("Expected demand"),
    "safety_stock": gettext_lazy("Safety stock"),
    "minimum": gettext_lazy("Raised to the supplier's minimum"),
    "multiple": gettext_lazy("Rounded up to the supplier's multiple"),
    "production": gettext_lazy("Production"),
    "transfer": gettext_lazy("Transfer"),
}
CAUSES = {
    "planned_order": gettext_lazy("the plan"),
    "production_order": gettext_lazy("a production order"),
    "sales_order": gettext_lazy("a customer's order"),
    "demand": gettext_lazy("a customer's order"),
    "manual": gettext_lazy("a colleague"),
}


def describe(rows: Sequence[PurchaseRequisition], *, today: date, sees_cost: bool) -> list[shapes.Proposal]:
    """Return the requisitions as the page draws them; rows come with item, unit, supplier, location and company."""
    reasons = _list_reasons(rows)
    found = [_describe(row, reasons.get((row.cause_kind, row.cause_id), []), today) for row in rows]
    return found if sees_cost else [replace(one, stake="", stake_note="") for one in found]


def _describe(row: PurchaseRequisition, reasons: Sequence[DecisionReason], today: date) -> shapes.Proposal:
    unit = str(row.item.base_unit)
    quantity = formats.quantity(row.units, unit)
    supplier = row.supplier.name if row.supplier else _("a supplier to choose")
    is_open = row.state == "open"
    is_late = row.order_on < today
    names = {"quantity": quantity, "item": pick(row.item.name) or row.item.code, "supplier": supplier}
    cost = extend(row.unit_cost, row.units, row.currency)
    return shapes.Proposal(
        title=_("Buy %(quantity)s %(item)s from %(supplier)s") % names,
        why=_say_why(row, today),
        stake=formats.money(row.value_at_stake or cost, row.company.currency if row.value_at_stake else row.currency),
        stake_note=_("at stake") if row.value_at_stake else _("cost"),
        kind="hurt" if is_late else "look" if row.supplier_id is None else "new",
        href=reverse("srm_buying:requisition", args=[row.pk]),
        accept_url=reverse("srm_buying:accept", args=[row.pk]) if is_open and row.supplier_id else "",
        change_url=reverse("srm_buying:requisition", args=[row.pk]) if is_open else "",
        dismiss_url=reverse("srm_buying:dismiss", args=[row.pk]) if is_open else "",
        reasons=_sum(reasons, quantity),
        revision=row.revision,
    )


def _say_why(row: PurchaseRequisition, today: date) -> str:
    cause = CAUSES.get(row.cause_kind, row.cause_kind)
    facts = {
        "cause": cause,
        "due": formats.day(row.due_on, today=today),
        "order_on": formats.day(row.order_on, today=today),
    }
    if row.order_on < today:
        text = _("For %(cause)s, needed on %(due)s; it should have been ordered by %(order_on)s.") % facts
    else:
        text = _("For %(cause)s, needed on %(due)s; order by %(order_on)s.") % facts
    if row.drop_for_number:
        text += " " + _("Goes straight to the customer of %(number)s.") % {"number": row.drop_for_number}
    return text


def _sum(reasons: Sequence[DecisionReason], quantity: str) -> tuple[shapes.Reason, ...]:
    if not reasons:
        return ()
    rows = [
        shapes.Reason(str(REASONS.get(reason.code, reason.code)), formats.quantity(reason.units), note=_note(reason))
        for reason in reasons
    ]
    return (*rows, shapes.Reason(_("To buy"), quantity, total=True))


def _note(reason: DecisionReason) -> str:
    return str(reason.detail.get("number") or reason.detail.get("label") or "")


def _list_reasons(rows: Sequence[PurchaseRequisition]) -> dict[tuple[str, int], list[DecisionReason]]:
    ids = [row.cause_id for row in rows]
    records = DecisionRecord.objects.filter(subject_id__in=ids, subject_kind__in={row.cause_kind for row in rows})
    newest = {(record.subject_kind, record.subject_id): record.pk for record in records.order_by("id")}
    found: dict[tuple[str, int], list[DecisionReason]] = {}
    by_record = {pk: key for key, pk in newest.items()}
    for reason in DecisionReason.objects.filter(decision_id__in=by_record).order_by("-units", "id"):
        found.setdefault(by_record[reason.decision_id], []).append(reason)
    return found
