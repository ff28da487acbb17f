"""Programmes, their members, and an append-only ledger of points between accounts."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q

from rantai.crm.loyalty import rules
from rantai.kernel.fields import MoneyField, TranslatedField


class PointsAreAppendOnly(TypeError):
    """Somebody tried to rewrite the ledger of points."""

    def __init__(self) -> None:
        super().__init__("Entries of points are never changed or deleted: post one that takes the wrong one back.")


class EntryQuerySet(models.QuerySet["PointsEntry"]):
    """Rows that may be added and read; the database refuses an UPDATE as well."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise PointsAreAppendOnly

    def delete(self) -> NoReturn:
        """Refuse."""
        raise PointsAreAppendOnly


class LoyaltyProgram(models.Model):
    """How points are earned."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name = TranslatedField()
    earn_points = models.PositiveIntegerField(default=1, help_text="points for each `earn_amount` of net sales")
    earn_amount = MoneyField(default=10_000 * 10_000, help_text="net, in the company's currency")
    posts_on = models.CharField(max_length=8, default="invoiced", help_text="invoiced or paid")
    is_open = models.BooleanField(default=True, help_text="posts points; closed ones only take back")
    joins_all = models.BooleanField(default=False, help_text="a customer becomes a member with the first invoice")
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="loyalty_program_code"),
            models.CheckConstraint(condition=Q(earn_amount__gt=0, earn_points__gt=0), name="loyalty_program_rate"),
            models.CheckConstraint(condition=Q(posts_on__in=rules.MOMENTS), name="loyalty_program_moment"),
        ]

    def __str__(self) -> str:
        return self.code


class LoyaltyMember(models.Model):
    """A customer who collects points in a programme."""

    program = models.ForeignKey(LoyaltyProgram, on_delete=models.PROTECT, related_name="members")
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    joined_by = models.CharField(max_length=80)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "party"], name="loyalty_member_once")]


class PointsAccount(models.Model):
    """The balance of a member, or of where points come from and go to: the sum of its entries."""

    program = models.ForeignKey(LoyaltyProgram, on_delete=models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=8)
    member = models.OneToOneField(LoyaltyMember, null=True, on_delete=models.PROTECT, related_name="account")
    balance = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="member") | Q(balance__gte=0), name="points_never_negative"),
            models.CheckConstraint(
                condition=Q(kind="member", member__isnull=False) | Q(kind__in=rules.COUNTERPARTS, member=None),
                name="points_account_kind",
            ),
            models.UniqueConstraint(
                fields=["program", "kind"], condition=Q(member=None), name="points_account_counterpart"
            ),
        ]


class PointsEntry(models.Model):
    """Points that went from one account to another; append-only, a correction names what it takes back."""

    source = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="entries_out")
    target = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="entries_in")
    points = models.BigIntegerField()
    reason = models.CharField(max_length=12, help_text="earned, credited, redeemed, expired, adjusted")
    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversals")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="points_entry_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="points_entry_moves"),
            models.UniqueConstraint(
                fields=["reason", "ref_kind", "ref_id", "source", "target"],
                condition=Q(reason__in=["earned", "credited"]),
                name="points_entry_once",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-id"], name="points_entry_out"),
            models.Index(fields=["target", "-id"], name="points_entry_in"),
            models.Index(fields=["ref_kind", "ref_id"], name="points_entry_ref"),
        ]
