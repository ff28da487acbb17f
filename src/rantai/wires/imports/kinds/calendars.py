"""Calendars from a file: one line a shift of a weekday, or a day that differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.foundation.calendars import actions
from rantai.foundation.calendars.actions import ExceptionRow, ShiftRow
from rantai.foundation.calendars.models import Calendar
from rantai.kernel import externals
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds.kind import Check, Kind, Record, Written, at_once, upsert
from rantai.wires.imports.scope import Scope

_DAY = 86_400
_WEEKDAYS = {
    "0": ("mon", "monday", "senin", "周一", "星期一"),
    "1": ("tue", "tuesday", "selasa", "周二", "星期二"),
    "2": ("wed", "wednesday", "rabu", "周三", "星期三"),
    "3": ("thu", "thursday", "kamis", "周四", "星期四"),
    "4": ("fri", "friday", "jumat", "jum'at", "周五", "星期五"),
    "5": ("sat", "saturday", "sabtu", "周六", "星期六"),
    "6": ("sun", "sunday", "minggu", "ahad", "周日", "星期日", "周天", "星期天"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarRow:
    """A calendar as its lines tell it; an empty name or zone leaves what is there."""

    key: str
    name: str
    zone: str
    shifts: tuple[ShiftRow, ...]
    exceptions: tuple[ExceptionRow, ...]


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[CalendarRow]:
    return [_row(key, lines) for key, lines in found]


def _row(key: str, lines: list[Record]) -> CalendarRow:
    shifts = [_shift(line) for line in lines if line["weekday"] is not None]
    days = [_exception(line) for line in lines if line["day"] is not None]
    return CalendarRow(
        key=key,
        name=next((line["name"] for line in lines if line["name"]), ""),
        zone=next((line["zone"] for line in lines if line["zone"]), ""),
        shifts=tuple(sorted(shifts, key=lambda row: (row.weekday, row.starts))),
        exceptions=tuple(sorted(days, key=lambda row: row.day)),
    )


def _shift(line: Record) -> ShiftRow:
    return ShiftRow(weekday=int(line["weekday"]), starts=line["starts"], ends=line["ends"])


def _exception(line: Record) -> ExceptionRow:
    is_open = line["starts"] is not None
    hours = {"starts": line["starts"], "ends": line["ends"]} if is_open else {}
    return ExceptionRow(day=line["day"], is_open=is_open, name=(line["note"] or "")[:80], **hours)


def _write(rows: list[CalendarRow], scope: Scope) -> Written:
    return upsert(rows, scope, kind="calendar", model=Calendar, act=partial(_upsert, scope=scope))


def _upsert(rows: Sequence[CalendarRow], *, source: str, scope: Scope) -> dict[str, int]:
    stored = Calendar.objects.filter(code__in=[row.key for row in rows]).prefetch_related("shifts", "exceptions")
    known = {calendar.code: calendar for calendar in stored}
    ids: dict[str, int] = {}
    for row in rows:
        calendar = known.get(row.key)
        if calendar is None:
            ids[row.key] = _add(row, scope).pk
        else:
            _change(calendar, row, by=scope.by)
            ids[row.key] = calendar.pk
    externals.bind_external(source, "calendar", ids)
    return ids


def _add(row: CalendarRow, scope: Scope) -> Calendar:
    zone = row.zone or scope.company.zone
    return actions.add_calendar(
        row.key, name=row.name or row.key, zone=zone, shifts=row.shifts, exceptions=row.exceptions, by=scope.by
    )


def _change(calendar: Calendar, row: CalendarRow, *, by: str) -> None:
    values = {"name": row.name or calendar.name, "zone": row.zone or calendar.zone}
    shifts = {(shift.weekday, shift.starts, shift.ends) for shift in calendar.shifts.all()}
    days = {(day.day, day.is_open, day.starts, day.ends, day.name) for day in calendar.exceptions.all()}
    same = shifts == {(shift.weekday, shift.starts, shift.ends) for shift in row.shifts}
    same = same and days == {(day.day, day.is_open, day.starts, day.ends, day.name) for day in row.exceptions}
    if same and values == {"name": calendar.name, "zone": calendar.zone}:
        return
    actions.edit_calendar(
        calendar,
        values=values,
        shifts=row.shifts,
        exceptions=row.exceptions,
        expected_revision=calendar.revision,
        by=by,
    )


_HAS_HOURS = pl.col("starts").is_not_null() | pl.col("ends").is_not_null()

KIND = Kind(
    name="calendars",
    title=_("Calendars"),
    key=("code",),
    lines=("weekday", "day", "starts"),
    fields=(
        Field(
            name="code",
            label=_("Calendar code"),
            type="key",
            required=True,
            names=synonyms("code|calendar|kode kalender|kalender|日历|日历编号"),
        ),
        Field(name="name", label=_("Name"), type="text", names=synonyms("calendar name|nama kalender|日历名称")),
        Field(name="zone", label=_("Time zone"), type="zone", names=synonyms("timezone|zone|zona waktu|时区")),
        Field(
            name="weekday",
            label=_("Weekday"),
            type="choice",
            names=synonyms("day of week|hari kerja|星期|工作日"),
            choices=_WEEKDAYS,
        ),
        Field(
            name="day",
            label=_("Day that differs"),
            type="date",
            names=synonyms("date|holiday|exception|tanggal|libur|hari libur|日期|节假日|例外日期"),
        ),
        Field(name="starts", label=_("Opens at"), type="time", names=synonyms(
"from|start|starts|buka|mulai|jam mulai|开始时间|上班"
)),
        Field(name="ends", label=_("Closes at"), type="time", names=synonyms(
"to|end|ends|until|tutup|selesai|jam selesai|结束时间|下班"
)),
        Field(name="note", label=_("Note"), type="text", names=synonyms(
"note|remark|holiday name|keterangan|备注|说明"
)),
    ),
    checks=(
        Check(
            reason="calendar_line",
            field="weekday",
            test=pl.col("raw_weekday").is_null() == pl.col("raw_day").is_null(),
        ),
        Check(
            reason="hours_missing",
            field="starts",
            test=pl.col("starts").is_null() & (pl.col("weekday").is_not_null() | pl.col("ends").is_not_null()),
        ),
        Check(reason="hours_missing", field="ends", test=pl.col("ends").is_null() & _HAS_HOURS),
        Check(reason="hours_backwards", field="ends", test=pl.col("ends") <= pl.col("starts")),
        Check(reason="too_large", field="starts", test=pl.col("starts") >= _DAY),
    ),
    rows=_rows,
    write=at_once(_write),
    batch=20,
    examples=(
        {"code": "PLANT", "name": "Plant Cikarang", "zone": "Asia/Jakarta", "weekday": "mon", "starts": "07:00",
         "ends": "16:00"},
        {"code": "PLANT", "day": "2026-12-25", "note": "Christmas"},
    ),
)  # fmt: skip
