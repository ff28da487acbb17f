"""Keep the list of stock that will not be used in time, and tell it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rantai.iscm import events
from rantai.iscm.inventory import states
from rantai.iscm.inventory.actions import policies
from rantai.iscm.inventory.bridge.excess import Finding
from rantai.iscm.inventory.models import PromotionCandidate, StockPolicy
from rantai.kernel import outbox
from rantai.kernel.transactions import require_transaction

Key = tuple[int, int, int]
NOTABLE = 20
"""A candidate is told again when its units moved by more than one in so many."""
_FIELDS = ("kind", "units", "on_hand", "value", "last_useful_on", "exhausted_on", "received_on", "daily_demand")


def follow_findings(found: Sequence[Finding], *, worth: Mapping[int, int], at: datetime) -> list[PromotionCandidate]:
    """Open or refresh a candidate for each finding; records ExcessForeseen for what is new or notably changed.

    A candidate that was put aside comes back when it grows notably or presses more.
    """
    require_transaction()
    items = sorted({one.item_id for one in found})
    held = {
        (row.item_id, row.location_id, row.lot_id or 0): row
        for row in PromotionCandidate.objects.exclude(state="ended").filter(item_id__in=items)
    }
    fresh, changed, told = [], [], []
    for one in found:
        row = held.get((one.item_id, one.location_id, one.lot_id))
        if row is None:
            row = PromotionCandidate(
                item_id=one.item_id, location_id=one.location_id, lot_id=one.lot_id or None, found_at=at, changed_at=at
            )
            fresh.append(row)
            told.append(row)
        else:
            if _is_notable(row, one):
                row.revision += 1
                row.changed_at = at
                row.state = "open" if row.state == "dismissed" and one.units > row.units else row.state
                told.append(row)
        before = [getattr(row, name) for name in _FIELDS]
        _write(row, one, worth.get(one.item_id, 0))
        if row.pk and before != [getattr(row, name) for name in _FIELDS]:
            changed.append(row)
    PromotionCandidate.objects.bulk_create(fresh, batch_size=500)
    PromotionCandidate.objects.bulk_update(changed, [*_FIELDS, "revision", "changed_at", "state"], batch_size=100)
    outbox.record(*(_to_fact(row) for row in told))
    return told


def end_candidates(ids: Sequence[int], *, at: datetime) -> int:
    """End candidates whose stock is used after all or gone; records ExcessForeseen with no units."""
    require_transaction()
    rows = list(PromotionCandidate.objects.select_for_update().filter(pk__in=ids).exclude(state="ended").order_by("id"))
    PromotionCandidate.objects.filter(pk__in=[row.pk for row in rows]).update(state="ended", ended_at=at)
    outbox.record(*(_to_fact(row, is_over=True) for row in rows))
    return len(rows)


def offer_candidate(candidate: PromotionCandidate) -> None:
    """Note that sales was asked to promote it. Raises IllegalTransition."""
    require_transaction()
    states.promotion_candidate.move(candidate, "offered")


def dismiss_candidate(candidate: PromotionCandidate) -> None:
    """Put it aside until it grows. Raises IllegalTransition."""
    require_transaction()
    states.promotion_candidate.move(candidate, "dismissed")


def stop_buying(candidate: PromotionCandidate, *, reason: str, by: str, at: datetime) -> StockPolicy:
    """Order nothing for stock there from the next targets on: what is on hand is used up first, then only to need."""
    require_transaction()
    subject = policies.Subject(item_id=candidate.item_id, location_id=candidate.location_id)
    found = StockPolicy.objects.filter(item_id=candidate.item_id, location_id=candidate.location_id).first()
    said = {name: getattr(found, name) for name in policies.Terms.__dataclass_fields__} if found else {}
    terms = policies.Terms(**{**said, "kind": "just_in_time", "safety_stock": None})
    return policies.set_policy(subject, terms, reason=reason, by=by, at=at)


def _is_notable(row: PromotionCandidate, one: Finding) -> bool:
    if (row.kind, row.last_useful_on) != (one.kind, one.last_useful_on):
        return True
    return abs(row.units - one.units) * NOTABLE > row.units


def _write(row: PromotionCandidate, one: Finding, cost: int) -> None:
    row.kind, row.units, row.on_hand = one.kind, one.units, one.on_hand
    row.value = one.units * cost // 10_000
    row.last_useful_on, row.exhausted_on, row.received_on = one.last_useful_on, one.exhausted_on, one.received_on
    row.daily_demand = one.daily


def _to_fact(row: PromotionCandidate, *, is_over: bool = False) -> events.ExcessForeseen:
    return events.ExcessForeseen(
        candidate_id=row.pk,
        revision=row.revision,
        item_id=row.item_id,
        location_id=row.location_id,
        lot_id=row.lot_id,
        kind=row.kind,
        units=0 if is_over else row.units,
        last_useful_on=row.last_useful_on,
        exhausted_on=row.exhausted_on,
    )
