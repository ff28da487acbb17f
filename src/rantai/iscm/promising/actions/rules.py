"""Set and end the rules by which supply is kept for classes of demand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from rantai.iscm.promising.models import AllocationRule
from rantai.kernel import audit, jobs, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

TASK = "iscm.keep_allocations"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTerms:
    """What a rule says; a subject that is not named is every item, every site."""

    demand_class: str
    item_id: int | None = None
    category_id: int | None = None
    location_id: int | None = None
    measure: str = "units"
    units: int = 0
    share: int = 0
    period: str = "week"
    priority: int = 1
    releases_to: str = "all"
    release_days: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def add_rule(terms: RuleTerms, *, company_id: int, by: str) -> AllocationRule:
    """Keep supply from now on; a job lays it out over the supplies there are."""
    require_transaction()
    rule = AllocationRule.objects.create(company_id=company_id, **asdict(terms))
    _note(rule, "allocation_set", by, {"class": ["", terms.demand_class]})
    return rule


def edit_rule(rule: AllocationRule, terms: RuleTerms, *, expected_revision: int, by: str) -> AllocationRule:
    """Change what a rule keeps; what its class has taken stays taken. Raises RevisionConflict."""
    require_transaction()
    before = {name: getattr(rule, name) for name in RuleTerms.__slots__}
    revisions.take(rule, expected=expected_revision, **asdict(terms))
    after = asdict(terms)
    _note(
        rule, "allocation_changed", by,
        {name: [str(value), str(after[name])] for name, value in before.items() if value != after[name]},
    )  # fmt: skip
    return rule


def end_rule(rule: AllocationRule, *, expected_revision: int, by: str, at: datetime) -> None:
    """Keep nothing more; raises RevisionConflict."""
    require_transaction()
    revisions.take(rule, expected=expected_revision, archived_at=at)
    _note(rule, "allocation_ended", by, {"class": [rule.demand_class, ""]})


def _note(rule: AllocationRule, action: str, by: str, changes: dict[str, list[str]]) -> None:
    audit.record(DocRef("allocation_rule", rule.pk), action=action, by=by, changes=changes)
    jobs.enqueue(TASK, {}, actor=by)
