"""Random small chains for property tests, and a short way to write one by hand."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rantai_engines.planning.problem import (
    PER_SCALE,
    UNIT,
    BomLines,
    Calendars,
    Demands,
    ItemLocations,
    Loads,
    Operations,
    Problem,
    Receipts,
    Resources,
    SourceKind,
    Sources,
    build,
    no_calendars,
)

DAY = 86_400
NOW = 1_000 * DAY
Columns = Mapping[str, ArrayLike]


def make_problem(
    *,
    places: Columns,
    sources: Columns,
    demands: Columns,
    lines: Columns | None = None,
    operations: Columns | None = None,
    receipts: Columns | None = None,
    calendars: Calendars | None = None,
    horizon_days: int = 400,
    now: int = NOW,
) -> Problem:
    """Make a problem from the columns that matter to a test."""
    return Problem(
        now=now,
        horizon_end=now + horizon_days * DAY,
        calendars=calendars or no_calendars(),
        item_locations=build(ItemLocations, places),
        sources=build(Sources, sources),
        bom_lines=build(BomLines, lines or {}),
        operations=build(Operations, operations or {}),
        loads=build(Loads, {}),
        resources=build(Resources, {}),
        receipts=build(Receipts, receipts or {}),
        demands=build(Demands, demands),
    )


def weekdays() -> Calendars:
    """Two calendars: 8 to 16 on five days of seven, and one that ends after 60 days."""
    days = np.array([d for d in range(-60, 500) if d % 7 < 5])
    start = NOW + days * DAY + 8 * 3600
    short = start[days < 60]
    both = np.concatenate((start, short))
    return Calendars(offset=np.array([0, len(start), len(both)]), start=both, end=both + 8 * 3600)


def random_problem(seed: int, *, demands: int = 8) -> Problem:
    """Make a nasty little chain: up to eight item-locations, shared parts, lots, yields, windows, loops, ties."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    level = np.sort(rng.integers(0, 4, n))
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for place in range(n):
        for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.8 else 1):
            _add_source(rng, place, level, rows, lines, steps)
    return make_problem(
        places={
            "key": rng.permutation(n) * 3,
            "on_hand": rng.integers(0, 15, n) * UNIT * (rng.random(n) < 0.6),
            "on_hand_at": NOW + rng.integers(-5, 6, n) * DAY,
            "safety_stock": rng.integers(0, 6, n) * UNIT * (rng.random(n) < 0.4),
            "reorder_level": rng.integers(0, 6, n) * UNIT * (rng.random(n) < 0.2),
            "order_up_to": rng.integers(0, 20, n) * UNIT * (rng.random(n) < 0.2),
            "fence_until": NOW + rng.integers(-5, 8, n) * DAY * (rng.random(n) < 0.2),
        },
        sources=_as_columns(rows, keys=rng),
        lines=_as_columns(lines),
        operations=_as_columns(steps),
        receipts=_receipts(rng, n),
        demands=_demands(rng, n, demands),
        calendars=weekdays(),
        horizon_days=120,
    )


