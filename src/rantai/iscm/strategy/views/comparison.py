"""Draw scenarios beside the plan: the table of figures, the weeks as lines, who gains and who loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.items.models import Resource
from rantai.foundation.parties.models import Party
from rantai.iscm.strategy.measures import figures
from rantai.iscm.strategy.measures.figures import Pair
from rantai.iscm.strategy.models import ScenarioFigure, ScenarioRun
from rantai.iscm.strategy.queries.worth import SCALE
from rantai.iscm.strategy.views import words
from rantai.kernel.texts import pick
from rantai.ui import charts, formats

_HURTS = frozenset({"lines_on_time", "units_on_time", "otif", "revenue_on_time", "expected_on_time", "wait",
                    "late_lines", "value_at_risk"})  # fmt: skip
"""Figures that tell of customers: they alone are ever red."""
_MOST_SUPPLIERS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A figure of one scenario and how it differs from the plan's."""

    text: str
    of: str = ""
    moved: str = ""
    hurt: bool = False
    good: bool = False
    value: float | None = None
    """For files: money in the company's currency, shares of 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure of all that are compared."""

    code: str
    label: str
    note: str
    plan: Cell
    cells: tuple[Cell, ...]


def list_rows(
    runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]], *, currency: str,
    sees_cost: bool,
) -> list[Row]:  # fmt: skip
    """Return the table of figures; costs only for who may see them."""
    every = {name for run in runs for name in told[run.pk]}
    shown = [name for name in every if (sees_cost or name[0] not in figures.COSTS) and not _is_empty(name, runs, told)]
    names = _read_names(shown)
    shown.sort(key=lambda name: (words.ORDER.index(name[0]), -_largest(name, runs, told), name[1]))
    suppliers = [name for name in shown if name[0] == "supplier"]
    dropped = set(suppliers[_MOST_SUPPLIERS:])
    return [_draw_row(name, runs, told, names, currency) for name in shown if name not in dropped]


def draw_weeks(
    runs: Sequence[ScenarioRun], code: str, *, title: str, currency: str, total: bool = False
) -> charts.Chart:
    """Return one line a scenario over the weeks and the plan's to compare with."""
    first = runs[0]
    weeks = len(first.series["plan"][code])
    begins = datetime.fromtimestamp(first.params["now"], UTC).date()
    days = [formats.day(begins + timedelta(weeks=number), today=begins) for number in range(weeks)]

    def values(series: Sequence[int]) -> list[float]:
        found, sum_ = [], 0
        for value in [*series, *([0] * weeks)][:weeks]:
            sum_ += value
            found.append(round((sum_ if total else value) / SCALE / 1_000_000, 1))
        return found

    lines = [charts.Series(_("The plan"), values(first.series["plan"][code]), kind="compare")]
    for number, run in enumerate(runs):
        colour = charts.COLOURS[number % len(charts.COLOURS)]
        lines.append(charts.Series(run.scenario.name, values(run.series["own"][code]), colour=colour))
    return charts.line(
        id=f"weeks-{code}",
        title=title,
        categories=days,
        series=lines,
        unit=_("%(currency)s, millions") % {"currency": currency},
    )


def draw_shares(
    rows: Sequence[Row], runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]]
) -> charts.Chart:
    """Return what is on time, scenario by scenario, as bars."""
    codes = [("lines_on_time", ""), ("units_on_time", ""), ("expected_on_time", "")]
    names = [_("The plan"), *(run.scenario.name for run in runs)]
    series = []
    for code in codes:
        first = told[runs[0].pk].get(code)
        if first is None:
            continue
        pairs: list[Pair] = [(first.plan_numerator, first.plan_denominator)]
        pairs += [_own(told[run.pk].get(code)) for run in runs]
        shares = [figures.ratio(pair) for pair in pairs]
        values = [None if share is None else round(100 * share, 1) for share in shares]
        series.append(charts.Series(words.name_figure(*code, {}), values))
    return charts.bars(id="on-time", title=_("On time"), categories=names, series=series, unit="%")


def say_result(run: ScenarioRun, told: Mapping[tuple[str, str], ScenarioFigure]) -> tuple[str, bool]:
    """Return what a run comes to in a sentence, and whether it hurts customers."""
    row = told.get(("late_lines", ""))
    late, before = (row.numerator or 0, row.plan_numerator or 0) if row else (0, 0)
    if late > before:
        more = late - before
        text = ngettext("%(n)s more order line late or short", "%(n)s more order lines late or short", more)
        return text % {"n": formats.number(more)}, True
    if late < before:
        less = before - late
        text = ngettext("%(n)s order line less late or short", "%(n)s order lines less late or short", less)
        return text % {"n": formats.number(less)}, False
    expected = told.get(("expected_on_time", ""))
    own, plan = figures.ratio(_own(expected)), figures.ratio(_plan(expected))
    if own is not None and plan is not None and abs(own - plan) >= 0.0005:
        text = _("Orders keep their dates; of what is expected %(own)s is on time instead of %(plan)s")
        return text % {"own": formats.percent(own), "plan": formats.percent(plan)}, own < plan
    return _("Customers notice nothing of it"), False


