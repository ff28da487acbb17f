"""Frame contracts with their call-offs, the pipeline, when a customer's budget opens, and what retailers sell.

What changes is written anew with the day on which we came to know it, so that any past day's knowledge can be read.
"""

from django.db import models
from django.db.models import F, Q

from rantai.crm.selling import states
from rantai.kernel.fields import MoneyField, QuantityField


class SalesAgreement(models.Model):
    """A frame contract: a customer calls off what was planned; known once it is signed."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, db_index=False)
    account = models.ForeignKey("crm_accounts.Account", on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField(max_length=40, blank=True, help_text="of our series, given when it is signed here")
    reference = models.CharField(max_length=80, blank=True, help_text="the contract's number elsewhere")
    title = models.CharField(max_length=120, blank=True)
    renews = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals", help_text="the one before it"
    )
    state = models.CharField(max_length=10, default="draft")
    revision = models.PositiveIntegerField(default=1)
    valid_from = models.DateField(help_text="first day of call-offs")
    valid_to = models.DateField(help_text="first day without")
    signed_on = models.DateField(null=True, blank=True, help_text="the day on the paper")
    recorded_on = models.DateField(null=True, blank=True, help_text="since when we know that it is signed")
    ended_from = models.DateField(null=True, blank=True, help_text="first day that it no longer covers, if ended early")
    end_recorded_on = models.DateField(null=True, blank=True, help_text="since when we know that")
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            states.AGREEMENTS.check("sales_agreement"),
            models.UniqueConstraint(
                fields=["company", "number"], condition=~Q(number=""), name="sales_agreement_number"
            ),
            models.UniqueConstraint(
                fields=["company", "account", "reference"], condition=~Q(reference=""), name="sales_agreement_reference"
            ),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_to")), name="sales_agreement_period"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(signed_on__isnull=False, recorded_on__gte=F("signed_on")),
                name="sales_agreement_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_from__isnull=False, end_recorded_on__isnull=False),
                name="sales_agreement_ended",
            ),
        ]
        indexes = [models.Index(fields=["company", "recorded_on"], name="sales_agreement_known")]

    def __str__(self) -> str:
        return self.number or self.reference or f"draft {self.pk}"


class AgreementLine(models.Model):
    """An item of an agreement and how much of it is usually called off at a time."""

    agreement = models.ForeignKey(SalesAgreement, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="position on the contract")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    units = QuantityField(help_text="base units of one call-off, where the schedule says nothing else")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_line_number"),
            models.UniqueConstraint(fields=["agreement", "item"], name="agreement_line_item"),
            models.CheckConstraint(condition=Q(units__gte=0), name="agreement_line_not_negative"),
        ]


class CallOffRevision(models.Model):
    """What a row of a schedule said from a day on; the newest row of a slot holds, none is ever changed.

    Within a slot keys rise with `recorded_on`: the actions refuse knowledge that is older than what stands.
    """

    line = models.ForeignKey(AgreementLine, on_delete=models.PROTECT, related_name="call_offs", db_index=False)
    slot = models.PositiveSmallIntegerField(help_text="which row of the line's schedule")
    planned_on = models.DateField(help_text="when the customer means to call off")
    units = QuantityField(help_text="base units; 0: the row was taken out")
    recorded_on = models.DateField(help_text="since when we know this")
    recorded_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(units__gte=0), name="call_off_not_negative")]
        indexes = [models.Index(fields=["line", "slot", "id"], name="call_off_slot")]


class Opportunity(models.Model):
    """A possible deal as it stands now; what was known before is in its revisions."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, db_index=False)
    account = models.ForeignKey("crm_accounts.Account", on_delete=models.PROTECT, related_name="opportunities")
    title = models.CharField(max_length=120)
    reference = models.CharField(max_length=80, blank=True, help_text="its key in another system")
    state = models.CharField(max_length=10, default="lead", help_text="the stage")
    revision = models.PositiveIntegerField(default=1, help_text="number of the newest revision")
    probability: models.IntegerField[int | None, int | None] = models.IntegerField(
        null=True, blank=True, help_text="in 1/10,000, as the sales person says; empty: the measured rate of its stage"
    )
    expected_on = models.DateField(help_text="when it will be decided")
    amount = MoneyField(default=0, help_text="of its lines, 1/10,000 of the company's currency")
    sales_person = models.CharField(max_length=80, blank=True, help_text="actor, such as 'user:12'")
    order = models.ForeignKey(
        "crm_orders.SalesOrder", null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities"
    )
    lost_reason = models.CharField(max_length=300, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            states.OPPORTUNITIES.check("opportunity"),
            models.UniqueConstraint(
                fields=["company", "account", "reference"], condition=~Q(reference=""), name="opportunity_reference"
            ),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=10_000),
                name="opportunity_probability_share",
            ),
        ]
        indexes = [models.Index(fields=["company", "state", "expected_on"], name="opportunity_stage")]
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return self.title


