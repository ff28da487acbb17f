"""What a history alone does not say: stock to begin with, and where more comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl

from rantai.foundation.items.actions import sources as source_actions
from rantai.foundation.items.actions.sources import SourceRow
from rantai.foundation.items.models import Item, Source
from rantai.kernel.quantities import SCALE
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import history, masters
from rantai.wires.imports.kinds import stock
from rantai.wires.imports.kinds.kind import parts
from rantai.wires.imports.models import ImportRun

_RATE_WEEKS = 13
_CHUNK = 75
_STOCK_AT_ONCE = 50
DEFAULT_LEAD_TIME_DAYS = 10


def open_stock(run: ImportRun, kept: pl.DataFrame) -> dict[str, Any]:
    """Give planned items a placeholder source where they have none, and stock by weeks of cover where asked."""
    sources = _add_placeholder_sources(run)
    weeks = run.options.get("opening_weeks")
    items = _open_by_cover(run, kept, float(weeks)) if weeks else 0
    unknown = set(kept["location"].drop_nulls().unique()) - set(history.find_sites(run, kept))
    told = {"unknown_locations": sorted(unknown)[:20]} if unknown else {}
    return {"placeholder_sources": sources, "items_with_opening_stock": items, **told}


def _add_placeholder_sources(run: ImportRun) -> int:
    brought = run.masters.filter(kind="item").values("target_id")
    bare = Item.objects.filter(pk__in=brought, kind="stocked").exclude(
        pk__in=Source.objects.filter(archived_at=None).values("item_id")
    )
    rows = [
        SourceRow(
            key=f"placeholder/{item}",
            item_id=item,
            lead_time_days=int(run.options.get("lead_time_days", DEFAULT_LEAD_TIME_DAYS)),
            is_placeholder=True,
        )
        for item in bare.order_by("id").values_list("id", flat=True)
    ]
    for part in parts(rows, _CHUNK):
        run_atomic(partial(_add_sources, run, part))
    # those of an earlier try that was killed count too
    return run.masters.filter(kind="source").count()


def _add_sources(run: ImportRun, rows: Sequence[SourceRow]) -> None:
    masters.remember(run, "source", source_actions.upsert_sources(rows, source=run.source).values())


def _open_by_cover(run: ImportRun, kept: pl.DataFrame, weeks: float) -> int:
    cover = cover_units(kept, weeks)
    ids = dict(Item.objects.filter(kind="stocked").values_list("code", "id"))
    sites = history.find_sites(run, kept)
    found: dict[tuple[int, int], int] = Counter()
    for code, place, units in cover.iter_rows():
        if code in ids and units > 0:
            found[ids[code], sites.get(place or "", sites[""])] += units
    rows = [(stock.name_place(item, site), item, site, units, "") for (item, site), units in found.items()]
    opened = stock.find_opened(row[0] for row in rows)
    told = [row for row in rows if row[0] not in opened]
    for part in parts(told, _STOCK_AT_ONCE):
        run_atomic(partial(stock.post, part, run_id=run.pk))
    return len(told) + sum(found == run.pk for found in opened.values())


def cover_units(kept: pl.DataFrame, weeks: float) -> pl.DataFrame:
    """Return item, ship-from code and whole units (1/10,000) that last `weeks` at the rate of the last quarter."""
    sold = kept.filter((pl.col("kind") == "sale") & ~pl.col("is_charge"))
    since = history.last_day(kept) - timedelta(weeks=_RATE_WEEKS)
    recent = sold.filter(pl.col("at").dt.date() > since)
    whole = (pl.col("units").sum() * weeks / _RATE_WEEKS / SCALE).ceil().cast(pl.Int64) * SCALE
    return recent.group_by("item", "location", maintain_order=True).agg(units=whole)
