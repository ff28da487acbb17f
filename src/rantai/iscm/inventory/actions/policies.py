"""Say what is wanted of stock: a service level, a fixed safety stock, how often somebody looks."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from rantai.iscm.inventory.models import StockPolicy
from rantai.kernel import audit, changes, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

KINDS = ("cycle", "fill")
MOST_UNITS = 10**17
MOST_REVIEW_DAYS = 366


class BadPolicy(ValueError):
    """A stock policy that cannot be kept."""


def set_policy(
    *, category_id: int | None = None, item_id: int | None = None, location_id: int | None = None,
    service_level: int = 9_500, service_kind: str = "cycle", review_days: int = 1, safety_stock: int | None = None,
    reason: str = "", by: str, at: datetime, revision: int | None = None,
) -> StockPolicy:  # fmt: skip
    """Set the policy of an item (at a location), a category or of everything; it holds from the next targets on.

    Without `revision` the policy must be new or is overwritten; with it, raises RevisionConflict. Raises BadPolicy.
    """
    require_transaction()
    _check(category_id, item_id, location_id, service_level, service_kind, review_days, safety_stock)
    values = {
        "service_level": service_level,
        "service_kind": service_kind,
        "review_days": review_days,
        "safety_stock": safety_stock,
        "reason": reason.strip(),
        "set_by": by,
        "set_at": at,
        "changed_seq": changes.next_change(),
    }
    subject = {"category_id": category_id, "item_id": item_id, "location_id": location_id}
    policy = StockPolicy.objects.select_for_update().filter(**subject).first()
    if policy is None:
        policy = StockPolicy.objects.create(**subject, **values)
        before = None
    else:
        before = policy.service_level
        revisions.take(policy, expected=policy.revision if revision is None else revision, **values)
    if item_id is not None:
        told = {"service_level": [before, service_level], "safety_stock": [None, safety_stock]}
        audit.record(DocRef("item", item_id), action="stock_policy_set", by=by, changes=told)
    return policy


def drop_policy(policy_id: int, *, by: str) -> None:
    """Forget a policy: what is set above it holds again from the next targets on."""
    require_transaction()
    policy = StockPolicy.objects.filter(pk=policy_id).first()
    if policy is not None:
        if policy.item_id is not None:
            audit.record(DocRef("item", policy.item_id), action="stock_policy_dropped", by=by)
        policy.delete()


def _check(
    category_id: int | None, item_id: int | None, location_id: int | None, service_level: int, service_kind: str,
    review_days: int, safety_stock: int | None,
) -> None:  # fmt: skip
    if category_id is not None and (item_id is not None or location_id is not None):
        raise BadPolicy(_("A policy is for a category or for an item, not for both."))
    if location_id is not None and item_id is None:
        raise BadPolicy(_("Name the item too: a policy for a location alone is not possible."))
    if not 1 <= service_level <= 9_999:
        raise BadPolicy(_("A service level lies between 0.01 % and 99.99 %."))
    if service_kind not in KINDS:
        raise BadPolicy(_("A service level counts cycles or units. Choose one of them."))
    if not 0 <= review_days <= MOST_REVIEW_DAYS:
        raise BadPolicy(_("Days between two looks lie between 0 and 366."))
    if safety_stock is not None and item_id is None:
        raise BadPolicy(_("A fixed safety stock is for one item. Name it."))
    if safety_stock is not None and not 0 <= safety_stock <= MOST_UNITS:
        raise BadPolicy(_("That is more safety stock than can be planned. Check the figure."))
