"""Say where forecast meets orders for an item at one place, and who keeps its stock there."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from rantai.iscm.inventory.models import DecouplingPoint, VmiAgreement
from rantai.iscm.inventory.models.policies import DECOUPLINGS
from rantai.kernel import audit, changes
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class BadAgreement(ValueError):
    """An agreement with a vendor that nobody can keep."""


def set_decoupling(
    item_id: int, location_id: int, *, decoupling: str, reason: str = "", by: str, at: datetime
) -> DecouplingPoint | None:
    """Set how customers get an item from a place; empty: as its master says for every place."""
    require_transaction()
    assert decoupling in ("", *DECOUPLINGS)
    rows = DecouplingPoint.objects.select_for_update().filter(item_id=item_id, location_id=location_id)
    before = rows.first()
    old = before.decoupling if before else ""
    if old == decoupling:
        return before
    audit.record(DocRef("item", item_id), action="decoupling_set", by=by, changes={"decoupling": [old, decoupling]})
    if not decoupling:
        rows.delete()
        return None
    values = {"decoupling": decoupling, "reason": reason.strip(), "set_at": at, "set_by": by}
    values |= {"changed_seq": changes.next_change(), "revision": before.revision + 1 if before else 1}
    point, _is_new = DecouplingPoint.objects.update_or_create(item_id=item_id, location_id=location_id, defaults=values)
    return point


def set_agreement(
    item_id: int, location_id: int, *, supplier_id: int, least: int, most: int, on: date, by: str, at: datetime
) -> VmiAgreement:
    """Agree from a day on that a supplier keeps our stock between two levels; the agreement before ends. BadAgreement.

    Quantities in 1/10,000 base units.
    """
    require_transaction()
    if not 0 <= least < most:
        raise BadAgreement(_("A vendor keeps stock between a least and a most above it. Enter both."))
    open_one = VmiAgreement.objects.select_for_update().filter(item_id=item_id, location_id=location_id, valid_to=None)
    before = open_one.first()
    if before and (before.supplier_id, before.least, before.most) == (supplier_id, least, most):
        return before
    end_agreement(item_id, location_id, on=on, by=by)
    audit.record(DocRef("item", item_id), action="vmi_agreed", by=by, changes={"least": [None, least]})
    return VmiAgreement.objects.create(
        supplier_id=supplier_id,
        item_id=item_id,
        location_id=location_id,
        least=least,
        most=most,
        valid_from=on,
        set_at=at,
        set_by=by,
        changed_seq=changes.next_change(),
    )


def end_agreement(item_id: int, location_id: int, *, on: date, by: str) -> None:
    """End the agreement of an item-location with a day; its stock is ours to plan again."""
    require_transaction()
    rows = VmiAgreement.objects.filter(item_id=item_id, location_id=location_id, valid_to=None)
    for row in rows.select_for_update():
        audit.record(DocRef("item", item_id), action="vmi_ended", by=by)
        VmiAgreement.objects.filter(pk=row.pk).update(
            valid_to=max(on, row.valid_from), changed_seq=changes.next_change()
        )
