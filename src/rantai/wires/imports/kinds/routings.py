"""Routings from a file: one line a step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from rantai.foundation.items.actions import routings as actions
from rantai.foundation.items.actions.routings import RoutingRow, Step
from rantai.foundation.items.models import Routing
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import PERIOD, Kind, Record, at_once, given, upsert
from rantai.wires.imports.scope import Scope

_LONGEST = 1_000_000


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[RoutingRow]:
    return [_row(key, lines, scope) for key, lines in found]


def _row(key: str, lines: list[Record], scope: Scope) -> RoutingRow:
    head = lines[0]
    return RoutingRow(
        key=key,
        steps=tuple(_step(line, scope) for line in sorted(lines, key=lambda line: line["step"])),
        **given(head, ("code", "rank", "valid_from", "valid_to"), links=("item", "location")),
    )


def _step(line: Record, scope: Scope) -> Step:
    return Step(
        step=line["step"],
        name={scope.language: line["name"]} if line["name"] else {},
        resource_id=line["resource"],
        setup_seconds=_seconds(line["setup_minutes"]),
        seconds_per_unit=(line["minutes_per_unit"] or 0) * 60,
        wait_seconds=_seconds(line["wait_minutes"]),
        is_milestone=line["is_milestone"] is not False,
        setup_family=(line["setup_family"] or "")[:40],
        alternates=(line["alternate"],) if line["alternate"] is not None else (),
    )


def _seconds(minutes: int | None) -> int:
    return (minutes or 0) * 60 // 10_000


KIND = Kind(
    name="routings",
    title=_("Routings"),
    key=("item", "location", "code", "valid_from"),
    lines=("step",),
    fields=(
        shared.ITEM,
        Field(
            name="step",
            label=_("Step"),
            type="whole",
            required=True,
            minimum=1,
            maximum=30_000,
            names=synonyms("step no|sequence|operation no|op|langkah|urutan langkah|工序号|步骤|工步"),
        ),
        Field(
            name="name",
            label=_("Name of the step"),
            type="text",
            names=synonyms("operation|operation name|description|nama langkah|proses|工序|工序名称"),
        ),
        Field(
            name="resource",
            label=_("Resource code"),
            type="resource",
            names=synonyms("resource|machine|work centre|work center|mesin|sumber daya|设备|工作中心"),
        ),
        Field(
            name="alternate",
            label=_("Or else on"),
            type="resource",
            names=synonyms("alternate|alternative resource|second machine|mesin cadangan|mesin lain|备用设备|替代资源"),
        ),
        Field(
            name="setup_family",
            label=_("Set-up family"),
            type="text",
            names=synonyms("family|setup family|setup group|keluarga setelan|kelompok setelan|换型组|换型族"),
        ),
        Field(
            name="setup_minutes",
            label=_("Set-up in minutes"),
            names=synonyms("setup|setup time|setup minutes|waktu persiapan|准备时间|准备分钟"),
            type="quantity",
            minimum=0,
            maximum=_LONGEST,
        ),
        Field(
            name="minutes_per_unit",
            label=_("Minutes of one unit"),
            names=synonyms(
"run time|cycle time|minutes per unit|waktu per unit|waktu siklus|单件分钟|单件工时|"
"加工时间"
),
            type="quantity",
            minimum=0,
            maximum=_LONGEST,
        ),
        Field(
            name="wait_minutes",
            label=_("Waiting in minutes"),
            names=synonyms("wait|wait time|queue time|waktu tunggu|等待时间|等待分钟"),
            type="quantity",
            minimum=0,
            maximum=_LONGEST,
        ),
        Field(
            name="is_milestone",
            label=_("Customers are told"),
            type="flag",
            names=synonyms("milestone|tonggak|里程碑|通知客户"),
        ),
        shared.LOCATION,
        shared.CODE,
        shared.RANK,
        shared.VALID_FROM,
        shared.VALID_TO,
    ),
    checks=(PERIOD,),
    rows=_rows,
    write=at_once(partial(upsert, kind="routing", model=Routing, act=actions.upsert_routings)),
    batch=40,
    examples=(
        {"item": "MON-15", "step": "10", "name": "Assembly", "resource": "LINE-1", "setup_minutes": "30",
         "minutes_per_unit": "6"},
        {"item": "MON-15", "step": "20", "name": "Burn-in", "resource": "OVEN", "wait_minutes": "240"},
    ),
    links="foundation_items:items",
)  # fmt: skip
