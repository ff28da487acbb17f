"""Charts as data: an ECharts option whose colours are token names, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from rantai.ui import formats

Value = float | int | None

INK, SOFT, FAINT, HOUSE, HURT = "--ink", "--ink-2", "--ink-3", "--house", "--hurt"
COLOURS = ("--operations", "--customers", "--suppliers", "--ink-3", "--ok", "--edge")

# How a line looks follows from what it says.
LINES: dict[str, dict[str, Any]] = {
    "history": {"color": INK, "width": 1.5},
    "forecast": {"color": HOUSE, "width": 2},
    "compare": {"color": FAINT, "width": 1.25, "type": [4, 3]},
    "safety": {"color": SOFT, "width": 1.25, "type": [4, 3]},
    "hurt": {"color": HURT, "width": 2},
}


@dataclass(frozen=True, slots=True)
class Series:
    """One named row of figures; kind is history, forecast, compare, safety or hurt (lines only)."""

    name: str
    values: Sequence[Value]
    kind: str = ""
    colour: str = ""
    step: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What 80 % of outcomes hold, and optionally 50 %."""

    low: Sequence[Value]
    high: Sequence[Value]
    low50: Sequence[Value] | None = None
    high50: Sequence[Value] | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a place of the category axis."""

    at: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """What <c-chart> draws."""

    id: str
    title: str
    option: dict[str, Any]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    unit: str = ""
    height: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class _Twin:
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def line(
    *,
    id: str,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    band: Band | None = None,
    marks: Sequence[Mark] = (),
    unit: str = "",
    note: str = "",
    height: str = "",
) -> Chart:
    """Draw lines over categories, with a band around the forecast and words at events."""
    lines = [_draw_line(one) for one in series]
    if marks and lines:
        lines[0]["markLine"] = _draw_marks(marks)
    option = _frame(categories) | {"series": [*_draw_band(band), *lines]}
    twin = _twin(categories, series, band)
    return Chart(
        id=id, title=title, option=option, heads=twin.heads, rows=twin.rows, unit=unit, note=note, height=height
    )


def bars(
    *,
    id: str,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    unit: str = "",
    note: str = "",
    height: str = "",
) -> Chart:
    """Draw one bar for each category and series."""
    return _draw_columns(id, title, categories, series, unit=unit, note=note, height=height, stack="")


def stacked(
    *,
    id: str,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    unit: str = "",
    note: str = "",
    height: str = "",
) -> Chart:
    """Draw bars that add up."""
    return _draw_columns(id, title, categories, series, unit=unit, note=note, height=height, stack="all")


def _draw_columns(
    id: str,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str,
    note: str,
    height: str,
    stack: str,
) -> Chart:
    drawn = [_draw_bar(one, position, stack=stack, named=len(series) > 1) for position, one in enumerate(series)]
    twin = _twin(categories, series, None)
    option = _frame(categories, points=False) | {"series": drawn, "legend": _draw_legend(shown=len(series) > 1)}
    return Chart(
        id=id, title=title, option=option, heads=twin.heads, rows=twin.rows, unit=unit, note=note, height=height
    )


def _frame(categories: Sequence[str], *, points: bool = True) -> dict[str, Any]:
    return {
        "animationDuration": 190,
        "textStyle": {
            "fontFamily": "Inter Variable, Noto Sans CJK SC, system-ui, sans-serif",
            "fontSize": 11,
            "color": FAINT,
        },
        "grid": {"left": 8, "right": 48, "top": 24, "bottom": 28, "containLabel": False},
        "xAxis": {
            "type": "category",
            "data": list(categories),
            "boundaryGap": not points,
            "axisLine": {"lineStyle": {"color": "--edge"}},
            "axisTick": {"show": False},
            "axisLabel": {"color": FAINT, "hideOverlap": True, "margin": 10},
        },
        "yAxis": {
            "type": "value",
            "position": "right",
            "splitNumber": 3,
            "axisLine": {"show": False},
            "splitLine": {"lineStyle": {"color": "--hair"}},
            "axisLabel": {"color": FAINT, "inside": False},
        },
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": INK,
            "borderWidth": 0,
            "padding": [6, 8],
            "textStyle": {"color": "--on-ink", "fontSize": 12},
            "axisPointer": {"lineStyle": {"color": SOFT, "type": "dashed"}},
        },
    }


# What others are compared with ends where they do: its name stands below; the past ends where they begin: well above.
NAME_ABOVE = {"compare": 14, "history": -26}


def _draw_line(one: Series) -> dict[str, Any]:
    style = LINES.get(one.kind, {"color": one.colour or HOUSE, "width": 1.75})
    return {
        "type": "line",
        "name": one.name,
        "data": _trim(one.values),
        "symbol": "none",
        "step": "end" if one.step else False,
        "connectNulls": False,
        # A line that begins with unknowns has no place for its name to start from.
        "animation": bool(one.values) and one.values[0] is not None,
        "lineStyle": style,
        "itemStyle": {"color": style["color"]},
        # The line is named where it ends, above its end so that the axis stays readable.
        "endLabel": {
            "show": True,
            "formatter": "{a}",
            "color": style["color"],
            "fontWeight": 560,
            "align": "right",
            "offset": [-12, NAME_ABOVE.get(one.kind, -12)],
            "textBorderColor": "--plate",
            "textBorderWidth": 3,
        },
        "z": 3,
    }


def _trim(values: Sequence[Value]) -> list[Value]:
    """Cut the unknown end of a row, so that the line's name stands at its last known value."""
    known = [at for at, value in enumerate(values) if value is not None]
    return list(values[: known[-1] + 1]) if known else []


