"""The forecast step by step: statistics, customers' terms, events, people's changes, what was agreed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from rantai.foundation.items.models import Item
from rantai.iscm.demand.models import ForecastOverride, ForecastRun, ForecastSeries, ForecastSnapshot
from rantai.iscm.demand.models.changes import DemandEvent
from rantai.iscm.demand.models.consensus import ConsensusBlock, ConsensusVersion
from rantai.iscm.demand.queries import accounts, events, history, overrides, weeks
from rantai.iscm.demand.queries.accounts import Accounts, Split
from rantai.iscm.demand.queries.laying import Table
from rantai.iscm.demand.queries.levels import Rows, Trees

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STEPS = ("statistics", "terms", "events", "overrides", "consensus")
"""In the order in which they are made; the last is what the plan counts on."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Means `(n, horizon)`, base units a week, after each step, by item and location; equal steps are one array."""

    run_id: int
    first_week: int
    item_ids: Ints
    location_ids: Ints
    statistical: Floats
    terms: Floats
    events: Floats
    final: Floats
    """With what people changed."""
    plan: Floats
    """What the plan counts on: what was agreed where something was, else `final`."""
    last_year: Floats
    is_agreed: bool
    split: Split | None = None
    """Customers' parts after people's changes, of the item-locations where a change of some of them holds."""

    @cached_property
    def rows(self) -> Rows:
        """The item-locations to look reaches up in."""
        return Rows(self.item_ids, self.location_ids)

    @property
    def weights(self) -> Floats:
        """What history asked for, `(n,)`: shares where nothing is expected."""
        total: Floats = self.last_year.sum(axis=1)
        return total


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """What a run froze before people's part: the steps that only a new run moves."""

    item_ids: Ints
    location_ids: Ints
    statistical: Floats
    terms: Floats
    last_year: Floats


_kept: tuple[tuple[object, ...], Steps] | None = None
"""The last steps that were worked out in this process, under the stamp of what they were made of."""


def load(run: ForecastRun) -> Steps:
    """Return the steps of a run with the events, changes and agreement that hold now."""
    global _kept
    stamp = _stamp(run)
    if _kept is None or _kept[0] != stamp:
        _kept = (stamp, _work_out(run))
    return _kept[1]


def forget() -> None:
    """Let go of the steps that were worked out in this process."""
    global _kept
    _kept = None


def lay(
    base: Base, *, run_id: int, first_week: int, consensus: ConsensusVersion | None,
    read_accounts: Callable[[], Accounts], also: Iterable[ForecastOverride] = (),
) -> Steps:  # fmt: skip
    """Return the steps over a base, with what holds now and changes that nobody has kept yet.

    Customers' parts are read only where a change of a customer or a segment asks for them.
    """
    monday, horizon, trees = weeks.monday_of(first_week), base.statistical.shape[1], Trees(run_id)
    changes = overrides.read_changes(
        [*overrides.list_columns(overrides.list_live(first_week=monday)), *also],
        first_week=monday,
        horizon=horizon,
        trees=trees,
    )
    base = _add_missing(base, changes)
    weights = base.last_year.sum(axis=1)
    lifted = events.add(
        events.list_live(since=monday), base.terms, rows=Rows(base.item_ids, base.location_ids), first_week=monday,
        trees=trees, weights=weights,
    )  # fmt: skip
    final, split = lifted, None
    if any(change.reach.is_of_some for change in changes):
        rows = Rows(base.item_ids, base.location_ids)
        table = Table(lifted, rows, weights, accounts=read_accounts(), changes=changes)
        for change in changes:
            table.lay(change)
        final, split = table.sum_rows(), table.split()
    elif changes:
        final = overrides.apply(
            changes, item_ids=base.item_ids, location_ids=base.location_ids, statistical=lifted, weights=weights
        )
    plan = final if consensus is None else agree(consensus, base.item_ids, base.location_ids, final, first_week)
    return Steps(
        run_id=run_id, first_week=first_week, item_ids=base.item_ids, location_ids=base.location_ids,
        statistical=base.statistical, terms=base.terms, events=lifted, final=final, plan=plan,
        last_year=base.last_year, is_agreed=consensus is not None, split=split,
    )  # fmt: skip


def find_consensus() -> ConsensusVersion | None:
    """Return the consensus that the plan counts on, or None where the company works without."""
    return ConsensusVersion.objects.filter(state="approved").first()


def agree(version: ConsensusVersion, item_ids: Ints, location_ids: Ints, final: Floats, first_week: int) -> Floats:
    """Return the running forecast with agreed weeks in its place; items and weeks not agreed on stay."""
    keys, agreed = read_agreed(version)
    plan, wanted = final.copy(), to_keys(item_ids, location_ids)
    shift = first_week - weeks.number_of(version.first_week)
    length = min(final.shape[1], agreed.shape[1] - shift)
    if not keys.size or not wanted.size or length <= 0 or shift < 0:
        return plan
    place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    known = keys[place] == wanted
    plan[known, :length] = agreed[place[known], shift : shift + length]
    return plan


def read_agreed(version: ConsensusVersion) -> tuple[Ints, Floats]:
    """Return the sorted keys of a consensus and its means."""
    blocks = list(ConsensusBlock.objects.filter(version=version).order_by("block"))
    if not blocks:
        return np.zeros(0, dtype=np.int64), np.zeros((0, version.horizon))
    items, places = (_join_ids(blocks, name) for name in ("item_ids", "location_ids"))
    mean = np.concatenate([_unpack(block.mean, version.horizon) for block in blocks])
    keys = to_keys(items, places)
    order = np.argsort(keys)
    return keys[order], mean[order]


