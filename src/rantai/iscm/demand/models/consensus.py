"""The forecast that people agreed on: a frozen version, approved by somebody."""

from django.db import models
from django.db.models import Q

from rantai.iscm.demand import states


class ConsensusVersion(models.Model):
    """The running forecast as it stood, under a name; approved, it is what the plan counts on."""

    name = models.CharField(max_length=120)
    note = models.CharField(max_length=300, help_text="why it may be relied on")
    state = models.CharField(max_length=9, default="frozen")
    run = models.ForeignKey("iscm_demand.ForecastRun", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_week = models.DateField(help_text="Monday of its first week")
    horizon = models.PositiveSmallIntegerField(help_text="weeks")
    series_count = models.PositiveIntegerField(default=0)
    units = models.FloatField(default=0.0, help_text="statistic: of its first 13 weeks, base units")
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, help_text="replaced or withdrawn")
    ended_by = models.CharField(max_length=80, blank=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.consensus.check("consensus"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="approved"), name="consensus_one_approved"),
            models.CheckConstraint(condition=~Q(name=""), name="consensus_named"),
        ]

    def __str__(self) -> str:
        return self.name


class ConsensusBlock(models.Model):
    """Weekly means of many series of a consensus."""

    version = models.ForeignKey(ConsensusVersion, on_delete=models.PROTECT, related_name="blocks", db_index=False)
    block = models.PositiveIntegerField()
    codec = models.CharField(max_length=20, default="f4le+zlib")
    item_ids = models.BinaryField(help_text="64-bit little-endian integers")
    location_ids = models.BinaryField(help_text="64-bit little-endian integers, 0 nowhere")
    mean = models.BinaryField(help_text="base units a week, (series, horizon)")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "block"], name="consensus_block_once")]
