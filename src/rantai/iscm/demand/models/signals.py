"""What customers are expected to order, told by the house that knows them, and how far it is trusted."""

from django.db import models
from django.db.models import Q

from rantai.iscm.demand import states


class SignalRun(models.Model):
    """One whole telling of expected demand by one source: readers see the current one of each source."""

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    state = models.CharField(max_length=7, default="staged")
    signals = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.signal_run.check("signal_run"),
            models.UniqueConstraint(fields=["source", "key"], name="signal_run_key"),
            models.UniqueConstraint(fields=["source"], condition=Q(state="current"), name="signal_run_one_current"),
        ]


class DemandSignal(models.Model):
    """Expected demand of one customer for one item, week by week; weeks gone by were foretold without knowing them.

    Packed columns are little-endian 32-bit floats from `first_week`.
    """

    run = models.ForeignKey(SignalRun, on_delete=models.PROTECT, related_name="rows", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(
        "foundation_parties.Party",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="empty: all whose purchases follow no cycle, together",
    )
    first_week = models.DateField(help_text="Monday")
    mean = models.BinaryField(help_text="base units a week")
    variance = models.BinaryField(help_text="base units squared a week")
    likely = models.BinaryField(null=True, help_text="base units: what most likely comes in a week; empty: the mean")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "item", "party"], name="demand_signal_once"),
            models.UniqueConstraint(fields=["run", "item"], condition=Q(party=None), name="demand_signal_once_others"),
        ]


class CustomerTerm(models.Model):
    """What the customers' signals add to a series of a forecast run, and by which measured weight."""

    run = models.ForeignKey("iscm_demand.ForecastRun", on_delete=models.PROTECT, related_name="terms", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    share = models.FloatField(help_text="statistic: of the item's demand at this location")
    weight = models.FloatField(help_text="statistic: of the customers' signals, 0 to 1; the rest is the statistics'")
    signals_error = models.FloatField(help_text="statistic: mean squared error of a tested week, signals")
    statistics_error = models.FloatField(help_text="statistic: mean squared error of a tested week, statistics")
    tested_weeks = models.PositiveSmallIntegerField()
    added = models.BinaryField(help_text="base units a week on top of the statistics, may be negative, (horizon,)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "item", "location"], name="customer_term_once"),
            models.UniqueConstraint(
                fields=["run", "item"], condition=Q(location=None), name="customer_term_once_nowhere"
            ),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=1), name="customer_term_weight"),
        ]


class AccountSnapshot(models.Model):
    """What a run expected of each customer and item, frozen as it was published, in blocks."""

    run = models.ForeignKey(
        "iscm_demand.ForecastRun", on_delete=models.PROTECT, related_name="account_snapshots", db_index=False
    )
    block = models.PositiveIntegerField()
    codec = models.CharField(max_length=20, default="f4le+zlib")
    item_ids = models.BinaryField(help_text="64-bit little-endian integers")
    party_ids = models.BinaryField(help_text="64-bit little-endian integers, 0 everybody else")
    mean = models.BinaryField(help_text="base units that most likely come in a week, (rows, horizon)")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "block"], name="account_snapshot_once")]
