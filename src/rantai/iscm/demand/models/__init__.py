"""Firm demand with what is at stake, its milestones, demand of the past, and what is expected of it."""

from django.db import models
from django.db.models import F, Q

from rantai.iscm.demand import states
from rantai.iscm.demand.models import (  # noqa: F401 (Django finds tables through this module)
    accounts,
    changes,
    consensus,
    consumption,
    sensing,
    signals,
)
from rantai.kernel.fields import MoneyField, QuantityField


class Demand(models.Model):
    """What a confirmed schedule line wants; every unit is fulfilled, cancelled, reserved or open.

    `reserved` and `fulfilled` follow the reservations of inventory, told by events; the open units are spoken
    for by takes of supply slots, or wait for a plan.
    """

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, help_text="kind of the document that wants it, such as sales_order")
    order_id = models.BigIntegerField()
    line = models.BigIntegerField()
    schedule = models.PositiveIntegerField(default=1)
    generation = models.PositiveIntegerField(default=1)
    number = models.CharField(max_length=40, help_text="the document's number, for papers")
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="+")
    address = models.ForeignKey("foundation_parties.Address", null=True, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", help_text="ships from"
    )
    units = QuantityField()
    fulfilled = QuantityField(default=0)
    cancelled = QuantityField(default=0)
    reserved = QuantityField(default=0)
    requested_on = models.DateField(help_text="at the ship-to")
    due_at = models.DateTimeField(help_text="end of the requested day at the ship-to")
    ships_complete = models.BooleanField(default=False, help_text="the whole order at once")
    demand_class = models.CharField(max_length=40, default="standard")
    margin_per_unit = MoneyField(default=0, help_text="in the company's currency")
    lifetime_value = MoneyField(default=0, help_text="what remains of it, in the company's currency")
    churn_sensitivity = models.IntegerField(default=0, help_text="in 1/10,000")
    floor_units = QuantityField(default=0, help_text="owed by contract whatever it costs")
    penalty_per_day = MoneyField(default=0, help_text="in the company's currency")
    state = models.CharField(max_length=9, default="open")
    revision = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80, blank=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "order_id", "line", "schedule", "generation"], name="demand_one_for_each_line"
            ),
            models.CheckConstraint(
                condition=Q(
                    units__gt=0,
                    fulfilled__gte=0,
                    cancelled__gte=0,
                    reserved__gte=0,
                    units__gte=F("fulfilled") + F("cancelled") + F("reserved"),
                ),
                name="demand_units_add_up",
            ),
            states.demand.check("demand"),
        ]
        indexes = [
            models.Index(fields=["item", "due_at"], condition=Q(state="open"), name="demand_open"),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.line}"


