"""What orders say before the next forecast does: items whose orders have left the band."""

from django.db import models
from django.db.models import Q

from rantai.iscm.demand import states
from rantai.kernel.fields import MoneyField, QuantityField


class DemandDeviation(models.Model):
    """An item whose orders of the running weeks lie outside what eight in ten forecasts would hold."""

    run = models.ForeignKey(
        "iscm_demand.ForecastRun",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="forecast that orders left",
    )
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, default="open")
    direction = models.CharField(max_length=5, help_text="above or below")
    starts_on = models.DateField(help_text="Monday of the first week compared")
    ends_on = models.DateField(help_text="day after the last one compared")
    is_whole = models.BooleanField(help_text="whole weeks, days to come included, not only the days gone by")
    ordered = QuantityField(help_text="asked for by orders in that time")
    expected = QuantityField(help_text="forecast of that time")
    low = QuantityField(help_text="one time in ten it is less")
    high = QuantityField(help_text="one time in ten it is more")
    order_lines = models.PositiveIntegerField()
    accounts = models.JSONField(default=list, help_text="[party, units], largest first; adds up to `ordered`")
    classes = models.JSONField(default=list, help_text="[demand class, units], largest first; adds up to `ordered`")
    places = models.JSONField(default=list, help_text="[location, units], largest first; adds up to `ordered`")
    stake = MoneyField(default=0, help_text="margin of the deviation, in the company's currency")
    suggested_from = models.DateField(help_text="Monday of the first week to change")
    suggested_until = models.DateField(help_text="Monday after the last week to change")
    suggested_factor = models.IntegerField(null=True, help_text="times the forecast, in 1/10,000")
    suggested_quantity = models.BigIntegerField(
        null=True, help_text="units a week in 1/10,000, where nothing was expected"
    )
    suggested_units = QuantityField(help_text="what that adds over those weeks; negative: takes off")
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="when orders were last compared")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    override = models.ForeignKey(
        "iscm_demand.ForecastOverride", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            states.deviation.check("demand_deviation"),
            models.CheckConstraint(condition=Q(direction__in=["above", "below"]), name="demand_deviation_direction"),
            models.UniqueConstraint(fields=["item"], condition=Q(state="open"), name="demand_deviation_one_open"),
        ]
        indexes = [
            models.Index(fields=["state", "-stake", "-id"], name="demand_deviation_worth"),
            models.Index(fields=["item", "run"], name="demand_deviation_item"),
        ]

    def __str__(self) -> str:
        return f"deviation {self.pk}"
