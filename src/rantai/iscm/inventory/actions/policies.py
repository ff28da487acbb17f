"""Say what is wanted of stock: a service level, a safety stock, how it is replenished and how much at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.iscm.inventory.models import StockPolicy
from rantai.iscm.inventory.models.policies import ABC, KINDS, LOT_RULES, XYZ
from rantai.kernel import audit, changes, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

SERVICE_KINDS = ("cycle", "fill")
MOST_UNITS = 10**17
MOST_REVIEW_DAYS = 366
MOST_COVERED_DAYS = 3_650


class BadPolicy(ValueError):
    """A stock policy that cannot be kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What a policy is for: nothing named is everything."""

    category_id: int | None = None
    item_id: int | None = None
    location_id: int | None = None
    abc: str = ""
    xyz: str = ""
    demand_class: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a policy says; what is empty the next one above it says. Quantities in 1/10,000 base units."""

    service_level: int | None = None
    service_kind: str = "cycle"
    review_days: int | None = None
    safety_stock: int | None = None
    kind: str = ""
    lot_rule: str = ""
    lot_size: int | None = None
    least: int | None = None
    most: int | None = None
    container: int | None = None
    cards: int | None = None
    covered_days: int | None = None


def set_policy(
    subject: Subject, terms: Terms, *, reason: str = "", by: str, at: datetime, revision: int | None = None
) -> StockPolicy:
    """Set a policy; it holds from the next targets on.

    Without `revision` the policy must be new or is overwritten; with it, raises RevisionConflict. Raises BadPolicy.
    """
    require_transaction()
    _check_subject(subject)
    _check_terms(terms, subject)
    values = {
        **asdict(terms),
        "reason": reason.strip(),
        "set_by": by,
        "set_at": at,
        "changed_seq": changes.next_change(),
    }
    policy = StockPolicy.objects.select_for_update().filter(**asdict(subject)).first()
    before = policy.service_level if policy else None
    if policy is None:
        policy = StockPolicy.objects.create(**asdict(subject), **values)
    else:
        revisions.take(policy, expected=policy.revision if revision is None else revision, **values)
    if subject.item_id is not None:
        told = {"service_level": [before, terms.service_level], "safety_stock": [None, terms.safety_stock]}
        audit.record(DocRef("item", subject.item_id), action="stock_policy_set", by=by, changes=told)
    return policy


def cover_place(item_id: int, location_id: int, *, covered_days: int, reason: str, by: str, at: datetime) -> None:
    """Say how many days the safety stock of a place covers, by its place in the chain; all else stays as it is."""
    require_transaction()
    subject = Subject(item_id=item_id, location_id=location_id)
    found = StockPolicy.objects.filter(**asdict(subject)).first()
    said = {name: getattr(found, name) for name in Terms.__dataclass_fields__} if found else {}
    set_policy(subject, Terms(**{**said, "covered_days": covered_days}), reason=reason, by=by, at=at)


def drop_policy(policy_id: int, *, by: str) -> None:
    """Forget a policy: what is set above it holds again from the next targets on."""
    require_transaction()
    policy = StockPolicy.objects.filter(pk=policy_id).first()
    if policy is not None:
        if policy.item_id is not None:
            audit.record(DocRef("item", policy.item_id), action="stock_policy_dropped", by=by)
        policy.delete()


def _check_subject(subject: Subject) -> None:
    if subject.category_id is not None and (subject.item_id is not None or subject.location_id is not None):
        raise BadPolicy(_("A policy is for a category or for an item, not for both."))
    if subject.location_id is not None and subject.item_id is None:
        raise BadPolicy(_("Name the item too: a policy for a location alone is not possible."))
    if subject.item_id is not None and (subject.abc or subject.xyz or subject.demand_class):
        raise BadPolicy(_("A policy is for an item or for classes, not for both."))
    if subject.abc not in ("", *ABC) or subject.xyz not in ("", *XYZ):
        raise BadPolicy(_("Items are of class A, B or C by value and X, Y or Z by variability. Choose among these."))


def _check_terms(terms: Terms, subject: Subject) -> None:
    _check_service(terms)
    if terms.safety_stock is not None and subject.item_id is None:
        raise BadPolicy(_("A fixed safety stock is for one item. Name it."))
    if terms.kind not in ("", *KINDS) or terms.lot_rule not in ("", *LOT_RULES):
        raise BadPolicy(_("Stock is not replenished in that way. Choose one from the list."))
    sizes = (terms.safety_stock, terms.lot_size, terms.least, terms.most, terms.container)
    if any(size is not None and not 0 <= size <= MOST_UNITS for size in sizes):
        raise BadPolicy(_("That is more safety stock than can be planned. Check the figure."))
    if terms.lot_rule == "fixed" and not terms.lot_size:
        raise BadPolicy(_("A fixed lot needs its size. Enter it."))
    if (terms.least is None) != (terms.most is None):
        raise BadPolicy(_("Enter both the least and the most, or leave both empty to have them calculated."))
    if terms.least is not None and terms.most is not None and terms.most <= terms.least:
        raise BadPolicy(_("The most must be above the least."))
    if terms.cards is not None and not 1 <= terms.cards <= 32_000:
        raise BadPolicy(_("Between 1 and 32,000 cards can circulate."))
    if terms.covered_days is not None and not 0 <= terms.covered_days <= MOST_COVERED_DAYS:
        raise BadPolicy(_("Safety stock covers between 0 and 3,650 days."))


def _check_service(terms: Terms) -> None:
    if terms.service_level is not None and not 1 <= terms.service_level <= 9_999:
        raise BadPolicy(_("A service level lies between 0.01 % and 99.99 %."))
    if terms.service_kind not in SERVICE_KINDS:
        raise BadPolicy(_("A service level counts cycles or units. Choose one of them."))
    if terms.review_days is not None and not 0 <= terms.review_days <= MOST_REVIEW_DAYS:
        raise BadPolicy(_("Days between two looks lie between 0 and 366."))
