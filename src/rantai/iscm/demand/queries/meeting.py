"""Changes that meet: which of them lie under a later one, and which reach what somebody looks at."""

from __future__ import annotations

from collections.abc import Sequence

from rantai.iscm.demand.queries import levels
from rantai.iscm.demand.queries.levels import Reach
from rantai.iscm.demand.queries.overrides import Change


def find_covered(changes: Sequence[Change], shown: Sequence[Change]) -> set[int]:
    """Return which of the shown changes lie under a later one in some of their weeks and item-locations.

    A total and the figure of a segment or customer in it both hold, unless the later one's level is narrower.
    """
    items = {item for one in changes for item in one.reach.items or ()}
    category_of = levels.read_categories(items)
    return {
        one.override_id
        for one in shown
        if any(
            later.override_id > one.override_id
            and later.start < one.end
            and later.end > one.start
            and one.reach.meets(later.reach, category_of)
            and _lies_over(later.reach, one.reach, category_of)
            for later in changes
        )
    }


def _lies_over(later: Reach, one: Reach, category_of: dict[int, int]) -> bool:
    if (one.party, one.segment) == (later.party, later.segment):
        return True
    return _narrowness(one) < _narrowness(later) and not later.covers(one, category_of)


def _narrowness(reach: Reach) -> int:
    """Everybody, then a segment, then a customer."""
    return 2 if reach.party else 1 if reach.segment else 0


def list_near(changes: Sequence[Change], here: Reach) -> list[Change]:
    """Return the changes that reach some of what is looked at."""
    items = {item for one in changes for item in one.reach.items or ()} | (here.items or set())
    category_of = levels.read_categories(items)
    return [one for one in changes if here.meets(one.reach, category_of)]
