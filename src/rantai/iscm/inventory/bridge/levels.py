"""Turn a safety stock into the levels of the way in which a place is replenished; exact, in 1/10,000 base units."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from rantai.iscm.inventory.queries.policies import Wanted
from rantai.kernel.quantities import SCALE


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """What the engine found for an item-location, rounded up to whole base units."""

    safety: int
    expected: int
    """Demand of lead time and review."""
    lot: int
    beyond: int
    """What is ordered above the reorder point: the lot less the demand of one review."""
    review: int
    """Demand of one review."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Levels:
    """Levels by which people order (position) and by which the plan does (projected stock)."""

    safety: int
    expected: int
    reorder: int
    up_to: int
    lot: int
    plan_level: int
    plan_up_to: int
    minimum: int = 0
    multiple: int = 0
    cards: int = 0


def set_levels(wanted: Wanted, base: Base) -> Levels:
    """Return the levels of one item-location; reorder point = expected demand + safety stock, to the unit.

    The plan has the demand of the lead time as demand, day by day, so its levels leave that out (time-phased order
    point; Silver, Pyke and Thomas, 2017).
    """
    match wanted.kind:
        case "just_in_time":
            return Levels(
                safety=0, expected=base.expected, reorder=0, up_to=0, lot=0, plan_level=0, plan_up_to=0
            )  # fmt: skip
        case "kanban":
            return _circulate(wanted, base)
        case "min_max" | "vendor_managed" if wanted.least is not None and wanted.most is not None:
            return _keep_between(wanted.least, wanted.most, base)
        case "order_up_to":
            return _fill_up(base)
    fixed = base.lot if wanted.lot_rule == "fixed" else 0
    return Levels(
        safety=base.safety,
        expected=base.expected,
        reorder=base.expected + base.safety,
        up_to=base.expected + base.safety + base.beyond,
        lot=base.lot,
        plan_level=base.safety,
        plan_up_to=base.safety + base.beyond if base.beyond else 0,
        minimum=fixed,
        multiple=fixed,
    )


def _fill_up(base: Base) -> Levels:
    """Order at each look whatever is missing up to what lasts until the next look's order is there (R, S)."""
    level = base.expected + base.safety
    return Levels(
        safety=base.safety,
        expected=base.expected,
        reorder=level,
        up_to=level,
        lot=base.review,
        plan_level=base.safety,
        plan_up_to=base.safety + base.review,
    )


def _keep_between(least: int, most: int, base: Base) -> Levels:
    """Keep what is on hand between two levels that people agreed on; the least is the buffer."""
    return Levels(
        safety=least,
        expected=base.expected,
        reorder=base.expected + least,
        up_to=base.expected + most,
        lot=most - least,
        plan_level=least,
        plan_up_to=most,
    )


def _circulate(wanted: Wanted, base: Base) -> Levels:
    """Order a container for each empty one; the cards hold what is expected with the safety stock (Monden, 1983)."""
    container = wanted.container or base.lot or SCALE
    needed = base.expected + base.safety
    cards = wanted.cards or (max(1, ceil(needed / container)) if needed else 0)
    whole = cards * container
    rest = max(0, whole - base.expected)
    return Levels(
        safety=rest,
        expected=min(base.expected, whole),
        reorder=max(0, whole - container),
        up_to=whole,
        lot=container,
        plan_level=max(0, rest - container),
        plan_up_to=rest,
        minimum=container,
        multiple=container,
        cards=cards,
    )
