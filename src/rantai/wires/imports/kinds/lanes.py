"""Lanes from a file: ways between our places, and to the customers of a territory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.foundation.locations import actions
from rantai.foundation.locations.actions import LaneRow
from rantai.foundation.locations.models import Lane
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import Check, Kind, Note, Record, given, read_stored, upsert
from rantai.wires.imports.scope import Scope

_LINKS = {"origin": "origin_id", "destination": "destination_id", "territory": "territory_id", "carrier": "carrier_id"}
_PLAIN = ("rank", "transit_days", "cost", "capacity")


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[LaneRow]:
    keys = [key for key, _lines in found]
    stored = read_stored(keys, kind="lane", model=Lane, names=(*_LINKS.values(), *_PLAIN), scope=scope)
    return [LaneRow(key=key, **{**stored.get(key, {}), **_told(line)}) for key, (line,) in found]


def _told(line: Record) -> Record:
    return {_LINKS[name]: value for name, value in given(line, tuple(_LINKS)).items()} | given(line, _PLAIN)


def _write(rows: list[LaneRow], scope: Scope, note: Note) -> None:
    act = partial(upsert, rows, kind="lane", model=Lane, scope=scope, act=actions.upsert_lanes)
    run_atomic(lambda: note(act()))


KIND = Kind(
    name="lanes",
    title=_("Lanes"),
    key=("origin", "destination", "territory", "carrier"),
    fields=(
        shared.alike(
            shared.LOCATION,
            name="origin",
            label=pgettext_lazy("lane", "From"),
            required=True,
            names=synonyms("origin|source|from location|asal|dari|gudang asal|起点|始发地|发货仓"),
        ),
        shared.alike(
            shared.LOCATION,
            name="destination",
            label=pgettext_lazy("lane", "To"),
            names=synonyms("destination|to location|tujuan|ke|gudang tujuan|终点|目的地|收货仓"),
        ),
        Field(
            name="territory",
            label=_("Territory"),
            type="territory",
            names=synonyms("region|area|wilayah|daerah|区域|地区"),
        ),
        Field(
            name="transit_days",
            label=_("Transit days"),
            type="whole",
            minimum=0,
            maximum=365,
            names=synonyms("days|transit time|lead time|hari|waktu kirim|运输天数|在途天数"),
        ),
        shared.RANK,
        shared.alike(
            shared.SUPPLIER,
            name="carrier",
            label=_("Carrier"),
            names=synonyms("forwarder|kurir|ekspedisi|承运商"),
        ),
        Field(
            name="cost",
            label=_("Cost of a unit"),
            type="money",
            minimum=0,
            maximum=shared.MAX_PRICE,
            names=synonyms("cost|freight|ongkos|biaya|运费|成本"),
        ),
        Field(
            name="capacity",
            label=_("Units a day"),
            type="quantity",
            minimum=0,
            maximum=shared.MAX_UNITS,
            names=synonyms("capacity|daily capacity|kapasitas|日运能|运能"),
        ),
    ),
    checks=(
        Check(
            reason="lane_one_end",
            field="destination",
            test=pl.col("raw_destination").is_null() == pl.col("raw_territory").is_null(),
        ),
        Check(reason="from_itself", field="destination", test=pl.col("origin") == pl.col("destination")),
    ),
    rows=_rows,
    write=_write,
    batch=60,
    examples=(
        {"origin": "JKT", "destination": "SUB", "transit_days": "2", "cost": "0.40"},
        {"origin": "JKT", "territory": "ID", "transit_days": "3", "rank": "1"},
    ),
)
