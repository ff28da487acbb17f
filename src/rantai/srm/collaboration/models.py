"""What suppliers answer, what they send, and what we share with them; append-only."""

from django.db import models
from django.db.models import Q

from rantai.kernel.fields import QuantityField
from rantai.srm.collaboration import rules

STAGES = ("accepted", "packed", "handed_to_carrier", "in_transit", "delivered")


class SupplierAnswer(models.Model):
    """One answer of a supplier to one version of an order."""

    order = models.ForeignKey("srm_buying.PurchaseOrder", on_delete=models.PROTECT, related_name="answers")
    asked_revision = models.PositiveIntegerField(help_text="version of the order that was answered")
    digest = models.CharField(max_length=64, help_text="of what was said, so that a repetition is known")
    note = models.TextField(blank=True, max_length=2000)
    source = models.CharField(max_length=5, help_text="link, user or edi")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=["link", "user", "edi"]), name="answer_source_legal")
        ]
        indexes = [models.Index(fields=["order", "-id"], name="supplier_answer_order")]


class SupplierCommit(models.Model):
    """A quantity and day to which the supplier committed in an answer; zero units: not at all."""

    answer = models.ForeignKey(SupplierAnswer, on_delete=models.PROTECT, related_name="commits")
    schedule = models.ForeignKey("srm_buying.PurchaseScheduleLine", on_delete=models.PROTECT, related_name="commits")
    asked_units = QuantityField(help_text="what was asked of the schedule when it was answered")
    asked_on = models.DateField()
    units = QuantityField()
    committed_on = models.DateField()
    confidence = models.IntegerField(null=True, help_text="how sure the supplier is, in 1/10,000")
    reason = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=1, help_text="part of a split answer")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=0), name="supplier_commit_units"),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=10_000),
                name="supplier_commit_confidence",
            ),
            models.UniqueConstraint(fields=["answer", "schedule", "position"], name="supplier_commit_part"),
        ]

    @property
    def said_reason(self) -> str:
        """The reason in the reader's language, where it is a usual one."""
        return rules.say_reason(self.reason)


class UpstreamCommit(models.Model):
    """What a supplier's own supplier committed to: tier 2 behind a commit."""

    commit = models.ForeignKey(SupplierCommit, on_delete=models.PROTECT, related_name="upstream")
    supplier = models.ForeignKey("foundation_parties.Party", null=True, blank=True, on_delete=models.PROTECT)
    part = models.CharField(max_length=120)
    units = QuantityField()
    committed_on = models.DateField()
    at = models.DateTimeField()


class ShipNotice(models.Model):
    """Goods of a schedule reached a stage on their way, as the supplier says."""

    schedule = models.ForeignKey("srm_buying.PurchaseScheduleLine", on_delete=models.PROTECT, related_name="notices")
    stage = models.CharField(max_length=20)
    units = QuantityField()
    arrives_on = models.DateField()
    carrier = models.CharField(max_length=80, blank=True)
    tracking = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="ship_notice_stage_legal"),
            models.CheckConstraint(condition=Q(units__gt=0), name="ship_notice_positive"),
        ]
        indexes = [models.Index(fields=["schedule", "-id"], name="ship_notice_schedule")]


class ForecastPublication(models.Model):
    """What one supplier was shown in one version of our forecast."""

    supplier = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="forecasts")
    version = models.PositiveIntegerField()
    run_id = models.BigIntegerField(help_text="plan run that made it")
    as_of = models.DateTimeField()
    buckets = models.PositiveIntegerField()
    changed = models.PositiveIntegerField(
        help_text="buckets that differ from the version before, vanished ones included"
    )
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "version"], name="forecast_publication_version"),
            models.UniqueConstraint(fields=["supplier", "run_id"], name="forecast_publication_run"),
        ]


class SupplierForecast(models.Model):
    """Units of an item that we expect to buy in one bucket, and what the version before said."""

    publication = models.ForeignKey(ForecastPublication, on_delete=models.PROTECT, related_name="rows")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT)
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT)
    bucket_start = models.DateField()
    units = QuantityField()
    was_units = QuantityField(null=True, help_text="of the version before; empty: not shown then")  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "item", "location", "bucket_start"], name="supplier_forecast_bucket"
            )
        ]
