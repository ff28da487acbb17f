"""The list behind the exceptions queue: its filters, saved views, order and files."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.queries import board
from rantai.iscm.supply.views import words
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn


def name_rows(rows: QuerySet[PlanException]) -> QuerySet[PlanException]:
    """Return exceptions with the names that the list and its files show."""
    return rows.annotate(
        unit=F("item__base_unit__name"), place=F("location__name"), company_currency=F("run__company__currency")
    )


class BoardTable(tables.Table):
    """What to do about orders and items, the most at stake first."""

    name = "plan-exceptions"
    caption = _("Exceptions")
    kind = tables.StateColumn(_("What to do"), states=words.EXCEPTIONS)
    item = ItemColumn(grow=True)
    place = tables.Column(_("Site"))
    number = tables.Column(_("Document"))
    units = tables.Column(_("Quantity"), format="quantity", unit="unit", sort=True)
    is_on = tables.Column(_("Comes"), format="day", sort=True)
    wanted_on = tables.Column(_("Wanted"), format="day", sort=True)
    cause = tables.Column(_("Because"), format=lambda value, row: str(words.CAUSES.get(value, "")))
    stake = tables.Column(_("At stake"), format="money", currency="company_currency", sort=True)
    weight = tables.Column(_("At stake"), sort=True, hidden=True, export=False)
    id = tables.Column(_("Row"), hidden=True)
    filters = (
        tables.Search("q", fields=["item__code__icontains", "item__name__icontains", "number__icontains"]),
        tables.Choice(
            "kind", _("What to do"), field="kind",
            choices=[(code, word) for code, (_k, word) in words.EXCEPTIONS.items()], many=True,
        ),
        tables.Flag("open", _("Not answered yet"), q=Q(answer="")),
        tables.Flag("hurts", _("Hurts a customer"), q=Q(kind__in=board.URGENT, stake__gt=0)),
        tables.Flag("machines", _("A machine is full"), q=Q(cause="capacity")),
        tables.Flag("told", _("Asked or handed over"), q=~Q(answer__in=["", "dismissed"])),
        tables.Flag("gone", _("Dismissed"), q=Q(answer="dismissed")),
        tables.Dates("comes", _("Comes"), field="is_on"),
    )  # fmt: skip
    views = (
        tables.View("open", _("To decide"), {"open": "1"}),
        tables.View("customers", _("Hurts a customer"), {"open": "1", "hurts": "1"}, count=True, hurt=True),
        tables.View("sooner", _("Get it sooner"), {"open": "1", "kind": ["expedite", "overdue"]}, count=True),
        tables.View("release", _("Order today"), {"open": "1", "kind": "release"}, count=True),
        tables.View("spare", _("Not needed so soon"), {"open": "1", "kind": ["defer", "cancel"]}),
        tables.View("machines", _("A machine is full"), {"open": "1", "machines": "1"}),
        tables.View("masters", _("Items to look at"), {"open": "1", "kind": ["no_source", "circle", "bad_row"]}),
        tables.View("told", _("Asked"), {"told": "1"}),
        tables.View("gone", _("Dismissed"), {"gone": "1"}),
    )
    sort, page_size = "-weight", 25
    empty = tables.Empty(
        _("Nothing to do about what is under way"), _("The plan finds every order where it should be.")
    )


class SheetTable(BoardTable):
    """As many rows as go into a sheet that is brought back."""

    page_size = 500


class CostlessBoardTable(BoardTable):
    """The same for who may not see margin."""


CostlessBoardTable.columns = {name: column for name, column in BoardTable.columns.items() if name != "stake"}