def to_keys(item_ids: Ints, location_ids: Ints) -> Ints:
    """Return one sortable number for each item-location; ids stay far below 2^31."""
    return (item_ids << 31) + location_ids


def find_last_year(past: history.WeeklyHistory, *, first_week: int, horizon: int) -> Floats:
    """Return what was asked for in the same weeks a year before, `(n, horizon)`."""
    wanted = np.arange(first_week, first_week + horizon) - 52
    cells = past.offsets[1:, None] - 1 - (past.last_week - wanted)[None, :]
    known = (cells >= past.offsets[:-1, None]) & (wanted <= past.last_week)[None, :]
    safe = np.clip(cells, 0, max(0, past.values.size - 1))
    return np.where(known, past.values[safe], 0.0) if past.values.size else np.zeros(cells.shape)


def read_base(run: ForecastRun) -> Base:
    """Return what a run froze, sorted by item and location."""
    blocks = list(ForecastSnapshot.objects.filter(run=run).order_by("block"))
    if not blocks:
        return _read_series(run)
    items, places = (_join_ids(blocks, name) for name in ("item_ids", "location_ids"))
    statistical = np.concatenate([_unpack(block.statistical, run.horizon) for block in blocks])
    terms = statistical
    if any(block.terms is not None for block in blocks):
        terms = np.concatenate([_unpack(block.terms or block.statistical, run.horizon) for block in blocks])
    before = [_read_last_year(block, run.horizon) for block in blocks]
    return _sort(items, places, statistical, terms, np.concatenate(before))


def _read_last_year(block: ForecastSnapshot, horizon: int) -> Floats:
    if block.last_year is None:
        return np.zeros((len(block.item_ids) // 8, horizon))
    return _unpack(block.last_year, horizon)


def look_ahead(run: ForecastRun, also: Iterable[ForecastOverride]) -> Steps:
    """Return the steps of a run as they would be with changes that are not kept yet."""
    return _work_out(run, also)


def _work_out(run: ForecastRun, also: Iterable[ForecastOverride] = ()) -> Steps:
    return lay(
        read_base(run), run_id=run.pk, first_week=weeks.number_of(run.first_week), consensus=find_consensus(),
        read_accounts=lambda: accounts.load(run), also=also,
    )  # fmt: skip


def _stamp(run: ForecastRun) -> tuple[object, ...]:
    """Say what steps are made of: anything that moved since shows in one of these."""
    tables = (ForecastOverride, DemandEvent, ConsensusVersion, Item)
    newest = tuple(
        table._default_manager.aggregate(seq=Max("changed_seq"), last=Max("pk")).values() for table in tables
    )
    made: datetime | None = run.published_at
    return (run.pk, run.started_at, made, run.state, *(tuple(part) for part in newest))


def _read_series(run: ForecastRun) -> Base:
    """Return a run whose frozen copy is gone from its rows."""
    rows = list(ForecastSeries.objects.filter(run=run).order_by("id").values_list("item_id", "location_id", "mean"))
    means = np.frombuffer(b"".join(bytes(row[2]) for row in rows), dtype="<f4").reshape(-1, run.horizon)
    found = means.astype(np.float64)
    items = np.array([row[0] for row in rows], dtype=np.int64)
    places = np.array([row[1] or 0 for row in rows], dtype=np.int64)
    return _sort(items, places, found, found, np.zeros_like(found))


def _add_missing(base: Base, changes: list[overrides.Change]) -> Base:
    """Add an empty row for what people forecast and the engine did not."""
    if not changes:
        return base
    sites = history.find_places()
    site = int(sites[0]) if sites.size else history.NOWHERE
    pairs = overrides.list_missing_pairs(changes, base.item_ids, base.location_ids, site=site)
    if not pairs:
        return base
    extra = np.array(pairs, dtype=np.int64)
    none = np.zeros((len(pairs), base.statistical.shape[1]))
    statistical = np.concatenate([base.statistical, none])
    terms = statistical if base.terms is base.statistical else np.concatenate([base.terms, none])
    return _sort(
        np.concatenate([base.item_ids, extra[:, 0]]), np.concatenate([base.location_ids, extra[:, 1]]),
        statistical, terms, np.concatenate([base.last_year, none]),
    )  # fmt: skip


def _sort(items: Ints, places: Ints, statistical: Floats, terms: Floats, last_year: Floats) -> Base:
    order = np.lexsort((places, items))
    sorted_statistical = statistical[order]
    return Base(
        item_ids=items[order],
        location_ids=places[order],
        statistical=sorted_statistical,
        terms=sorted_statistical if terms is statistical else terms[order],
        last_year=last_year[order],
    )


def _join_ids(blocks: list[ForecastSnapshot] | list[ConsensusBlock], name: str) -> Ints:
    return np.concatenate([np.frombuffer(getattr(block, name), dtype="<i8") for block in blocks])


def _unpack(packed: bytes | memoryview, horizon: int) -> Floats:
    return np.frombuffer(zlib.decompress(packed), dtype="<f4").astype(np.float64).reshape(-1, horizon)
