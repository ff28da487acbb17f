"""Match stock with the demand that will take it, and say what is left over; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from rantai.iscm.inventory.queries.classes import Limits
from rantai.iscm.inventory.queries.excess import NOT_USED, Layer, Pair, Use, last_useful_on
from rantai.kernel.quantities import SCALE
from rantai_engines.inventory.excess import FEFO, NO_LIMIT, find_excess

EXPIRING, EXCESS, AGEING = "expiring", "excess", "ageing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Stock of a lot, or of an item without lots, that will not be used in time; 1/10,000 base units."""

    item_id: int
    location_id: int
    lot_id: int
    """0: without a lot."""
    kind: str
    units: int
    on_hand: int
    beyond: int
    """Of it beyond the cover: what the figures call excess, whatever the kind."""
    last_useful_on: date | None
    exhausted_on: date | None
    received_on: date
    daily: float


def find(layers: Sequence[Layer], uses: Mapping[Pair, Use], limits: Limits, *, today: date) -> list[Finding]:
    """Return what is expiring, in excess or old, one row a lot; the most pressing of the three names it.

    Layers are sorted by item and place. Those that expire first are taken first, among these the oldest.
    """
    if not layers:
        return []
    pairs = [(one.item_id, one.location_id) for one in layers]
    starts = [row for row, pair in enumerate(pairs) if not row or pair != pairs[row - 1]]
    known = [uses.get(pairs[row], NOT_USED) for row in starts]
    useful = [last_useful_on(one.expires_on, limits) for one in layers]
    found = find_excess(
        np.array([*starts, len(layers)], dtype=np.int64),
        np.array([one.units for one in layers], dtype=np.float64) / SCALE,
        received_day=np.array([one.received_on.toordinal() for one in layers], dtype=np.int64),
        last_useful_day=np.array([day.toordinal() if day else NO_LIMIT for day in useful], dtype=np.int64),
        demand_rate=np.array([one.daily for one in known], dtype=np.float64),
        cover_days=np.array([one.cover_days for one in known], dtype=np.float64),
        today=today.toordinal(),
        rule=FEFO,
    )
    lots: dict[tuple[int, int, int], list[int]] = {}
    for row, one in enumerate(layers):
        lots.setdefault((one.item_id, one.location_id, one.lot_id), []).append(row)
    expiring, beyond = (np.floor(column + 1e-9).astype(np.int64) * SCALE for column in (found.expiring, found.excess))
    results = []
    for (item, place, lot), rows in lots.items():
        kind, units = _judge([layers[row] for row in rows], expiring[rows].sum(), beyond[rows].sum(), limits, today)
        if units <= 0:
            continue
        results.append(
            Finding(
                item_id=item,
                location_id=place,
                lot_id=lot,
                kind=kind,
                units=units,
                on_hand=sum(layers[row].units for row in rows),
                beyond=int(beyond[rows].sum()),
                last_useful_on=useful[rows[0]],
                exhausted_on=_read_day(int(found.exhausted_day[rows].max()), today),
                received_on=min(layers[row].received_on for row in rows),
                daily=uses.get((item, place), NOT_USED).daily,
            )
        )
    return results


def _judge(
    layers: Sequence[Layer], expiring: np.int64, beyond: np.int64, limits: Limits, today: date
) -> tuple[str, int]:
    if expiring > 0:
        return EXPIRING, int(expiring)
    if beyond > 0:
        return EXCESS, int(beyond)
    old = sum(one.units for one in layers if (today - one.received_on).days >= limits.ageing_days)
    return AGEING, old // SCALE * SCALE


def _read_day(day: int, today: date) -> date | None:
    return date.fromordinal(day) if today.toordinal() <= day <= date.max.toordinal() else None
