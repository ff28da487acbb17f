"""Say how far from their own week orders may consume the forecast."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.models.consumption import MOST_WEEKS, ConsumptionPolicy
from rantai.kernel import audit, jobs, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class BadWindow(ValueError):
    """A window that cannot be meant."""


def set_window(
    *, item_id: int | None = None, category_id: int | None = None, weeks_back: int, weeks_forward: int,
    reason: str = "", by: str, at: datetime, revision: int | None = None,
) -> ConsumptionPolicy:  # fmt: skip
    """Set the window of an item, of a category, or of everything where neither is named, and net anew.

    An item is netted in the same transaction; more by a job. Raises BadWindow, RevisionConflict.
    """
    require_transaction()
    if not (0 <= weeks_back <= MOST_WEEKS and 0 <= weeks_forward <= MOST_WEEKS):
        raise BadWindow(_("Weeks lie between 0 and %(most)s, either way.") % {"most": MOST_WEEKS})
    wanted = {"weeks_back": weeks_back, "weeks_forward": weeks_forward, "reason": reason.strip(), "by": by, "at": at}
    known = ConsumptionPolicy.objects.filter(item__isnull=item_id is None, category__isnull=category_id is None)
    row = next((row for row in known if (row.item_id, row.category_id) == (item_id, category_id)), None)
    if row is None:
        row = ConsumptionPolicy.objects.create(item_id=item_id, category_id=category_id, **wanted)
    else:
        revisions.take(row, expected=row.revision if revision is None else revision, **wanted)
    if item_id is not None:
        audit.record(
            DocRef("item", item_id),
            action="consumption_set",
            by=by,
            changes={"weeks": [None, f"{weeks_back}/{weeks_forward}"]},
        )
        netting.renet_items([item_id])
    else:
        jobs.enqueue("iscm.net_forecast", key="window", actor=by)
    return row
