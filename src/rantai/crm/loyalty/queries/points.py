"""Read programmes, members and points; the rule that turns sales into points; what must always hold."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet, Sum

from rantai.crm.loyalty.models import LoyaltyMember, LoyaltyProgram, PointsAccount, PointsEntry
from rantai.crm.orders.models import Invoice
from rantai.foundation.parties import queries as parties
from rantai.kernel import money
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.refs import DocRef

_ONE_RATE = 10**9


def list_programs(company_id: int) -> QuerySet[LoyaltyProgram]:
    """Return the programmes of a company."""
    return LoyaltyProgram.objects.filter(company_id=company_id).order_by("code")


def list_open_programs(company_id: int, *, posts_on: str) -> list[LoyaltyProgram]:
    """Return the programmes that post points at a moment."""
    return list(list_programs(company_id).filter(is_open=True, posts_on=posts_on))


def find_member(program: LoyaltyProgram, party_id: int) -> LoyaltyMember | None:
    """Return the membership of a customer, whatever was merged into it."""
    ids = parties.list_party_ids(parties.canonical_id(party_id))
    return LoyaltyMember.objects.filter(program=program, party_id__in=ids).select_related("account").first()


def list_memberships(party_id: int) -> list[LoyaltyMember]:
    """Return where a customer collects points."""
    ids = parties.list_party_ids(parties.canonical_id(party_id))
    return list(LoyaltyMember.objects.filter(party_id__in=ids).select_related("program", "account").order_by("id"))


def list_entries(member: LoyaltyMember) -> QuerySet[PointsEntry]:
    """Return a member's entries, the newest first."""
    mine = Q(source=member.account) | Q(target=member.account)
    return PointsEntry.objects.filter(mine).select_related("source", "target").order_by("-id")


def get_counterpart(program: LoyaltyProgram, kind: str) -> PointsAccount:
    """Return the account that points come from or go to."""
    return PointsAccount.objects.get(program=program, kind=kind, member=None)


def find_earned(member: LoyaltyMember, ref: DocRef) -> PointsEntry | None:
    """Return what a document earned a member."""
    rows_ = PointsEntry.objects.filter(target=member.account, reason="earned", ref_kind=ref.kind, ref_id=ref.id)
    return rows_.first()


def list_earned(ref: DocRef) -> list[PointsEntry]:
    """Return what a document earned, in every programme."""
    found = PointsEntry.objects.filter(reason="earned", ref_kind=ref.kind, ref_id=ref.id)
    return list(found.select_related("target__member__program").order_by("id"))


def is_credited(member: LoyaltyMember, ref: DocRef) -> bool:
    """Say whether a credit note has taken points back already."""
    return PointsEntry.objects.filter(
        source=member.account, reason="credited", ref_kind=ref.kind, ref_id=ref.id
    ).exists()


def sum_reversed(entry: PointsEntry) -> int:
    """Return how many points of an entry were taken back."""
    return PointsEntry.objects.filter(reverses=entry).aggregate(points=Sum("points"))["points"] or 0


def points_for(program: LoyaltyProgram, net: int) -> int:
    """Return the whole points that net sales in the company's currency earn."""
    return max(0, net) * program.earn_points // program.earn_amount


def net_of(invoice: Invoice) -> int:
    """Return the net of an invoice in the company's currency."""
    return money.round_half_up(invoice.net * invoice.rate, _ONE_RATE)


def net_left(invoice: Invoice) -> int:
    """Return the net of an invoice that no credit note has taken back."""
    credited = Invoice.objects.filter(corrects=invoice).aggregate(net=Sum("net"))["net"] or 0
    return money.round_half_up((invoice.net - credited) * invoice.rate, _ONE_RATE)


def list_violations() -> Iterator[Violation]:
    """Check that balances are the sums of their entries, that they sum to zero, and nobody owes points."""
    found = rows(
        "SELECT a.id, a.kind, a.balance, COALESCE(i.points, 0) - COALESCE(o.points, 0) FROM crm_loyalty_pointsaccount a"
        " LEFT JOIN (SELECT target_id, SUM(points) AS points FROM crm_loyalty_pointsentry GROUP BY target_id) i"
        " ON i.target_id = a.id"
        " LEFT JOIN (SELECT source_id, SUM(points) AS points FROM crm_loyalty_pointsentry GROUP BY source_id) o"
        " ON o.source_id = a.id WHERE a.balance <> COALESCE(i.points, 0) - COALESCE(o.points, 0)"
        " OR (a.kind = 'member' AND a.balance < 0)"
    )
    for pk, kind, balance, entries in found:
        text = f"{kind} stands at {balance}, its entries sum to {entries}"
        yield Violation(rule="points.balance_is_sum_of_entries", subject=f"points account {pk}", message=text)
    open_sums = rows(
        "SELECT program_id, SUM(balance) FROM crm_loyalty_pointsaccount GROUP BY program_id HAVING SUM(balance) <> 0"
    )
    for pk, total in open_sums:
        yield Violation(rule="points.sum_to_zero", subject=f"programme {pk}", message=f"its accounts sum to {total}")
    over = rows(
        "SELECT e.id, e.points, SUM(r.points) FROM crm_loyalty_pointsentry e"
        " JOIN crm_loyalty_pointsentry r ON r.reverses_id = e.id GROUP BY e.id, e.points"
        " HAVING SUM(r.points) > e.points"
    )
    for pk, points, back in over:
        text = f"posted {points}, taken back {back}"
        yield Violation(rule="points.taken_back_once", subject=f"points entry {pk}", message=text)
