"""Keep how items are planned at a place: what is frozen, and how sources are chosen."""

from __future__ import annotations

from rantai.foundation.items.actions import items
from rantai.foundation.items.models import PlanningRule
from rantai.kernel import audit, changes
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def set_planning_rule(
    item_id: int, *, location_id: int | None = None, fence_days: int = 0, search: str = "rank", by: str = "system"
) -> PlanningRule:
    """Plan nothing new within so many working days, and choose among sources by rank, share (split) or cost."""
    require_transaction()
    facts = {"fence_days": fence_days, "search": search, "changed_seq": changes.next_change()}
    # By filter: a location that is null would be looked for as equal to null.
    at = {"location_id": location_id} if location_id else {"location__isnull": True}
    rule = PlanningRule.objects.filter(item_id=item_id, **at).first()
    if rule is None:
        rule = PlanningRule.objects.create(item_id=item_id, location_id=location_id, **facts)
    else:
        PlanningRule.objects.filter(pk=rule.pk).update(**facts)
        rule.refresh_from_db()
    _note(item_id, f"{fence_days} {search}", by)
    return rule


def remove_planning_rule(rule: PlanningRule, *, by: str) -> None:
    """Plan an item at a place as any other."""
    require_transaction()
    PlanningRule.objects.filter(pk=rule.pk).delete()
    # What is gone has no number of its own: whoever follows changes must see that something did.
    changes.next_change()
    _note(rule.item_id, "", by)


def _note(item_id: int, rule: str, by: str) -> None:
    audit.record(DocRef("item", item_id), action="planning_rule_set", by=by, changes={"planning_rule": [None, rule]})
    items.announce([item_id])
