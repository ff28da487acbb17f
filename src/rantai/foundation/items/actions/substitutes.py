"""Keep substitutions: what may serve a need for another item, one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rantai.foundation.items.actions import items
from rantai.foundation.items.models import SubstitutionRule
from rantai.kernel import audit, externals
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class SubstituteRow:
    """A substitution as a file names it by `key`."""

    key: str
    item_id: int
    substitute_id: int
    scope: str = "sales"
    numerator: int = 1
    denominator: int = 1
    rank: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


def add_substitute(
    item_id: int, *, substitute_id: int, scope: str = "sales", ratio: Fraction = Fraction(1), rank: int = 1,
    valid_from: date | None = None, valid_to: date | None = None, by: str = "system",
) -> SubstitutionRule:  # fmt: skip
    """Let `ratio` units of one item stand in for a unit of another."""
    require_transaction()
    rule = SubstitutionRule.objects.create(
        item_id=item_id, substitute_id=substitute_id, scope=scope, numerator=ratio.numerator,
        denominator=ratio.denominator, rank=rank, valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip
    audit.record(DocRef("item", item_id), action="substitute_added", by=by, changes={"item": [None, substitute_id]})
    items.announce([item_id])
    return rule


def remove_substitute(rule: SubstitutionRule, *, by: str) -> None:
    """Let an item no longer stand in for another."""
    require_transaction()
    audit.record(
        DocRef("item", rule.item_id), action="substitute_removed", by=by, changes={"item": [rule.substitute_id, None]}
    )
    SubstitutionRule.objects.filter(pk=rule.pk).delete()
    items.announce([rule.item_id])


def upsert_substitutes(rows: Sequence[SubstituteRow], *, source: str) -> dict[str, int]:
    """Add or change substitutions in bulk by the key of `source`; return key → rule id."""
    require_transaction()
    known = externals.find_external(source, "substitute", [row.key for row in rows])
    added: dict[str, int] = {}
    touched: list[int] = []
    for row in rows:
        values = {name: getattr(row, name) for name in SubstituteRow.__slots__ if name != "key"}
        if row.key not in known:
            added[row.key] = SubstitutionRule.objects.create(**values).pk
            touched.append(row.item_id)
        elif not SubstitutionRule.objects.filter(pk=known[row.key], **values).exists():
            SubstitutionRule.objects.filter(pk=known[row.key]).update(**values)
            touched.append(row.item_id)
    externals.bind_external(source, "substitute", added)
    items.announce(touched)
    return known | added
