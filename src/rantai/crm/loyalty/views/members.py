"""A member's ledger, and a customer's points on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.loyalty.actions import programs as actions
from rantai.crm.loyalty.models import LoyaltyMember, LoyaltyProgram, PointsEntry
from rantai.crm.loyalty.queries import points
from rantai.crm.orders.models import Invoice
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.kernel import clock
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts

REASONS = {
    "earned": gettext_lazy("Earned"),
    "credited": gettext_lazy("Taken back with a credit note"),
    "redeemed": gettext_lazy("Redeemed"),
    "expired": gettext_lazy("Expired"),
    "adjusted": gettext_lazy("Adjusted"),
}
SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A line of a member's ledger, with the balance after it."""

    at: datetime
    reason: str
    invoice: Invoice | None
    points: int
    balance: int


@require_safe
@access.permission_required("loyalty.view")
def member(request: access.StaffRequest, member_id: int) -> HttpResponse:
    """Show a member's points, entry by entry."""
    row = get_object_or_404(LoyaltyMember.objects.select_related("program", "party", "account"), pk=member_id)
    context = {
        "house": "customers",
        "member": row,
        "program": pick(row.program.name) or row.program.code,
        "balance": row.account.balance,
        "entries": _read_entries(row),
    }
    return render(request, "crm/loyalty/member.html", context)


@require_safe
@access.permission_required("loyalty.view")
def party(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Show where a customer collects points: a part of its page."""
    row = get_object_or_404(Party, pk=party_id)
    members = points.list_memberships(party_id)
    joined = {found.program_id for found in members if found.left_at is None}
    programs = points.list_programs(parties.get_company().pk).filter(is_open=True).exclude(pk__in=joined)
    context = {
        "house": "customers",
        "party": row,
        "members": [(found, pick(found.program.name) or found.program.code) for found in members],
        "programs": [(found, pick(found.name) or found.code) for found in programs],
    }
    template = "crm/loyalty/_party.html" if request.headers.get("HX-Request") else "crm/loyalty/party.html"
    return render(request, template, context)


@require_POST
@access.permission_required("loyalty.edit")
def join(request: access.StaffRequest, party_id: int, program_id: int) -> HttpResponse:
    """Make a customer a member."""
    row = get_object_or_404(Party, pk=party_id)
    program = get_object_or_404(LoyaltyProgram, pk=program_id)
    at, by = clock.now(), request.user.actor
    run_atomic(lambda: actions.join_program(program, parties.canonical_id(row.pk), at=at, by=by))
    toasts.say(request, _("%(name)s collects points now.") % {"name": row.name})
    return redirect("crm_accounts:customer", row.pk)


@require_POST
@access.permission_required("loyalty.edit")
def leave(request: access.StaffRequest, member_id: int) -> HttpResponse:
    """Let a member go."""
    row = get_object_or_404(LoyaltyMember, pk=member_id)
    at, by = clock.now(), request.user.actor
    run_atomic(lambda: actions.leave_program(row, at=at, by=by))
    toasts.say(request, _("No further points are posted. What was collected stays in the books."))
    return redirect("crm_loyalty:member", row.pk)


def _read_entries(row: LoyaltyMember) -> list[Entry]:
    found = list(points.list_entries(row)[:SHOWN])
    invoices = Invoice.objects.in_bulk([entry.ref_id for entry in found if entry.ref_kind == "invoice"])
    entries, balance = [], row.account.balance
    for entry in found:
        amount = _signed(entry, row)
        entries.append(
            Entry(
                at=entry.at, reason=str(REASONS.get(entry.reason, entry.reason)), invoice=invoices.get(entry.ref_id),
                points=amount, balance=balance,
            )
        )  # fmt: skip
        balance -= amount
    return entries


def _signed(entry: PointsEntry, row: LoyaltyMember) -> int:
    return entry.points if entry.target_id == row.account.pk else -entry.points
