"""What customers are worth, as of a day and by a model that is named."""

from django.db import models
from django.db.models import Q

from rantai.crm.insight import states
from rantai.kernel.fields import MoneyField


class Valuation(models.Model):
    """One valuation of all customers: readers see the current one."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    as_of = models.DateField(help_text="last day that was looked at")
    state = models.CharField(max_length=10, default="staged")
    currency = models.CharField(max_length=3, help_text="of all its amounts")
    method = models.CharField(max_length=60, help_text="model of purchases and of amounts")
    parameters = models.JSONField(default=dict, help_text="what was fitted")
    reasons = models.JSONField(default=list, help_text="codes: why a simpler method was used, what was left out")
    horizon_days = models.PositiveIntegerField()
    margin_share = models.FloatField(help_text="of the price, statistic")
    margin_basis = models.CharField(max_length=10, help_text="orders, settings or assumed")
    customers = models.PositiveIntegerField(default=0, help_text="who ever bought")
    alive = models.FloatField(default=0.0, help_text="expected number of them that will buy again, statistic")
    value = MoneyField(default=0, help_text="sum of lifetime values")
    at_risk = MoneyField(default=0, help_text="sum of values at risk")
    curve = models.JSONField(default=list, help_text="cumulative share of value by percentile of customers, best first")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.VALUATIONS.check("valuation"),
            models.UniqueConstraint(fields=["company"], condition=Q(state="current"), name="valuation_one_current"),
        ]


class AccountValue(models.Model):
    """What one customer did and is expected to do."""

    valuation = models.ForeignKey(Valuation, on_delete=models.PROTECT, related_name="values", db_index=False)
    account = models.ForeignKey("crm_accounts.Account", on_delete=models.PROTECT, related_name="values")
    rank = models.PositiveIntegerField(help_text="1 is worth most")
    purchases = models.PositiveIntegerField(help_text="days on which it bought")
    recency_days = models.IntegerField(help_text="from the first to the last purchase")
    age_days = models.IntegerField(help_text="from the first purchase to the valuation")
    idle_days = models.IntegerField(help_text="from the last purchase to the valuation")
    net_amount = MoneyField(help_text="bought so far, returns taken off")
    recency_score = models.PositiveSmallIntegerField(help_text="1 to 5, 5 the most recent")
    frequency_score = models.PositiveSmallIntegerField(help_text="1 to 5, 5 the most often")
    monetary_score = models.PositiveSmallIntegerField(help_text="1 to 5, 5 the most money")
    probability_alive = models.FloatField(help_text="0 to 1, statistic")
    expected_purchases = models.FloatField(help_text="in the horizon, statistic")
    expected_value = MoneyField(help_text="margin of one purchase")
    lifetime_value = MoneyField(help_text="expected margin of the horizon, discounted")
    at_risk = MoneyField(help_text="probability that it is lost × lifetime value")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["valuation", "account"], name="account_value_once")]
        indexes = [
            models.Index(fields=["valuation", "rank"], name="account_value_rank"),
            models.Index(fields=["valuation", "-at_risk"], name="account_value_risk"),
        ]
