"""Lanes from a file: ways between our places, and to the customers of a territory."""

from __future__ import annotations

from functools import partial

import polars as pl
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.foundation.locations import actions
from rantai.foundation.locations.actions import LaneRow
from rantai.foundation.locations.models import Lane
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import Check, Kind, at_once, fold, given, upsert

_LINKS = ("origin", "destination", "territory", "carrier")
_PLAIN = ("rank", "transit_days", "cost", "capacity")
_STORED = (*(f"{name}_id" for name in _LINKS), *_PLAIN)


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
        shared.TERRITORY,
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
        shared.alike(shared.COST, names=synonyms("cost|freight|ongkos|biaya|运费|成本")),
        shared.alike(
            shared.LIMIT,
            name="capacity",
            label=_("Units a day"),
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
    rows=partial(
        fold, row=LaneRow, kind="lane", model=Lane, names=_STORED, tell=partial(given, names=_PLAIN, links=_LINKS)
    ),
    write=at_once(partial(upsert, kind="lane", model=Lane, act=actions.upsert_lanes)),
    batch=60,
    examples=(
        {"origin": "JKT", "destination": "SUB", "transit_days": "2", "cost": "0.40"},
        {"origin": "JKT", "territory": "ID", "transit_days": "3", "rank": "1"},
    ),
)
