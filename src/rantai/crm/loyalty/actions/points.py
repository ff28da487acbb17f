"""Post points for what was sold, and take them back for what came back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from rantai.crm import events
from rantai.crm.loyalty.actions import programs
from rantai.crm.loyalty.models import LoyaltyMember, LoyaltyProgram, PointsAccount, PointsEntry
from rantai.crm.loyalty.queries import points as queries
from rantai.crm.orders.models import Invoice
from rantai.foundation.messages import actions as messages
from rantai.kernel import increments, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import require_transaction
from rantai.ui import formats

_GUARD = "t.kind <> 'member' OR t.balance + d.c0 >= 0"
SYSTEM = "system"


class NotEnoughPoints(Exception):
    """More points than a member has."""

    def __init__(self, asked: int, balance: int) -> None:
        self.asked, self.balance = asked, balance
        super().__init__(
            _("Cannot take %(asked)s points: the member has %(balance)s. Take %(balance)s or fewer.")
            % {"asked": asked, "balance": balance}
        )


def post_points(
    source: PointsAccount, target: PointsAccount, points: int, *, reason: str, ref: DocRef,
    reverses: PointsEntry | None = None, note: str = "", at: datetime, by: str,
) -> PointsEntry:  # fmt: skip
    """Write one entry and change both balances; raises NotEnoughPoints, which ends the caller's transaction.

    Locks the accounts in ascending id order.
    """
    require_transaction()
    wanted = {source.pk: (-points,), target.pk: (points,)}
    changed = increments.add(PointsAccount, wanted, columns=("balance",), guard=_GUARD)
    if len(changed) < len(wanted):
        short = PointsAccount.objects.get(pk=(wanted.keys() - changed).pop())
        raise NotEnoughPoints(points, short.balance)
    return PointsEntry.objects.create(
        source=source, target=target, points=points, reason=reason, ref_kind=ref.kind, ref_id=ref.id,
        reverses=reverses, note=note, at=at, by=by,
    )  # fmt: skip


def post_invoice(invoice_id: int, *, moment: str, at: datetime) -> list[PointsEntry]:
    """Post the points of an invoice in the programmes that post at this moment, or take back those of a credit note.

    The same invoice twice posts nothing. Records PointsPosted, and tells the member.
    """
    require_transaction()
    invoice = Invoice.objects.select_related("order", "company", "party", "corrects").get(pk=invoice_id)
    if invoice.kind == "credit_note":
        return _take_back(invoice, at=at) if moment == "invoiced" else []
    if moment == "paid" and invoice.state != "paid":
        return []
    posted = []
    for program in queries.list_open_programs(invoice.company_id, posts_on=moment):
        member = _find_member(program, invoice, at=at)
        points = queries.points_for(program, queries.net_of(invoice))
        ref = DocRef("invoice", invoice.pk)
        if member is None or not points or queries.find_earned(member, ref) is not None:
            continue
        issued = queries.get_counterpart(program, "issued")
        entry = post_points(issued, member.account, points, reason="earned", ref=ref, at=at, by=SYSTEM)
        _announce(member, invoice, entry, points=points)
        posted.append(entry)
    return posted


def _take_back(credit: Invoice, *, at: datetime) -> list[PointsEntry]:
    """Take back what the credited part of an invoice had earned, at most what is left of it and what the member has."""
    if credit.corrects is None:
        return []
    taken = []
    for earned in queries.list_earned(DocRef("invoice", credit.corrects_id or 0)):
        member = earned.target.member
        ref = DocRef("invoice", credit.pk)
        assert member is not None
        if queries.is_credited(member, ref):
            continue
        kept = queries.points_for(member.program, queries.net_left(credit.corrects))
        back = earned.points - queries.sum_reversed(earned) - kept
        points = min(back, PointsAccount.objects.get(pk=earned.target_id).balance)
        if points <= 0:
            continue
        issued = queries.get_counterpart(member.program, "issued")
        entry = post_points(
            earned.target, issued, points, reason="credited", ref=ref, reverses=earned, at=at, by=SYSTEM
        )
        _announce(member, credit, entry, points=-points)
        taken.append(entry)
    return taken


def _find_member(program: LoyaltyProgram, invoice: Invoice, *, at: datetime) -> LoyaltyMember | None:
    member = queries.find_member(program, invoice.party_id)
    if member is None and program.joins_all:
        return programs.join_program(program, invoice.party_id, at=at, by=SYSTEM)
    return None if member is None or member.left_at else member


def _announce(member: LoyaltyMember, invoice: Invoice, entry: PointsEntry, *, points: int) -> None:
    balance = PointsAccount.objects.values_list("balance", flat=True).get(member=member)
    outbox.record(
        events.PointsPosted(
            member_id=member.pk, sales_order_id=invoice.order_id, invoice_id=invoice.pk, points=points, balance=balance
        )
    )
    with override(invoice.party.language):
        values = {
            "points": formats.number(abs(points)),
            "balance": formats.number(balance),
            "program": pick(member.program.name) or member.program.code,
            "invoice": invoice.number,
            "order": invoice.order.number,
        }
    messages.queue_message(
        company_id=invoice.company_id,
        key="points.posted" if points > 0 else "points.taken_back",
        party_id=invoice.party_id,
        ref=DocRef("sales_order", invoice.order_id),
        values=values,
        dedupe_key=f"points:{entry.pk}",
    )
