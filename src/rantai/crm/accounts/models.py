"""Customers as buying units: one account for each party that buys."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rantai.kernel.fields import MoneyField

TAX_TREATMENTS = ("domestic", "reverse_charge", "export", "exempt")


class Account(models.Model):
    """The terms on which a party buys, and what it is worth to us."""

    party = models.OneToOneField("foundation_parties.Party", on_delete=models.PROTECT, related_name="account")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    currency = models.CharField(max_length=3, blank=True, help_text="in which it buys; empty: the company's")
    payment_term = models.ForeignKey(
        "foundation_parties.PaymentTerm", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    credit_limit: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="1/10,000 of the company's currency; above it an order is held; empty: none",
    )
    open_amount = MoneyField(default=0, help_text="invoiced and not yet paid, in the company's currency")
    territory = models.ForeignKey("foundation_access.Territory", null=True, blank=True, on_delete=models.PROTECT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    demand_class = models.CharField(max_length=40, default="standard", help_text="how supply is shared when short")
    tax_treatment = models.CharField(max_length=14, default="domestic")
    tax_id = models.CharField(max_length=40, blank=True, help_text="needed for the reverse charge")
    first_order_at = models.DateTimeField(null=True, help_text="since when it buys, history included")
    last_order_at = models.DateTimeField(null=True)
    lifetime_value: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(
        null=True,
        help_text="expected margin of a year, 1/10,000 of the company's currency, statistic",
    )
    churn_sensitivity = models.IntegerField(
        default=0, help_text="in 1/10,000: how much a broken promise moves the chance that it stays, statistic"
    )
    valued_on = models.DateField(null=True, help_text="as of when value and sensitivity hold")
    custom = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tax_treatment__in=TAX_TREATMENTS), name="account_tax_treatment_legal"),
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0), name="account_credit_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(churn_sensitivity__gte=0, churn_sensitivity__lte=10_000), name="account_sensitivity_share"
            ),
        ]
        indexes = [
            models.Index(fields=["-lifetime_value"], name="account_by_value"),
            models.Index(fields=["-last_order_at"], name="account_by_last_order"),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"
