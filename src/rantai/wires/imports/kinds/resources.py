"""Resources from a file: machines, lines and teams with capacity."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from rantai.foundation.items.actions import resources as actions
from rantai.foundation.items.actions.resources import ResourceRow
from rantai.foundation.items.models import Resource
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import Kind, Record, at_once, given, read_stored, upsert
from rantai.wires.imports.scope import Scope

_STORED = ("name", "location_id", "calendar_id", "kind", "capacity", "efficiency", "hourly_cost")


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[ResourceRow]:
    keys = [key for key, _lines in found]
    stored = read_stored(keys, kind="resource", model=Resource, names=_STORED, scope=scope)
    return [_row(key, line, stored.get(key, {}), scope) for key, (line,) in found]


def _row(key: str, line: Record, stored: Record, scope: Scope) -> ResourceRow:
    told = given(line, ("kind", "efficiency", "capacity", "hourly_cost"), links=("location", "calendar"))
    name = {scope.language: line["name"]} if line["name"] else {}
    return ResourceRow(
        key=key, **{**stored, **told, "name": {**stored.get("name", {}), **name} or {scope.language: key}}
    )


KIND = Kind(
    name="resources",
    title=_("Resources"),
    key=("code",),
    fields=(
        Field(
            name="code",
            label=_("Resource code"),
            type="key",
            required=True,
            names=synonyms(
                "code|resource|machine|work centre|work center|mesin|kode mesin|sumber daya|设备|设备编号|工作中心"
            ),
        ),
        Field(
            name="name", label=_("Name"), type="text", names=synonyms("resource name|machine name|nama mesin|设备名称")
        ),
        shared.alike(shared.LOCATION, required=True),
        shared.CALENDAR,
        Field(
            name="kind",
            label=_("What limits it"),
            type="choice",
            names=synonyms("limit|kind of capacity|capacity type|jenis kapasitas|pembatas|产能类型|限制方式"),
            choices={
                "finite": ("parallel", "at once", "finite", "paralel", "并行", "有限"),
                "day": ("hours a day", "daily", "jam per hari", "harian", "每天小时", "每天"),
                "week": ("hours a week", "weekly", "jam per minggu", "mingguan", "每周小时", "每周"),
                "infinite": ("nothing", "none", "unlimited", "tidak ada", "tak terbatas", "无限", "不限"),
            },
        ),
        Field(
            name="capacity",
            label=_("Parallel units"),
            type="quantity",
            minimum=0,
            maximum=10_000,
            names=synonyms("capacity|machines|count|kapasitas|产能|并行数"),
        ),
        Field(
            name="efficiency",
            label=_("Efficiency in percent"),
            type="percent",
            minimum=1,
            maximum=1000,
            names=synonyms("efficiency|efisiensi|效率"),
        ),
        Field(
            name="hourly_cost",
            label=_("Cost of one hour"),
            type="money",
            minimum=0,
            maximum=10**9,
            names=synonyms("cost per hour|hourly rate|machine rate|biaya per jam|tarif mesin|每小时成本|机器费率"),
        ),
    ),
    rows=_rows,
    write=at_once(partial(upsert, kind="resource", model=Resource, act=actions.upsert_resources)),
    batch=60,
    examples=(
        {"code": "LINE-1", "name": "Assembly line 1", "location": "JKT", "capacity": "2", "efficiency": "95"},
        {
            "code": "OVEN",
            "name": "Burn-in oven",
            "location": "JKT",
            "kind": "finite",
            "capacity": "1",
            "efficiency": "100",
        },
    ),
)
