"""How orders use the forecast up: what each week foresaw and what is taken, by whom, and by which rule."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import QuantityField

MOST_WEEKS = 12
"""Of a window, either way."""


class ForecastBalance(models.Model):
    """What was foreseen of an item at a location week by week, and how much of it orders have consumed.

    The guard row of consumption: whoever consumes holds its lock. Packed columns are 64-bit little-endian integers
    in 1/10,000 of the base unit, one a week from `first_week`.
    """

    run = models.ForeignKey(
        "iscm_demand.ForecastRun", on_delete=models.PROTECT, related_name="balances", db_index=False
    )
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    party = models.ForeignKey(
        "foundation_parties.Party",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="customer whose own forecast it is; empty: everybody without one",
    )
    first_week = models.DateField(help_text="Monday")
    weeks_back = models.PositiveSmallIntegerField(help_text="how far before its week an order may consume")
    weeks_forward = models.PositiveSmallIntegerField(help_text="how far after its week an order may consume")
    gross = models.BinaryField(help_text="forecast a week")
    consumed = models.BinaryField(help_text="of it taken by orders, a week")
    gross_units = QuantityField(help_text="sum of its weeks")
    consumed_units = QuantityField(default=0, help_text="sum of its weeks")
    changed_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location", "party"], condition=Q(party__isnull=False), name="forecast_balance_account"
            ),
            models.UniqueConstraint(
                fields=["item", "location"], condition=Q(party=None), name="forecast_balance_others"
            ),
            models.CheckConstraint(
                condition=Q(consumed_units__gte=0, consumed_units__lte=F("gross_units")),
                name="forecast_balance_not_overdrawn",
            ),
        ]
        indexes = [models.Index(fields=["item", "party"], name="forecast_balance_item")]

    def __str__(self) -> str:
        return f"forecast balance {self.pk}"


class ForecastConsumption(models.Model):
    """Units of a week's forecast that a demand has consumed."""

    # Without a constraint: its check would lock the demand after the balance, and changes lock them the other way.
    demand = models.ForeignKey(
        "iscm_demand.Demand",
        on_delete=models.PROTECT,
        related_name="consumptions",
        db_index=False,
        db_constraint=False,
        help_text="demands are never deleted",
    )
    balance = models.ForeignKey(ForecastBalance, on_delete=models.PROTECT, related_name="consumptions")
    week = models.DateField(help_text="Monday")
    units = QuantityField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand", "balance", "week"], name="forecast_consumption_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="forecast_consumption_positive"),
        ]


class ConsumptionPolicy(models.Model):
    """How far from its own week an order may consume forecast: of an item, of a category, or of everything."""

    item = models.OneToOneField("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    category = models.OneToOneField("foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+")
    weeks_back = models.PositiveSmallIntegerField()
    weeks_forward = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(item=None) | Q(category=None), name="consumption_policy_subject"),
            models.CheckConstraint(
                condition=Q(weeks_back__lte=MOST_WEEKS, weeks_forward__lte=MOST_WEEKS),
                name="consumption_policy_weeks",
            ),
        ]
