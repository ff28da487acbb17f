"""Invented figures for the styleguide: enough of each component to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.kernel.money import SCALE, Money
from rantai.kernel.quantities import Quantity
from rantai.ui import chains, charts, gauges, shapes, strands

HISTORY_WEEKS, AHEAD_WEEKS = 38, 14


class SampleForm(forms.Form):
    """One field of each kind."""

    deliver_to = forms.CharField(
        label=gettext_lazy("Deliver to"), help_text=gettext_lazy("The warehouse or the customer's own address.")
    )
    units = forms.IntegerField(label=gettext_lazy("Units"), min_value=1)
    due_on = forms.DateField(label=gettext_lazy("Due"), required=False, widget=forms.DateInput)
    why = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[("late", gettext_lazy("Supplier is late")), ("change", gettext_lazy("Customer changed"))],
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea)
    tell = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False)

    def clean_units(self) -> int:
        """Refuse what is no full tray."""
        units = self.cleaned_data["units"]
        if units % 24:
            text = _("%(units)s is no multiple of 24: the supplier sells full trays. Take %(low)s or %(high)s.")
            raise forms.ValidationError(
                text % {"units": units, "low": units - units % 24, "high": units - units % 24 + 24}
            )
        return units


def make_context(*, today: date, now: datetime) -> dict[str, Any]:
    """Make everything that the styleguide shows."""
    days = [today + timedelta(days=step) for step in (-3, 2, 9, 13)]
    return {
        "steps": make_steps(),
        "facts": make_facts(),
        "tabs": make_tabs(),
        "entries": make_entries(now),
        "comments": [shapes.Comment("Bayu Pratama", _("They open two wards on the 19th. @Joko can you help?"), now)],
        "proposals": make_proposals(),
        "jobs": make_jobs(),
        "chain": make_chain(today),
        "strands": make_strands(),
        "charts": [make_forecast(), make_loads()],
        "scale": gauges.Scale.around(days, today=today),
        "gauge_rows": [(days[0], days[0], days[1]), (days[1], days[1], days[1]), (days[1], days[2], days[3])],
        "money": Money(885_780_000 * SCALE, "IDR"),
        "euros": Money(12_345_600, "EUR"),
        "units": Quantity.of(1140),
        "today": today,
        "now": now,
        "form": SampleForm({"deliver_to": "", "units": "250", "why": "late", "due_on": "2026-02-31"}),
    }


def make_steps() -> list[shapes.Step]:
    """Make the stations of an order that waits for material."""
    return [
        shapes.Step(_("Order received"), "2/11", "done"),
        shapes.Step(_("Date promised"), "2/11", "done"),
        shapes.Step(_("Material late"), "21/11", "hurt"),
        shapes.Step(_("Production")),
        shapes.Step(_("Delivered"), "27/11"),
    ]


def make_facts() -> list[shapes.Fact]:
    """Make the money of an order."""
    return [
        shapes.Fact(_("Lines"), Money(798_000_000 * SCALE, "IDR")),
        shapes.Fact(_("Late costs, a day"), Money(4_000_000 * SCALE, "IDR"), hurt=True),
        shapes.Fact(_("Total"), Money(885_780_000 * SCALE, "IDR"), rule=True, strong=True),
    ]


def make_tabs() -> list[shapes.Tab]:
    """Make saved views."""
    return [
        shapes.Tab(_("Open"), "#open", current=True, count=151),
        shapes.Tab(_("Late for the customer"), "#late", count=3, hurt=True),
        shapes.Tab(_("Mine"), "#mine", count=29),
    ]


def make_entries(now: datetime) -> list[shapes.Entry]:
    """Make what happened to an order, newest first."""
    moved = _("Mingche Display moved PO-7731 line 2 by 7 days")
    return [
        shapes.Entry(_("Promise of line 1 moved, because PO-7731 line 2 moved"), now, _("the plan"), hurt=True),
        shapes.Entry(
            moved, now - timedelta(hours=1), house="suppliers", quote=_("Our cell maker is late by one week.")
        ),
        shapes.Entry(_("Confirmed to the customer"), now - timedelta(days=9), _("e-mail"), "customers"),
    ]


def make_proposals() -> list[shapes.Proposal]:
    """Make one proposal that shows its sum and one without."""
    reasons = [
        shapes.Reason(_("Ordered by customers"), "576"),
        shapes.Reason(_("On hand"), "−82"),
        shapes.Reason(_("Missing"), "494", total=True),
    ]
    fly = shapes.Proposal(
        title=_("Fly 494 modules from Suzhou"),
        why=_("Daejin Panel is 7 days late. Air brings 3 orders back to within 2 days of the day asked."),
        stake="Rp 861 m",
        stake_note=_("at stake"),
        kind="hurt",
        accept_url="#accept",
        change_url="#change",
        dismiss_url="#dismiss",
        reasons=reasons,
    )
    title, why = _("Buy 1,800 power boards together"), _("Saves a set-up and two freights.")
    buy = replace(fly, title=title, why=why, stake="Rp 74 m", stake_note=_("saved"), kind="look", reasons=())
    return [fly, buy]


def make_jobs() -> list[shapes.Job]:
    """Make one job under way and one that is done."""
    doing = _("Tying returns to their sale")
    return [
        shapes.Job(
            title=_("Importing orders"), doing=doing, done=6480, total=10443, left=_("about 11 s"), stop_url="#"
        ),
        shapes.Job(title=_("Turn of the loop"), state="done", result_href="#chain", result_label=_("See what changed")),
    ]


def make_chain(today: date) -> chains.Chain:
    """Make a chain whose second tier stood still for nine days."""

    def link(label: str, ref: str, house: str, planned: tuple[int, int], now: tuple[int, int]) -> chains.Link:
        leaf = ref == "T2-118"
        return chains.Link(
            label,
            _("300 pcs"),
            ref,
            house,
            promised=(today + timedelta(days=planned[0]), today + timedelta(days=planned[1])),
            expected=(today + timedelta(days=now[0]), today + timedelta(days=now[1])),
            critical=True,
            leaf=leaf,
            cause=_("9 days late: coating line stood still") if leaf else "",
            href="#chain",
        )

    links = [
        link("Panel OC-150", "T2-118", "suppliers", (-9, -7), (-9, 2)),
        link(_("On the way to Batam"), "", "suppliers", (-7, -2), (2, 7)),
        link(_("Module LM-150"), "PO-7731/2", "suppliers", (-2, 3), (7, 12)),
        link(_("Assembly M15-B"), "PR-2207", "operations", (4, 7), (14, 16)),
        link(_("Delivery to Sinar Jaya"), "SO-10482", "customers", (8, 9), (17, 18)),
    ]
    promised_on, p80_on = today + timedelta(days=9), today + timedelta(days=18)
    others = _("4 other parts, on time")
    return chains.Chain(_("Why line 1 is late"), links, promised_on, p80_on, today=today, others=others)


def make_forecast() -> charts.Chart:
    """Make a history with a forecast and its band."""
    weeks = [f"W{week}" for week in range(1, HISTORY_WEEKS + AHEAD_WEEKS + 1)]
    history = [80 + week * 2 + week * 37 % 23 for week in range(HISTORY_WEEKS)]
    ahead = [history[-1] + step * 2 - step * 5 % 7 for step in range(AHEAD_WEEKS + 1)]

    def around(wider: int) -> list[charts.Value]:
        return [None] * (HISTORY_WEEKS - 1) + [value + wider * step for step, value in enumerate(ahead)]

    return charts.line(
        id="sample-forecast",
        title=_("Orders and forecast"),
        note=_("Pieces a week; the bands hold 50 and 80 of 100 outcomes"),
        categories=weeks,
        series=[
            charts.Series(_("Orders"), [*history, *([None] * AHEAD_WEEKS)], "history"),
            charts.Series(_("Forecast"), around(0), "forecast"),
        ],
        band=charts.Band(around(-4), around(5), around(-2), around(2)),
        marks=[charts.Mark(weeks[HISTORY_WEEKS - 1], _("today"))],
        unit=_("pcs"),
    )


def make_loads() -> charts.Chart:
    """Make a stacked bar chart."""
    return charts.stacked(
        id="sample-loads",
        title=_("Load of line 2"),
        note=_("Hours a day"),
        categories=["23/11", "24/11", "25/11", "26/11", "27/11"],
        series=[charts.Series(_("Orders"), [6, 5, 7, 8, 4]), charts.Series(_("Forecast"), [1, 2, 1, 0, 3])],
        unit="h",
        height="low",
    )


def make_strands() -> strands.Strands:
    """Make a small loop in which one supplier is too late for a customer."""
    heads = [(_("Suppliers"), "suppliers"), (_("Plants"), "operations"), (_("Customers"), "customers")]
    posts = [
        ("panel", 0, "Bintan Display Works"),
        ("board", 0, "Anugerah PCB"),
        ("plant", 1, "Cikarang"),
        ("shop", 2, "Surabaya"),
    ]
    return strands.Strands(
        title=_("The loop"),
        heads=[strands.Head(text=str(text), house=house) for text, house in heads],
        posts=[strands.Post(key=key, column=column, name=name, house=heads[column][1]) for key, column, name in posts],
        flows=[
            strands.Flow(origin="panel", target="plant", amount=12, late=3),
            strands.Flow(origin="board", target="plant", amount=8, planned=5),
            strands.Flow(origin="plant", target="shop", amount=16, late=3, house="customers"),
        ],
        unit=1,
    )
