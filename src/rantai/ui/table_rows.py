"""The rows of a list as HTML, drawn in one go: a template would look up every cell a dozen times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.template.base import render_value_in_context
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from rantai.ui import gauges, lamps
from rantai.ui.table_columns import Cell
from rantai.ui.table_parts import Row

Opens = Callable[[str], bool]


def draw(rows: Iterable[Row], *, has_ticks: bool, opens: Opens) -> SafeString:
    """Draw the rows of a page; `opens` tells whether the reader may follow an address."""
    drawn = [_draw_row(row, has_ticks, opens) for row in rows]
    return mark_safe("".join(drawn))  # noqa: S308 every value is escaped below


def _draw_row(row: Row, has_ticks: bool, opens: Opens) -> str:
    tick = (
        f'<td class="tbl-tick" role="cell"><input type="checkbox" name="ids" value="{_say(row.key)}" '
        f'aria-label="{_say(row.label)}"></td>'
        if has_ticks
        else ""
    )
    cells = [_draw_cell(cell, opens, is_first=not place) for place, cell in enumerate(row.cells)]
    return f'<tr role="row" data-key-row>{tick}{"".join(cells)}</tr>'


def _draw_cell(cell: Cell, opens: Opens, *, is_first: bool) -> str:
    sub = f'<span class="sub">{_say(cell.sub)}</span>' if cell.sub else ""
    held = _draw_content(cell, opens) + sub
    if is_first:
        return f'<th class="{cell.css}" role="rowheader" scope="row">{held}</th>'
    hurt = " is-hurt strong" if cell.hurt else ""
    says = f' data-says="{_say(cell.says)}"' if cell.says else ""
    return f'<td class="{cell.css}{hurt}"{says} role="cell">{held}</td>'


def _draw_content(cell: Cell, opens: Opens) -> str:
    if cell.lamp:
        return lamps.draw_state(cell.lamp, cell.text)
    if cell.gauge:
        return gauges.draw(cell.gauge)
    if cell.href and opens(cell.href):
        return f'<a class="tbl-link" href="{_say(cell.href)}">{_say(cell.text)}</a>'
    return _say(cell.text)


def _say(value: Any) -> str:
    """Return a value as a template would write it."""
    return escape(value) if type(value) is str else render_value_in_context(value, _PLAIN)


_PLAIN = Context()