class OpportunityRevision(models.Model):
    """What was known of a deal from a day on; append-only, its lines hang on it."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    recorded_on = models.DateField(help_text="since when we know this")
    recorded_by = models.CharField(max_length=80)
    state = models.CharField(max_length=10)
    probability: models.IntegerField[int | None, int | None] = models.IntegerField(null=True, help_text="in 1/10,000")
    expected_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            states.OPPORTUNITIES.check("opportunity_revision"),
            models.UniqueConstraint(fields=["opportunity", "number"], name="opportunity_revision_number"),
        ]
        indexes = [models.Index(fields=["recorded_on"], name="opportunity_revision_known")]


class OpportunityLine(models.Model):
    """An item that a deal would sell, as one revision has it."""

    revision = models.ForeignKey(OpportunityRevision, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveSmallIntegerField()
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    units = QuantityField(help_text="base units")
    needed_on = models.DateField(help_text="when the customer would need them")
    unit_price = MoneyField(default=0, help_text="for one base unit, 1/10,000 of the company's currency")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "number"], name="opportunity_line_number"),
            models.CheckConstraint(condition=Q(units__gt=0, unit_price__gte=0), name="opportunity_line_positive"),
        ]


class BudgetMonth(models.Model):
    """A month of the year in which a customer's budget opens, for the time in which we thought so."""

    account = models.ForeignKey("crm_accounts.Account", on_delete=models.PROTECT, related_name="budget_months")
    month = models.PositiveSmallIntegerField(help_text="1 to 12")
    note = models.CharField(max_length=120, blank=True)
    recorded_on = models.DateField()
    recorded_by = models.CharField(max_length=80)
    withdrawn_on = models.DateField(null=True, help_text="since when we no longer think so")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="budget_month_of_year"),
            models.UniqueConstraint(
                fields=["account", "month"], condition=Q(withdrawn_on__isnull=True), name="budget_month_once"
            ),
        ]


class RetailSale(models.Model):
    """What a customer sold of our item in a day or a week and what was left then, as it was told; none is ever changed.

    Of rows about the same time the one that was told last holds.
    """

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, db_index=False)
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField(help_text="first day")
    days = models.PositiveSmallIntegerField(default=7, help_text="1: a day, 7: a week")
    sold = QuantityField(help_text="base units")
    on_shelf = QuantityField(null=True, help_text="base units at the end; empty: nobody told")  # type: ignore[misc]
    recorded_on = models.DateField(help_text="since when we know this")
    import_id = models.BigIntegerField(null=True, db_index=True, help_text="the file with which it came")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__in=[1, 7]), name="retail_sale_day_or_week"),
            models.CheckConstraint(
                condition=Q(sold__gte=0) & (Q(on_shelf__isnull=True) | Q(on_shelf__gte=0)),
                name="retail_sale_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "party", "item", "first_on"], name="retail_sale_slot"),
            models.Index(fields=["company", "first_on", "recorded_on"], name="retail_sale_known"),
        ]
