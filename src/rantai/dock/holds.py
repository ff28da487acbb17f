"""Say what hangs on a supplier's lines: how many customers' orders, never whose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.srm.messages import PurchaseToAnswer
from rantai.ui import formats


def list_holds(order: PurchaseToAnswer) -> list[str]:
    """Return one sentence for each line of an order that customers wait for; the company says whether worth is told."""
    company = parties.get_company()
    today = clock.business_date(clock.now(), company.zone)
    return list(_list_holds(order, currency=company.currency, today=today))


def _list_holds(order: PurchaseToAnswer, *, currency: str, today: date) -> Iterator[str]:
    positions = {asked.schedule_id: asked.position for asked in order.schedules}
    for row in iscm.tell_supplier(order.order_id):
        if row.schedule_id not in positions:
            continue
        values = {"line": positions[row.schedule_id], "n": formats.number(row.orders)}
        said = ngettext(
            "Your line %(line)s holds %(n)s customer order",
            "Your line %(line)s holds %(n)s customer orders",
            row.orders,
        )
        said %= values
        if row.stake:
            said = _("%(line)s worth about %(value)s") % {
                "line": said, "value": formats.money(row.stake, currency, short=True)
            }  # fmt: skip
        if row.late_orders:
            late = ngettext("%(n)s of them is late", "%(n)s of them are late", row.late_orders)
            said += ", " + late % {"n": formats.number(row.late_orders)}
        if row.wanted_on:
            said += "; " + _("if it came by %(day)s they would be in time") % {
                "day": formats.day(row.wanted_on, today=today)
            }
        yield f"{said}."