def _draw_band(band: Band | None) -> list[dict[str, Any]]:
    if not band:
        return []
    parts = _draw_between("80", band.low, band.high, f"{HOUSE}/.14")
    if band.low50 is not None and band.high50 is not None:
        parts += _draw_between("50", band.low50, band.high50, f"{HOUSE}/.16")
    return parts


def _draw_between(name: str, low: Sequence[Value], high: Sequence[Value], colour: str) -> list[dict[str, Any]]:
    """Stack an unseen line at `low` with a filled difference to `high`."""
    height = [None if a is None or b is None else b - a for a, b in zip(low, high, strict=True)]
    unseen = {
        "type": "line",
        "stack": f"band{name}",
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "silent": True,
        "tooltip": {"show": False},
        "z": 1,
    }
    return [
        unseen | {"name": f"low{name}", "data": list(low), "stackStrategy": "all"},
        unseen | {"name": f"band{name}", "data": height, "areaStyle": {"color": colour}, "stackStrategy": "all"},
    ]


def _draw_bar(one: Series, position: int, *, stack: str, named: bool) -> dict[str, Any]:
    colour = (
        {"hurt": HURT, "history": INK}.get(one.kind)
        or one.colour
        or (COLOURS[position % len(COLOURS)] if named else HOUSE)
    )
    bar = {
        "type": "bar",
        "name": one.name,
        "data": list(one.values),
        "barMaxWidth": 24,
        "itemStyle": {"color": colour, "borderRadius": 0 if stack else [1, 1, 0, 0]},
    }
    return bar | ({"stack": stack} if stack else {})


def _draw_legend(*, shown: bool) -> dict[str, Any]:
    return {
        "show": shown,
        "left": 0,
        "top": 0,
        "itemWidth": 10,
        "itemHeight": 10,
        "textStyle": {"color": SOFT, "fontSize": 11},
    }


def _draw_marks(marks: Sequence[Mark]) -> dict[str, Any]:
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": SOFT, "type": [2, 3], "width": 1},
        "label": {"color": SOFT, "position": "end", "fontSize": 11},
        "data": [{"xAxis": mark.at, "label": {"formatter": mark.text}} for mark in marks],
    }


def _twin(categories: Sequence[str], series: Sequence[Series], band: Band | None) -> _Twin:
    columns: list[tuple[str, Sequence[Value]]] = [(one.name, one.values) for one in series]
    if band:
        columns += [(_("80 %, lowest"), band.low), (_("80 %, highest"), band.high)]
    heads = ["", *(name for name, _values in columns)]
    rows = [
        [category, *(formats.number(values[at]) for _name, values in columns)] for at, category in enumerate(categories)
    ]
    return _Twin(heads, rows)