def _add_source(
    rng: np.random.Generator,
    place: int,
    level: "np.ndarray[Any, Any]",
    rows: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    steps: list[dict[str, Any]],
) -> None:
    below = np.flatnonzero(level > level[place])
    others = np.delete(np.arange(len(level)), place)
    kind = int(rng.choice([SourceKind.MAKE, SourceKind.BUY, SourceKind.MOVE, SourceKind.SUBSTITUTE]))
    if kind == SourceKind.MAKE and not len(below):
        kind = int(SourceKind.BUY)
    row = len(rows)
    minimum, multiple = int(rng.integers(0, 8)) * UNIT, int(rng.choice([0, 0, 1, 3])) * UNIT
    window = rng.random() < 0.15
    rows.append(
        {
            "item_location": place,
            "kind": kind,
            "rank": int(rng.integers(1, 3)),
            "cost": float(rng.integers(0, 3)),
            "lead_time": int(rng.integers(0 if kind == SourceKind.MAKE else 1, 12)) * DAY // 4,
            "calendar": int(rng.integers(-1, 2)),
            "fence": int(rng.integers(-1, 3)) * DAY * int(rng.random() < 0.2),
            "minimum": minimum,
            "multiple": multiple,
            "maximum": minimum + max(multiple, UNIT) * int(rng.integers(1, 5)) if rng.random() < 0.2 else 0,
            "limit": int(rng.integers(0, 30)) * UNIT if rng.random() < 0.15 else 1 << 60,
            "effective_from": NOW + int(rng.integers(0, 20)) * DAY if window else 0,
            "effective_to": NOW + int(rng.integers(21, 60)) * DAY if window else 1 << 60,
            "yield_ppm": int(rng.choice([1_000_000, 970_000, 333_333])) if kind == SourceKind.MAKE else 1_000_000,
            "origin": int(rng.choice(others)) if kind in (SourceKind.MOVE, SourceKind.SUBSTITUTE) else -1,
            "origin_per": int(rng.choice([1, 2])) * PER_SCALE if kind == SourceKind.SUBSTITUTE else PER_SCALE,
        }
    )
    if kind != SourceKind.MAKE:
        return
    for sequence in range(int(rng.integers(0, 3))):
        steps.append(
            {
                "source": row,
                "sequence": sequence,
                "fixed_seconds": int(rng.integers(0, 20)) * 3600,
                "unit_seconds": float(rng.choice([0.0, 1800.0, 0.333])),
                "calendar": int(rng.integers(-1, 2)),
            }
        )
    own = [k for k, step in enumerate(steps) if step["source"] == row]
    for group in range(int(rng.integers(1, 4))):
        alternates = int(rng.integers(1, 3))
        for rank in range(alternates):
            lines.append(
                {
                    "source": row,
                    "component": int(rng.choice(below)),
                    "quantity_per": int(rng.choice([500_000, 1_000_000, 2_000_000, 333_333])),
                    "quantity_fixed": int(rng.integers(0, 2)) * UNIT * int(rng.random() < 0.2),
                    "scrap_ppm": int(rng.choice([0, 0, 50_000])),
                    "operation": int(rng.choice(own)) if own and rng.random() < 0.4 else -1,
                    "effective_to": NOW + 30 * DAY if rng.random() < 0.1 else 1 << 60,
                    "group": group if alternates > 1 else -1,
                    "rank": rank,
                }
            )


def _as_columns(rows: list[dict[str, Any]], *, keys: np.random.Generator | None = None) -> dict[str, Any]:
    if not rows:
        return {}
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    if keys is not None:
        columns["key"] = keys.permutation(len(rows)) + 100
    return columns


def _receipts(rng: np.random.Generator, n: int) -> dict[str, Any]:
    count = int(rng.integers(0, 5))
    return {
        "key": rng.permutation(count),
        "item_location": rng.integers(0, n, count),
        "time": NOW + rng.integers(-3, 40, count) * DAY,
        "quantity": rng.integers(0, 12, count) * UNIT,
    }


def _demands(rng: np.random.Generator, n: int, count: int) -> dict[str, Any]:
    return {
        "key": rng.permutation(count) + 7,
        "item_location": np.minimum(rng.integers(0, n, count), rng.integers(0, n, count)),
        "due": NOW + rng.integers(-4, 40, count) * DAY,
        "quantity": rng.integers(0, 12, count) * UNIT + rng.integers(0, 3, count),
        "kind": rng.choice([0, 0, 1, 2, 3], count),
        "class_rank": rng.integers(1, 4, count),
        "stake": rng.integers(0, 3, count).astype(float),
        "min_shipment": rng.integers(0, 8, count) * UNIT * (rng.random(count) < 0.3),
        "max_lateness": np.where(rng.random(count) < 0.3, rng.integers(0, 15, count) * DAY, 1 << 60),
        "partial": rng.random(count) < 0.7,
        "promised_at": np.where(rng.random(count) < 0.15, NOW + rng.integers(0, 40, count) * DAY, 1 << 60),
    }
