"""Lists of agreements and deals, declared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.crm.selling.models import Opportunity, SalesAgreement
from rantai.crm.selling.queries import naming
from rantai.crm.selling.states import OPEN_STAGES
from rantai.kernel import money
from rantai.ui import formats, tables

STANDINGS = {
    "draft": ("new", gettext_lazy("Draft")),
    "later": ("wait", gettext_lazy("Begins later")),
    "running": ("run", pgettext_lazy("agreement", "Runs")),
    "over": ("end", gettext_lazy("Over")),
}
SIGHTS = STANDINGS | {"behind": ("hurt", gettext_lazy("Called off too late"))}
"""As the list shows them: of those that run it says which are behind."""
STAGES = {
    "lead": ("new", pgettext_lazy("stage", "Lead")),
    "qualified": ("wait", pgettext_lazy("stage", "Qualified")),
    "quoted": ("run", pgettext_lazy("stage", "Quoted")),
    "won": ("done", pgettext_lazy("stage", "Won")),
    "lost": ("end", pgettext_lazy("stage", "Lost")),
}


def say_name(value: Any, row: dict[str, Any]) -> str:
    """Return what an agreement of the list is called."""
    return naming.say_name(row["id"], number=row["number"], reference=row["reference"], state=row["state"])


def say_weighted(value: Any, row: dict[str, Any]) -> str:
    """Return what of a deal's amount is to be expected."""
    currency = row["company__currency"]
    return formats.money(money.round_to_minor(round(value or 0), currency), currency)


def mark_behind(rows: QuerySet[SalesAgreement], behind: Collection[int]) -> QuerySet[SalesAgreement]:
    """Return agreements saying which of them are called off too late, and what their state is shown as."""
    is_behind = Q(pk__in=list(behind))
    return rows.annotate(
        is_behind=Case(When(is_behind, then=True), default=False),
        sight=Case(When(is_behind, then=Value("behind")), default=F("standing")),
    )


def mark_overdue(rows: QuerySet[Opportunity], today: date) -> QuerySet[Opportunity]:
    """Return deals saying which of them should have been decided by now."""
    return rows.annotate(is_overdue=Case(When(state__in=OPEN_STAGES, expected_on__lt=today, then=True), default=False))


class AgreementTable(tables.Table):
    """Frame contracts."""

    name = "agreements"
    caption = gettext_lazy("Agreements")
    agreement = tables.Column(
        gettext_lazy("Agreement"), accessor="number", format=say_name, sub="title", link="crm_selling:agreement",
        needs=("reference", "state"), sort=True, phone="head",
    )  # fmt: skip
    customer = tables.Column(
        gettext_lazy("Customer"), accessor="account__party__name", link="crm_accounts:customer",
        link_args=("account__party_id",), sort=True, grow=True, phone="sub",
    )  # fmt: skip
    standing = tables.StateColumn(gettext_lazy("State"), accessor="sight", states=SIGHTS, phone="end")
    items = tables.Column(gettext_lazy("Items"), format="number", narrow=2, phone="")
    next_on = tables.Column(gettext_lazy("Next call-off"), format="day", sort=True, phone="subend")
    valid_from = tables.Column(gettext_lazy("From"), format="day", sort=True, narrow=2, phone="")
    last_to = tables.Column(gettext_lazy("Ends before"), format="day", sort=True, narrow=2, phone="")
    signed_on = tables.Column(gettext_lazy("Signed on"), format="day", sort=True, hidden=True)
    reference = tables.Column(gettext_lazy("Contract number"), hidden=True)
    filters = (
        tables.Search("q", ["account__party__name__icontains", "number__istartswith", "reference__istartswith",
                            "title__icontains"]),
        tables.Choice("standing", gettext_lazy("State"), field="standing",
                      choices=[(name, text) for name, (_lamp, text) in STANDINGS.items()]),
        tables.Dates("ends", gettext_lazy("Ends"), field="last_to"),
        tables.Flag("behind", gettext_lazy("Called off too late"), q=Q(is_behind=True)),
        tables.Flag("unrenewed", gettext_lazy("Without a renewal"), q=Q(is_renewed=False)),
    )  # fmt: skip
    views = (
        tables.View("running", pgettext_lazy("agreements", "Running"), {"standing": "running"}),
        tables.View("behind", gettext_lazy("Called off too late"), {"behind": "1"}, count=True, hurt=True),
        tables.View("draft", gettext_lazy("Drafts"), {"standing": "draft"}, count=True),
        tables.View("later", gettext_lazy("Begins later"), {"standing": "later"}),
        tables.View("all", gettext_lazy("All"), {}),
    )
    sort = "next_on"
    empty = tables.Empty(
        gettext_lazy("No agreement here"),
        gettext_lazy("A frame contract says what a customer will call off and when. What is signed counts as certain in"
                     " the forecast, long before the orders come."),
    )  # fmt: skip


class DealTable(tables.Table):
    """Deals that may come."""

    name = "deals"
    caption = gettext_lazy("Pipeline")
    deal = tables.Column(
        gettext_lazy("Deal"), accessor="title", link="crm_selling:deal", sort=True, grow=True, phone="head"
    )
    customer = tables.Column(
        gettext_lazy("Customer"), accessor="account__party__name", link="crm_accounts:customer",
        link_args=("account__party_id",), sort=True, phone="sub",
    )  # fmt: skip
    stage = tables.StateColumn(
        pgettext_lazy("deal", "Stage"), accessor="state", states=STAGES, sort="place", phone="subend"
    )
    expected_on = tables.Column(gettext_lazy("Decision by"), format="day", sort=True, hurt="is_overdue", phone="foot")
    chance = tables.Column(gettext_lazy("Chance"), format="percent", sort=True, narrow=2, phone="")
    amount = tables.Column(
        gettext_lazy("Value"), format="money", currency="company__currency", sort=True, total=True, phone="end"
    )
    weighted = tables.Column(
        gettext_lazy("To be expected"), format=say_weighted, align="end", sort=True,
        needs=("company__currency",), narrow=2, phone="",
    )  # fmt: skip
    opened_on = tables.Column(gettext_lazy("Known since"), format="day", sort=True, hidden=True)
    closed_on = tables.Column(gettext_lazy("Closed on"), format="day", sort=True, hidden=True)
    filters = (
        tables.Search("q", ["title__icontains", "account__party__name__icontains", "reference__istartswith"]),
        tables.Choice("stage", pgettext_lazy("deal", "Stage"), field="state", many=True,
                      choices=[(name, text) for name, (_lamp, text) in STAGES.items()]),
        tables.Dates("expected", gettext_lazy("Decision by"), field="expected_on"),
        tables.Numbers("chance", gettext_lazy("Chance"), field="chance"),
        tables.Flag("overdue", gettext_lazy("Decision overdue"), q=Q(is_overdue=True)),
    )  # fmt: skip
    views = (
        tables.View("open", pgettext_lazy("deals", "Open"), {"stage": list(OPEN_STAGES)}),
        tables.View("overdue", gettext_lazy("Decision overdue"), {"overdue": "1"}, count=True, hurt=True),
        tables.View("won", pgettext_lazy("stage", "Won"), {"stage": ["won"], "sort": "-closed_on"}),
        tables.View("lost", pgettext_lazy("stage", "Lost"), {"stage": ["lost"], "sort": "-closed_on"}),
        tables.View("all", gettext_lazy("All"), {}),
    )
    sort = "expected_on"
    empty = tables.Empty(
        gettext_lazy("No deal here"),
        gettext_lazy("Write down what customers may buy, how much and when. The forecast counts it by how often such"
                     " deals came true."),
    )  # fmt: skip
