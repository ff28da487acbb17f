"""What a run expected of each customer, frozen: a customer's part of every item whose signals were tested."""

from django.db import models


class AccountForecast(models.Model):
    """Means of customers' signals as a run took them in, in blocks; their shares of the item's forecast follow."""

    run = models.ForeignKey(
        "iscm_demand.ForecastRun", on_delete=models.PROTECT, related_name="account_forecasts", db_index=False
    )
    block = models.PositiveIntegerField()
    codec = models.CharField(max_length=20, default="f4le+zlib")
    item_ids = models.BinaryField(help_text="64-bit little-endian integers")
    party_ids = models.BinaryField(help_text="64-bit little-endian integers, 0 everybody else")
    mean = models.BinaryField(help_text="base units a week, (rows, horizon)")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "block"], name="account_forecast_once")]
