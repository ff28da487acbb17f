"""What a run expected of each customer, frozen: its part of every item whose signals were tested, and its class."""

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


class Segment(models.Model):
    """A class of customers as their orders name it: the demand class that the house above passes, opaque here."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class AccountSegments(models.Model):
    """Which segment each customer was in when a run was made: that of its latest order."""

    run = models.OneToOneField("iscm_demand.ForecastRun", on_delete=models.PROTECT, related_name="account_segments")
    party_ids = models.BinaryField(help_text="64-bit little-endian integers")
    segment_ids = models.BinaryField(help_text="64-bit little-endian integers")