class Milestone(models.Model):
    """A stage that a demand reached, once for each shipment or production order that took it there."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="milestones")
    code = models.CharField(max_length=20, help_text="of rantai.iscm.milestones")
    subject_id = models.BigIntegerField(default=0, help_text="shipment or production order, 0 none")
    position = models.PositiveSmallIntegerField(default=0, help_text="k of `of` operations")
    of = models.PositiveSmallIntegerField(default=0)
    units = QuantityField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand", "code", "subject_id", "position"], name="milestone_once")
        ]


class HistoryRun(models.Model):
    """A batch of past demand: readers see it when it is current, whole."""

    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=7, default="staged")
    rows = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [states.history_run.check("history_run")]


class PastDemand(models.Model):
    """Demand of one item at one location on one past day."""

    run = models.ForeignKey(HistoryRun, on_delete=models.PROTECT, related_name="past_demands")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    units = QuantityField(help_text="net of returns that were tied to their sale; may be negative")
    order_lines = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["item", "location", "day"], name="past_demand_series")]


class ForecastRun(models.Model):
    """A forecast of everything, published whole: readers see the current one."""

    key = models.CharField(max_length=120, blank=True, help_text="names who asked, so that asking twice runs once")
    state = models.CharField(max_length=7, default="staged")
    as_of = models.DateTimeField()
    first_week = models.DateField(help_text="Monday of the first week forecast")
    horizon = models.PositiveSmallIntegerField(help_text="weeks")
    codec = models.CharField(max_length=20, default="f4le", help_text="of the packed columns of its series")
    methods = models.JSONField(default=list, help_text="rows of the packed tournament, in order")
    params = models.JSONField(default=dict)
    figures = models.JSONField(default=dict, help_text="what was read, left out and found")
    engine = models.CharField(max_length=40, blank=True)
    series_count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0, help_text="time taken, statistic")
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.forecast_run.check("forecast_run"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="forecast_run_one_current"),
        ]
        indexes = [models.Index(fields=["key"], condition=~Q(key=""), name="forecast_run_key")]

    def __str__(self) -> str:
        return f"forecast {self.pk}"


class ForecastSeries(models.Model):
    """What a run expects of one item at one location, and how every method would have done.

    Packed columns are written in the run's codec (f4le: little-endian 32-bit floats, rows first). What people
    changed is not in here: see ForecastOverride.
    """

    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="series", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    method = models.CharField(max_length=20)
    demand_class = models.CharField(max_length=12)
    mean = models.BinaryField(help_text="base units a week, (horizon,)")
    quantiles = models.BinaryField(help_text="base units a week, (horizon, 9) at .1 to .9")
    tournament = models.BinaryField(
        help_text="(methods, 7): MASE, WMAPE, bias, Σ|A−F|, Σ(F−A), score, weight; not a number where it could not run"
    )
    wmape = models.FloatField(null=True, help_text="statistic: Σ|A−F| ÷ ΣA of the chosen method, out of sample")
    bias = models.FloatField(null=True, help_text="statistic: Σ(F−A) ÷ ΣA, + is too much")
    mase = models.FloatField(null=True, help_text="statistic: error in units of the naive method's")
    abs_error = models.FloatField(null=True, help_text="statistic: Σ|A−F|, base units")
    net_error = models.FloatField(null=True, help_text="statistic: Σ(F−A), base units")
    tested_units = models.FloatField(default=0.0, help_text="statistic: ΣA of the tested weeks, base units")
    tested_weeks = models.PositiveSmallIntegerField(default=0, help_text="weeks tested after each origin")
    origins = models.PositiveSmallIntegerField(default=0, help_text="how often it was tested")
    error_std = models.FloatField(default=0.0, help_text="statistic: error of one week, base units")
    is_seasonal = models.BooleanField(default=False)
    history_weeks = models.PositiveIntegerField(default=0)
    expected_units = QuantityField(default=0, help_text="of the next 13 weeks, without what people changed")
    expected_amount = MoneyField(default=0, help_text="those units at standard cost, in the company's currency")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "item", "location"], name="forecast_series_once"),
            models.UniqueConstraint(
                fields=["run", "item"], condition=Q(location=None), name="forecast_series_once_nowhere"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "-expected_amount", "-id"], name="forecast_series_worth"),
            models.Index(fields=["run", "-expected_units", "-id"], name="forecast_series_volume"),
            models.Index(fields=["run", "-abs_error", "-id"], name="forecast_series_error"),
        ]


class ForecastOverride(models.Model):
    """A person's change of the forecast in whole weeks at its own level; later ones go on top, none is lost.

    A level is a thing (item, category with those below it, everything) at a place (location, territory with those
    below it, everywhere), of one customer, of a segment of them or of all together.
    """

    item = models.ForeignKey("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        "foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    location = models.ForeignKey(
        "foundation_locations.Location",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="empty: every location together",
    )
    territory = models.ForeignKey(
        "foundation_access.Territory", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    party = models.ForeignKey(
        "foundation_parties.Party",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="customer; empty: all customers together",
    )
    segment = models.ForeignKey(
        "iscm_demand.Segment",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="class of customers; empty: all customers together, or the one that is named",
    )
    starts_on = models.DateField(help_text="Monday of its first week")
    ends_on = models.DateField(help_text="Monday after its last week")
    quantity = models.BigIntegerField(null=True, help_text="units a week instead of the forecast, in 1/10,000")
    factor = models.IntegerField(null=True, help_text="times the forecast, in 1/10,000")
    is_span = models.BooleanField(default=False, help_text="the quantity is of all its weeks together")
    reason = models.CharField(max_length=300)
    batch = models.CharField(max_length=40, blank=True, help_text="changes that were made, and are undone, as one")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="taken back")
    ended_by = models.CharField(max_length=80, blank=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__isnull=False, factor=None, quantity__gte=0)
                | Q(quantity=None, factor__isnull=False, factor__gte=0),
                name="forecast_override_one_change",
            ),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="forecast_override_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="forecast_override_reason"),
            models.CheckConstraint(
                condition=(Q(item=None) | Q(category=None)) & (Q(location=None) | Q(territory=None)),
                name="forecast_override_one_level",
            ),
            models.CheckConstraint(condition=Q(party=None) | Q(segment=None), name="forecast_override_one_whose"),
        ]
        indexes = [
            models.Index(fields=["item", "ends_on"], condition=Q(ended_at=None), name="forecast_override_live"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="forecast_override_batch"),
        ]


class ForecastSnapshot(models.Model):
    """A run's weekly means frozen as they were published, in blocks of many series: one run is kept a week."""

    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="snapshots", db_index=False)
    block = models.PositiveIntegerField()
    codec = models.CharField(max_length=20, default="f4le+zlib")
    item_ids = models.BinaryField(help_text="64-bit little-endian integers")
    location_ids = models.BinaryField(help_text="64-bit little-endian integers, 0 nowhere")
    statistical = models.BinaryField(help_text="base units a week, (series, horizon), as the engine found it")
    terms = models.BinaryField(null=True, help_text="the same after customers' terms; empty: as the engine found it")
    events = models.BinaryField(null=True, help_text="the same after events; empty: as the step before")
    final = models.BinaryField(help_text="base units a week, (series, horizon), with what people changed")
    consensus = models.BinaryField(null=True, help_text="the same as agreed; empty: the company works without")
    last_year = models.BinaryField(null=True, help_text="units asked for a year before, (series, horizon)")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "block"], name="forecast_snapshot_once")]
