"""Rows of a list, drawn without a template."""

from datetime import date

import pytest

from rantai.ui import gauges, table_rows
from rantai.ui.table_columns import Cell
from rantai.ui.table_parts import Row

DAY = date(2026, 11, 3)


def draw(*cells: Cell, ticks: bool = False, opens: bool = True) -> str:
    row = Row(7, "<7>", (Cell(text="A & B", css="grow"), *cells), {})
    return table_rows.draw([row], has_ticks=ticks, opens=lambda _href: opens)


def test_what_a_row_says_is_escaped():
    html = draw(Cell(text="<b>", sub='"x"', says="a<b"), ticks=True)

    assert '<th class="grow" role="rowheader" scope="row">A &amp; B</th>' in html
    assert '<td class="" data-says="a&lt;b" role="cell">&lt;b&gt;<span class="sub">&quot;x&quot;</span></td>' in html
    assert 'value="7" aria-label="&lt;7&gt;"' in html


@pytest.mark.parametrize(("opens", "drawn"), [(True, '<a class="tbl-link" href="/x?a&amp;b">12</a>'), (False, ">12<")])
def test_a_link_is_offered_to_who_may_open_it(opens, drawn):
    html = draw(Cell(text=12, href="/x?a&b"), opens=opens)

    assert drawn in html
    assert ("<a " in html) is opens


def test_a_hurt_cell_and_a_state_show():
    html = draw(Cell(text="late", hurt=True, css="num"), Cell(text="Open", lamp="run"))

    assert '<td class="num is-hurt strong" role="cell">late</td>' in html
    assert '<span class="state state--run">' in html


def test_a_gauge_says_its_days():
    scale = gauges.Scale.around([DAY, date(2026, 11, 20)])

    html = gauges.draw(gauges.Gauge(scale, DAY, date(2026, 11, 9), None))

    assert 'class="gauge gauge--hurt"' in html
    assert html.count('class="gauge-promised"') == 1
    assert 'class="gauge-p80"' not in html
    assert "3 Nov" in html
    assert "9 Nov" in html
