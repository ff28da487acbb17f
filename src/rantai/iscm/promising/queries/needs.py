"""What of operations waits for a person, and operations in figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.inventory import queries as stock
from rantai.iscm.promising.queries import lists
from rantai.kernel import clock
from rantai.kernel.money import Money
from rantai.kernel.needs import Figure, Need
from rantai.ui import formats

_HOUSE = "operations"


def list_needs(as_of: datetime) -> tuple[Need, ...]:
    """Return the work of the warehouse and the promises in danger."""
    company = parties.find_company()
    if company is None:
        return ()
    today = clock.business_date(as_of, company.zone)
    return (*_late_promises(company, today), *_undated(company), *_shipments(today), *_held())


def list_figures(as_of: datetime) -> tuple[Figure, ...]:
    """Return operations on the loop page: promises kept, shipments, stock."""
    company = parties.find_company()
    if company is None:
        return ()
    today = clock.business_date(as_of, company.zone)
    return (*_promise_figures(), _shipment_figure(today))


def _late_promises(company: Company, today: date) -> Iterator[Need]:
    overdue = lists.list_overdue(today)
    count = overdue.count()
    if count:
        yield Need(
            kind="overdue_promise",
            house=_HOUSE,
            title=ngettext("%(n)s line is past its promised day", "%(n)s lines are past their promised day", count)
            % {"n": count},
            why=_("The customers were told a day that has gone by."),
            permission="demand.view",
            url=reverse("iscm_promising:promises") + "?overdue=1",
            stake=Money(lists.sum_stake(overdue), company.currency),
            due_on=today,
            is_hurt=True,
        )


def _undated(company: Company) -> Iterator[Need]:
    bare = lists.list_unpromised()
    count = bare.count()
    if count:
        yield Need(
            kind="unpromised",
            house=_HOUSE,
            title=ngettext("%(n)s line has no date", "%(n)s lines have no date", count) % {"n": count},
            why=_("No stock, no order on its way and no source stands behind them."),
            permission="demand.view",
            url=reverse("iscm_promising:promises") + "?undated=1",
            stake=Money(lists.sum_stake(bare), company.currency),
            is_hurt=True,
        )


def _shipments(today: date) -> Iterator[Need]:
    count, late = fulfilment.count_to_pick(today), fulfilment.count_late(today)
    if count or late:
        yield Need(
            kind="shipments",
            house=_HOUSE,
            title=ngettext("%(n)s shipment to pick today", "%(n)s shipments to pick today", count) % {"n": count},
            why=ngettext("%(n)s of them should have left before.", "%(n)s of them should have left before.", late)
            % {"n": late}
            if late
            else _("They reach their customers in time if they leave today."),
            permission="shipments.work",
            url=reverse("iscm_fulfilment:shipments"),
            due_on=today,
            is_hurt=bool(late),
        )


def _held() -> Iterator[Need]:
    count = stock.count_held()
    if count:
        yield Need(
            kind="quarantine",
            house=_HOUSE,
            title=ngettext("%(n)s place in quarantine", "%(n)s places in quarantine", count) % {"n": count},
            why=_("Nobody may promise this stock until somebody has looked at it."),
            permission="stock.adjust",
            url=reverse("iscm_inventory:stock") + "?status=quarantine",
        )


def _promise_figures() -> Iterator[Figure]:
    open_lines, late = lists.count_open(), lists.count_late()
    yield Figure(
        code="promised_in_time",
        label=_("Promised when wanted"),
        value=formats.percent((open_lines - late) / open_lines) if open_lines else "",
        of=_("%(kept)s of %(open)s open lines")
        % {"kept": formats.number(open_lines - late), "open": formats.number(open_lines)},
        url=reverse("iscm_promising:promises"),
        is_hurt=bool(late),
    )


def _shipment_figure(today: date) -> Figure:
    count, late = fulfilment.count_to_pick(today), fulfilment.count_late(today)
    return Figure(
        code="to_pick",
        label=_("To pick today"),
        value=formats.number(count),
        of=_("%(late)s late") % {"late": formats.number(late)},
        url=reverse("iscm_fulfilment:shipments"),
        is_hurt=bool(late),
    )
