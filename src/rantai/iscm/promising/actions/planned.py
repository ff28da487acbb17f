"""Let nobody be promised what the plan brings twice: whoever takes of it is seen by whoever was offered it too.

Planned supply has no guard row of its own: a plan has too many orders, and a new one every morning. The stock slot of
its item and place stands for it. Each take there, of stock or of the plan, leaves its number on the slot; an offer
from the plan remembers the number that it saw before the planner was asked, and is taken only while it still stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from rantai.foundation.locations.models import Location
from rantai.iscm.messages import OfferLine, PlanMark
from rantai.iscm.promising.models import SupplySlot
from rantai.iscm.supply.queries import plans
from rantai.kernel.transactions import require_transaction

Pair = tuple[int, int]
"""Item and location."""


def list_overtaken(offers: Sequence[OfferLine], *, seq: int) -> list[bool]:
    """Return for each offer whether what the plan gives it may have gone to somebody else; mark what is taken.

    Locks the slots of all offers in ascending id order where one of them comes from the plan; else does nothing.
    """
    require_transaction()
    marks = [[part.mark for part in offer.slices if part.mark] for offer in offers]
    named = [mark for found in marks for mark in found]
    if not named:
        return [False] * len(offers)
    guards = _lock_guards(named, offers, seq=seq)
    run = plans.find_run()
    revision = run.revision if run else None
    late = [any(not _stands(mark, guards, revision, seq) for mark in found) for found in marks]
    taken = [mark for found, is_late in zip(marks, late, strict=True) if not is_late for mark in found]
    SupplySlot.objects.filter(pk__in=[guards[_pair(mark)].pk for mark in taken]).update(changed_seq=seq)
    return late


def _stands(mark: PlanMark, guards: dict[Pair, SupplySlot], revision: int | None, seq: int) -> bool:
    """Tell whether nobody took since; a guard that is made here and now has been seen by nobody."""
    number = guards[_pair(mark)].changed_seq
    return mark.revision == revision and (number == mark.seen or (number == seq and not mark.seen))


def _lock_guards(marks: Sequence[PlanMark], offers: Iterable[OfferLine], *, seq: int) -> dict[Pair, SupplySlot]:
    pairs = {_pair(mark) for mark in marks}
    stock = Q(kind="stock", item_id__in={item for item, _place in pairs}, location_id__in={at for _item, at in pairs})
    known = set(SupplySlot.objects.filter(stock).values_list("item_id", "location_id"))
    _make_guards(sorted(pairs - known), seq=seq)
    shares = {share.slot_id for offer in offers for part in offer.slices for share in part.slots}
    rows = SupplySlot.objects.select_for_update().filter(stock | Q(pk__in=shares)).order_by("id")
    return {(row.item_id, row.location_id): row for row in rows if row.kind == "stock"}


def _make_guards(pairs: Sequence[Pair], *, seq: int) -> None:
    companies = dict(Location.objects.filter(pk__in={at for _item, at in pairs}).values_list("pk", "company_id"))
    SupplySlot.objects.bulk_create(
        [
            SupplySlot(kind="stock", item_id=item, location_id=at, company_id=companies[at], changed_seq=seq)
            for item, at in pairs
        ],
        ignore_conflicts=True,
    )


def _pair(mark: PlanMark) -> Pair:
    return mark.item_id, mark.location_id