def say_verdict(
    runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]], *, sees_cost: bool
) -> str:
    """Return which of some runs is best: most order lines, then most of what is expected, then least stock."""
    if len(runs) == 1:
        return say_result(runs[0], told[runs[0].pk])[0]
    ranks = {run.pk: _rank(told[run.pk]) for run in runs}
    top = [run for run in runs if ranks[run.pk] == max(ranks.values())]
    if len(top) == 1:
        return _("“%(best)s” keeps most dates") % {"best": top[0].scenario.name}
    stocks = {run.pk: figures.ratio(_own(told[run.pk].get(("stock_value", "")))) or 0.0 for run in top}
    least = [run for run in top if stocks[run.pk] == min(stocks.values())]
    if sees_cost and len(least) == 1:
        values = {"n": formats.number(len(top)), "best": least[0].scenario.name}
        if len(top) == len(runs):
            return _("For customers they are alike; “%(best)s” holds least stock") % values
        return _("%(n)s keep most dates alike; “%(best)s” does it with least stock") % values
    if len(top) == len(runs):
        return _("For customers they are alike")
    return _("%(names)s keep most dates") % {"names": ", ".join(f"“{run.scenario.name}”" for run in top)}


def _rank(told: Mapping[tuple[str, str], ScenarioFigure]) -> tuple[float, float]:
    """Return the shares on time as people read them: what differs by less than a tenth of a point is alike."""
    order, expected = (
        figures.ratio(_own(told.get((code, "")))) or 0.0 for code in ("lines_on_time", "expected_on_time")
    )
    return round(order, 3), round(expected, 3)


def _draw_row(
    name: tuple[str, str], runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]],
    names: dict[tuple[str, str], str], currency: str,
) -> Row:  # fmt: skip
    code, key = name
    first = next(told[run.pk][name] for run in runs if name in told[run.pk])
    return Row(
        code=code,
        label=words.name_figure(code, key, names),
        note=str(words.FIGURES[code][1]),
        plan=Cell(
            text=_say(code, _plan(first), currency), of=_say_parts(code, _plan(first), currency),
            value=_in_file(code, _plan(first)),
        ),
        cells=tuple(_draw_cell(code, told[run.pk].get(name), currency) for run in runs),
    )  # fmt: skip


def _draw_cell(code: str, row: ScenarioFigure | None, currency: str) -> Cell:
    own, plan = _value(code, _own(row)), _value(code, _plan(row))
    text, of = _say(code, _own(row), currency), _say_parts(code, _own(row), currency)
    if own is None or plan is None or own == plan:
        return Cell(text=text, of=of, value=_in_file(code, _own(row)))
    is_worse = (own > plan) == (code in figures.LESS_IS_BETTER)
    return Cell(
        text=text, of=of, moved=_say_moved(code, own - plan, currency), hurt=is_worse and code in _HURTS,
        good=not is_worse and code in _HURTS, value=_in_file(code, _own(row)),
    )  # fmt: skip


def _value(code: str, pair: Pair) -> float | None:
    if code in figures.TOTALS or code == "value_at_risk":
        return None if pair[0] is None else float(pair[0])
    return figures.ratio(pair)


def _in_file(code: str, pair: Pair) -> float | None:
    value = _value(code, pair)
    is_money = code in figures.MONEY and code != "revenue_on_time"
    return value / SCALE if value is not None and is_money else value


def _say(code: str, pair: Pair, currency: str) -> str:
    value = _value(code, pair)
    if value is None:
        return _("none")
    if code in figures.MONEY and code != "revenue_on_time":
        return formats.money(round(value), currency, short=True)
    if code == "late_lines":
        return formats.number(int(value))
    return formats.number(value, 1) if code == "wait" else formats.percent(value)


def _say_parts(code: str, pair: Pair, currency: str) -> str:
    """Return numerator and denominator of a share."""
    if None in pair or code in figures.TOTALS or code in ("wait", "stock_value", "capacity"):
        return ""
    if code in figures.MONEY:
        parts = [formats.money(one or 0, currency, short=True) for one in pair]
    elif code in ("units_on_time", "expected_on_time"):
        parts = [formats.quantity(one) for one in pair]
    else:
        parts = [formats.number(one or 0) for one in pair]
    return _("%(part)s of %(whole)s") % {"part": parts[0], "whole": parts[1]}


def _say_moved(code: str, by: float, currency: str) -> str:
    sign = "+" if by > 0 else "\N{MINUS SIGN}"
    if code in figures.MONEY and code != "revenue_on_time":
        return sign + formats.money(round(abs(by)), currency, short=True)
    if code == "late_lines":
        return sign + formats.number(int(abs(by)))
    if code == "wait":
        return sign + formats.number(abs(by), 1)
    return _("%(points)s points") % {"points": sign + formats.number(100 * abs(by), 1)}


def _own(row: ScenarioFigure | None) -> Pair:
    return (row.numerator, row.denominator) if row else (None, None)


def _plan(row: ScenarioFigure | None) -> Pair:
    return (row.plan_numerator, row.plan_denominator) if row else (None, None)


def _largest(
    name: tuple[str, str], runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]]
) -> float:
    found = [told[run.pk][name] for run in runs if name in told[run.pk]]
    return max(max(row.numerator or 0, row.plan_numerator or 0) for row in found)


def _is_empty(
    name: tuple[str, str], runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]]
) -> bool:
    return name[0] == "own_cost" and not _largest(name, runs, told)


def _read_names(shown: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    suppliers = [int(key) for code, key in shown if code == "supplier"]
    resources = [int(key) for code, key in shown if code == "capacity"]
    found = {("supplier", str(row.pk)): row.name for row in Party.objects.filter(pk__in=suppliers)}
    found |= {("capacity", str(row.pk)): pick(row.name) for row in Resource.objects.filter(pk__in=resources)}
    return found
