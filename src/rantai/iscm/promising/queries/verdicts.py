"""Read what the current plan says against promises that lean on nothing better than a plan, a lead time, a wish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.supply.models import PlanOutcome, PlanRun
from rantai.iscm.supply.queries import given, keys
from rantai.iscm.supply.queries.given import Given

STOCK = -1
"""The key of stock among what takes hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the plan of a run gives to one demand, as the demand was when it was planned."""

    demand_id: int
    seq: int
    cause: str
    """Leaf cause of what is late or short."""
    parts: tuple[Given, ...]
    """Soonest first; together they are less than the demand's open units where the plan is short."""


def list_verdicts(run: PlanRun) -> list[Verdict]:
    """Return the plan's word on each demand whose promise it may move; a fixed number of queries.

    That is: units without a supply of their own that the plan brings later than they were promised, or not at all;
    and units without any date that the plan has one for. What leans on stock or on a confirmed receipt is not asked:
    its supply says when it comes.
    """
    rows = list(_select(run).values_list("demand_id", "demand_seq", "item_id", "cause"))
    parts = given.list_given(run, {row[0]: row[2] for row in rows}) if rows else {}
    return [Verdict(demand_id=row[0], seq=row[1], cause=row[3], parts=tuple(parts.get(row[0], ()))) for row in rows]


def leave_out_held(parts: Iterable[Given], takes: Sequence[SlotTake]) -> list[Given]:
    """Return what the plan gives beside the supplies that takes hold already."""
    held: dict[int, int] = defaultdict(int)
    for take in takes:
        if take.slot is not None:
            held[key_of(take.slot)] += take.units
    return list(_leave_out(parts, held))


def draw(parts: list[Given], units: int) -> tuple[list[Given], list[Given]]:
    """Return the first so many units of parts, and what is left."""
    drawn: list[Given] = []
    left = list(parts)
    while units and left:
        part = left.pop(0)
        count = min(units, part.units)
        units -= count
        drawn.append(replace(part, units=count))
        if count < part.units:
            left.insert(0, replace(part, units=part.units - count))
    return drawn, left


def key_of(slot: SupplySlot) -> int:
    """Return how the planner names the supply behind a slot."""
    if slot.kind == "stock":
        return STOCK
    kinds = {
        "purchase": (slot.supply_line, keys.SCHEDULE),
        "production": (slot.supply_id, keys.PRODUCTION),
        "transfer": (slot.supply_line, keys.TRANSFER),
    }
    return int(keys.tag(*kinds[slot.kind]))


def _select(run: PlanRun) -> QuerySet[PlanOutcome]:
    loose = SlotTake.objects.filter(demand_id=OuterRef("demand_id"), slot=None)
    late = loose.filter(promised_on__lt=OuterRef("planned_on"))
    rows = PlanOutcome.objects.filter(run=run, demand__state="open", demand__changed_seq=F("demand_seq"))
    is_short = Q(short__gt=0) & (Exists(loose) | Q(demand__promise__is_shortage_told=False))
    has_date = Q(pegged__gt=0, demand__promise__unpromised__gt=0)
    return rows.filter(Exists(late) | is_short | has_date).order_by("demand_id")


def _leave_out(parts: Iterable[Given], held: dict[int, int]) -> Iterator[Given]:
    for part in parts:
        key = STOCK if part.basis == "stock" else part.receipt_key
        count = min(part.units, held.get(key, 0)) if part.basis != "plan" else 0
        if count:
            held[key] -= count
        if count < part.units:
            yield replace(part, units=part.units - count)
