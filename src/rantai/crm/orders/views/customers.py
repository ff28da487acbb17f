"""What a customer ordered and owes, as a fragment of the customer's page."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders.models import Invoice, SalesOrder
from rantai.crm.orders.queries import lists, orders, past
from rantai.crm.orders.views import edge, sheets, tables
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.ui import charts, formats

SHOWN = 12
MONTHS = 24


@require_safe
@access.permission_required("orders.view")
def customer_orders(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Show a customer's orders, open invoices and what it bought before we kept the books."""
    party = get_object_or_404(Party, pk=party_id)
    rows = orders.list_customer_orders(party_id)
    context = {
        "house": "customers",
        "party": party,
        "orders": [_show(row, edge.today()) for row in rows[:SHOWN]],
        "count": rows.count(),
        "late": rows.filter(lists.late(edge.today())).count(),
        "invoices": _list_invoices(party_id) if request.user.has_perm("invoices.view") else [],
        "past": _sum_past(party_id),
        "chart": _draw_months(party_id, edge.today()),
        "today": edge.today(),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "crm/orders/customer_orders.html" + ("#body" if is_fragment else ""), context)


def _draw_months(party_id: int, today: date) -> charts.Chart | None:
    """Draw what the customer bought in each of the last 24 months; nothing where that is nothing."""
    company = parties.get_company()
    keys = [_month_before(today, back) for back in range(MONTHS - 1, -1, -1)]
    since = datetime(int(keys[0][:4]), int(keys[0][5:]), 1, tzinfo=ZoneInfo(company.zone))
    sums = past.sum_months(party_id, since=since, currency=company.currency)
    if not sums:
        return None
    scale, unit = _choose_scale(max(map(abs, sums.values())), company.currency)
    values = [round(sums.get(key, 0) / 10_000 / scale, 2) for key in keys]
    names = [date_format(date(int(key[:4]), int(key[5:]), 1), pgettext("month on an axis", "M Y")) for key in keys]
    return charts.bars(
        id=f"bought-{party_id}",
        title=_("Bought a month"),
        categories=names,
        series=[charts.Series(_("Bought"), values)],
        unit=unit,
    )


def _month_before(day: date, back: int) -> str:
    month = day.year * 12 + day.month - 1 - back
    return f"{month // 12}-{month % 12 + 1:02d}"


def _choose_scale(highest: int, currency: str) -> tuple[int, str]:
    """Return by what figures are divided for an axis that can be read, and how the unit is called then."""
    if highest >= 10_000_000 * 10_000:
        return 1_000_000, _("%(currency)s million") % {"currency": currency}
    if highest >= 10_000 * 10_000:
        return 1_000, _("%(currency)s thousand") % {"currency": currency}
    return 1, currency


def _show(row: SalesOrder, today: date) -> dict[str, object]:
    lamp, word = tables.ORDER_STATES[row.state]
    return {
        "id": row.pk,
        "number": tables.say_number(row.number, {"id": row.pk}),
        "reference": row.customer_reference,
        "lamp": lamp,
        "state": word,
        "ordered_on": row.ordered_on,
        "promised_on": row.promised_on,
        "is_late": row.state == "confirmed" and (row.is_late or (row.promised_on or today) < today),
        "total": formats.money(row.total, row.currency),
    }


def _list_invoices(party_id: int) -> list[dict[str, object]]:
    rows = Invoice.objects.filter(accounts.scope(party_id), state="issued").order_by("due_on")[:SHOWN]
    return [
        {**sheets.show_invoice(row), "due_on": row.due_on, "open": formats.money(row.open_amount, row.currency)}
        for row in rows
    ]


def _sum_past(party_id: int) -> list[dict[str, object]]:
    rows = past.list_customer_past(party_id).order_by().values("run__currency")
    sums = rows.annotate(
        lines=Count("id"), documents=Count("invoice", distinct=True), amount=Sum("amount"),
        first=Min("ordered_at"), last=Max("ordered_at"),
    )  # fmt: skip
    return [{**row, "sum": formats.money(row["amount"], row["run__currency"])} for row in sums]
