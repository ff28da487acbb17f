"""Find rows that cannot be planned as they stand, and say which they are: everything else is planned all the same."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.components import Part
from rantai.iscm.supply.queries.limits import Layout
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.sites import Sites
from rantai.kernel.refs import DocRef

MOST = 10**15
"""Largest quantity of one row, in 1/10,000 (rantai_engines.planning.tables.QUANTITY_LIMIT; a test compares them)."""
_MOST_PER = 4 * 10**12
_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """A row that was planned around: what is wrong with it, where it stands, and whose plan it hurts."""

    cause: str
    """negative_time, no_batch, bad_bill, too_large, same_rank, no_capacity, no_working_day."""
    item_id: int
    location_id: int | None
    ref: DocRef
    number: str = ""
    is_left_out: bool = True


def judge_source(source: Mapping[str, Any], parts: Sequence[Part], *, location: int) -> list[Misfit]:
    """Return what is wrong with a source and its bill; the source is left out."""
    ref, cause = DocRef("source", source["pk"]), ""
    sizes = [source[name] for name in ("minimum", "multiple", "maximum", "fixed_quantity", "weekly_capacity")]
    if source["lead_time_days"] < 0:
        cause = "negative_time"
    elif max(sizes) > MOST or min(sizes) < 0:
        cause = "too_large"
    elif parts:
        ref = DocRef("bill", parts[0].bill)
        cause = next(filter(None, map(_judge_part, parts)), "")
    if not cause:
        return []
    return [Misfit(cause=cause, item_id=source["item_id"], location_id=location or None, ref=ref)]


def judge_ranks(sources: Sequence[Mapping[str, Any]], *, shared: Container[int]) -> Iterator[Misfit]:
    """Name sources of one item-location among which nothing decides: one rank, one cost, one period, and no share."""
    met: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in sources:
        sort = (row["place"], row["rank"], row["cost"], row["effective_from"], row["effective_to"])
        if sort in met and row["place"] not in shared:
            item, location = keys.split(row["place"])
            ref = DocRef("source", row["source_id"])
            yield Misfit(cause="same_rank", item_id=item, location_id=location or None, ref=ref, is_left_out=False)
        met.setdefault(sort, row)


def judge_limits(layout: Layout, places: Mapping[int, int], sites: Sites) -> Iterator[Misfit]:
    """Name resources that can do nothing; `places` gives by resource the item-location that it hurts."""
    for machine in layout.used:
        item, location = keys.split(places[machine.pk])
        dated = layout.machines.capacities.get(machine.pk, [])
        calendar_id = machine.calendar_id or sites.calendar_id(machine.location_id)
        cause = ""
        if machine.is_limited and machine.capacity <= 0 and not any(units > 0 for _day, units in dated):
            cause = "no_capacity"
        elif sites.is_never_open(calendar_id):
            cause = "no_working_day"
        if cause:
            yield Misfit(
                cause=cause, item_id=item, location_id=location or None, ref=DocRef("resource", machine.pk),
                number=machine.code, is_left_out=False,
            )  # fmt: skip


def judge_calendars(users: Iterable[tuple[int | None, int]], sites: Sites) -> Iterator[Misfit]:
    """Name calendars that have no working day at all, each once; `users` are calendars with a place that needs them."""
    named: set[int | None] = {None}
    for calendar_id, place in users:
        if calendar_id in named:
            continue
        named.add(calendar_id)
        if calendar_id is not None and sites.is_never_open(calendar_id):
            item, location = keys.split(place)
            yield Misfit(
                cause="no_working_day", item_id=item, location_id=location or None,
                ref=DocRef("calendar", calendar_id), number=sites.working(calendar_id).name, is_left_out=False,
            )  # fmt: skip


def take_out_orders(orders: Columns) -> list[Misfit]:
    """Put the units of orders that are beyond every limit to nothing, and name them."""
    return list(_take_out(orders, lambda row: DocRef("demand", keys.untag(int(orders["key"][row]))[0])))


def take_out_receipts(receipts: Columns, refs: Sequence[DocRef]) -> list[Misfit]:
    """Put the units of receipts that are beyond every limit to nothing, and name them."""
    return list(_take_out(receipts, lambda row: refs[row]))


def take_out_stock(places: Columns) -> list[Misfit]:
    """Bring stock and targets that are beyond every limit down to it, and name the item-locations."""
    found = []
    for name in ("on_hand", "safety_stock", "reorder_level", "order_up_to"):
        for row in np.flatnonzero(places[name] > MOST).tolist():
            item, location = keys.split(int(places["key"][row]))
            ref = DocRef("item", item)
            found.append(
                Misfit(cause="too_large", item_id=item, location_id=location or None, ref=ref, is_left_out=False)
            )
        np.clip(places[name], 0, MOST, out=places[name])
    return found


def _take_out(table: Columns, ref_of: Any) -> Iterator[Misfit]:
    bad = (table["quantity"] > MOST) | (table["quantity"] < 0)
    for row in np.flatnonzero(bad).tolist():
        item, location = keys.split(int(table["place"][row]))
        yield Misfit(cause="too_large", item_id=item, location_id=location or None, ref=ref_of(row))
    table["quantity"] = np.where(bad, 0, table["quantity"])


def _judge_part(part: Part) -> str:
    if part.batch <= 0:
        return "no_batch"
    if part.quantity < 0 or not 0 < part.yield_share <= 10_000:
        return "bad_bill"
    return "too_large" if part.quantity * _MILLION // part.batch > _MOST_PER else ""
