"""Keep suppliers and who supplies them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import Contact
from rantai.kernel import audit, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm.suppliers import queries
from rantai.srm.suppliers.models import TIER_CLASSES, Supplier, SupplierOf

EDITABLE = (
    "tier_class",
    "calendar_id",
    "currency",
    "payment_term_id",
    "minimum_order",
    "answer_days",
    "is_blocked",
    "note",
)


class UnknownTierClass(ValueError):
    """A class that suppliers cannot have."""

    def __init__(self, tier_class: str) -> None:
        self.tier_class = tier_class
        super().__init__(
            _("'%(asked)s' is no class of suppliers. Choose one of: %(known)s.")
            % {"asked": tier_class, "known": ", ".join(TIER_CLASSES)}
        )


def add_supplier(party_id: int, *, by: str, tier_class: str = "approved", **terms: object) -> Supplier:
    """Let a party sell to us; a repetition returns the supplier as it is."""
    require_transaction()
    if tier_class not in TIER_CLASSES:
        raise UnknownTierClass(tier_class)
    parties.add_role(party_id, "supplier")
    supplier, created = Supplier.objects.get_or_create(
        party_id=party_id,
        defaults={"tier_class": tier_class, **{name: terms[name] for name in EDITABLE if name in terms}},
    )
    if created:
        audit.record(DocRef("supplier", party_id), action="added", by=by, changes={"tier_class": [None, tier_class]})
    return supplier


def change_supplier(supplier: Supplier, *, revision: int, by: str, **terms: object) -> Supplier:
    """Change a supplier's terms; raises RevisionConflict or UnknownTierClass."""
    require_transaction()
    if str(terms.get("tier_class", supplier.tier_class)) not in TIER_CLASSES:
        raise UnknownTierClass(str(terms["tier_class"]))
    changes = {name: [getattr(supplier, name), terms[name]] for name in EDITABLE if name in terms}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    revisions.take(supplier, expected=revision, **{name: pair[1] for name, pair in changes.items()})
    audit.record(DocRef("supplier", supplier.party_id), action="changed", by=by, changes=changes)
    return supplier


def add_order_contact(party_id: int, *, name: str, email: str, position: str = "", by: str) -> Contact:
    """Add a person who is sent a supplier's orders."""
    require_transaction()
    return parties.add_contact(
        party_id, name=name, email=email, position=position, purposes=(queries.ORDER_PURPOSE,), by=by
    )


def link_suppliers(
    supplier_id: int,
    *,
    customer_id: int,
    item_id: int | None = None,
    part: str = "",
    source: str = "",
    share: int = 10_000,
) -> SupplierOf:
    """Say that one party supplies another, for an item or in general."""
    require_transaction()
    named: dict[str, Any] = {"supplier_id": supplier_id, "customer_id": customer_id, "item_id": item_id, "part": part}
    edge, _created = SupplierOf.objects.update_or_create(
        **named,
        defaults={"source": source, "share": share, "archived_at": None},
    )
    return edge
