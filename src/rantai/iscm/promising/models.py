"""Supply that can be promised, what was taken of it, and every date that was ever given."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import QuantityField


class SupplySlot(models.Model):
    """The guard row of one supply: stock of an item at a location, or an open receipt."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    supply_id = models.BigIntegerField(default=0, help_text="the order, 0 for stock")
    supply_line = models.BigIntegerField(default=0, help_text="its schedule line, 0 for stock")
    ref_line = models.BigIntegerField(default=0, help_text="its line, as the order's house cites it")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey("foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    available_on = models.DateField(null=True, help_text="arrives by the end of that day; empty: here")
    is_firm = models.BooleanField(default=True, help_text="confirmed: may be offered")
    available = QuantityField(default=0)
    promised = QuantityField(default=0)
    moving = QuantityField(default=0, help_text="promised to customers of other sites, to which it is moved first")
    kept = QuantityField(default=0, help_text="of what is free, kept for classes of demand: the rest of allocations")
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location", "kind", "supply_id", "supply_line"], name="supply_slot_once"
            ),
            models.CheckConstraint(
                condition=Q(promised__gte=0, moving__gte=0, available__gte=F("promised") + F("moving")),
                name="supply_slot_never_overpromised",
            ),
            models.CheckConstraint(condition=Q(kept__gte=0), name="supply_slot_kept_positive"),
            models.CheckConstraint(
                condition=Q(kind="stock", available_on=None)
                | Q(kind__in=["purchase", "production", "transfer"], available_on__isnull=False),
                name="supply_slot_kind_legal",
            ),
        ]
        indexes = [models.Index(fields=["kind", "supply_id", "supply_line"], name="supply_slot_supply")]


class AllocationRule(models.Model):
    """So much of every period's supply is kept for a class of demand, until it is released."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey("foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+",
        help_text="empty: all sites together",
    )  # fmt: skip
    demand_class = models.CharField(max_length=40)
    measure = models.CharField(max_length=5, default="units", help_text="units a period, or share of its supply")
    units = QuantityField(default=0, help_text="of each item in a period")
    share = models.IntegerField(default=0, help_text="in 1/10,000 of what is there or comes in a period")
    period = models.CharField(max_length=5, default="week")
    priority = models.PositiveSmallIntegerField(default=1, help_text="1 is served first and is the highest class")
    releases_to = models.CharField(max_length=6, default="all", help_text="who may take what is left, once released")
    release_days = models.PositiveSmallIntegerField(
        null=True, help_text="before the period begins; empty: when it is over"
    )
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(measure="units", units__gt=0) | Q(measure="share", share__gt=0, share__lte=10_000),
                name="allocation_rule_measure",
            ),
            models.CheckConstraint(condition=Q(period__in=["week", "month"]), name="allocation_rule_period"),
            models.CheckConstraint(
                condition=Q(releases_to__in=["all", "lower", "higher"]), name="allocation_rule_release"
            ),
            models.CheckConstraint(condition=Q(item=None) | Q(category=None), name="allocation_rule_one_subject"),
        ]


class Allocation(models.Model):
    """The guard row of what a rule keeps of one supply for a period: what its class took of it, and may take."""

    rule = models.ForeignKey(AllocationRule, on_delete=models.PROTECT, related_name="allocations")
    slot = models.ForeignKey(SupplySlot, on_delete=models.PROTECT, related_name="allocations")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="the day after the last one")
    units = QuantityField()
    promised = QuantityField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "slot", "starts_on"], name="allocation_once"),
            models.CheckConstraint(
                condition=Q(promised__gte=0, units__gte=F("promised")), name="allocation_never_overpromised"
            ),
        ]


class SlotTake(models.Model):
    """Open units of a demand with one date: taken from a slot, or without one while they wait for a plan."""

    demand = models.ForeignKey("iscm_demand.Demand", on_delete=models.PROTECT, related_name="takes")
    slot = models.ForeignKey(SupplySlot, null=True, on_delete=models.PROTECT, related_name="takes")
    allocation = models.ForeignKey(
        Allocation, null=True, on_delete=models.PROTECT, related_name="takes", db_index=False,
        help_text="under which it was kept",
    )  # fmt: skip
    moved_from = models.ForeignKey(
        SupplySlot, null=True, on_delete=models.PROTECT, related_name="moved_takes", db_index=False,
        help_text="supply of another site that is kept for these units until a transfer brings them",
    )  # fmt: skip
    units = QuantityField()
    basis = models.CharField(max_length=9)
    source = models.ForeignKey("foundation_items.Source", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    ship_on = models.DateField()
    promised_on = models.DateField()
    p50_on = models.DateField()
    p80_on = models.DateField()
    p90_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="slot_take_positive"),
            models.CheckConstraint(
                condition=Q(basis__in=["stock", "receipt"], slot__isnull=False)
                | Q(basis__in=["plan", "make", "lead_time", "dropship"], slot=None),
                name="slot_take_basis_legal",
            ),
            models.CheckConstraint(condition=Q(slot=None) | Q(moved_from=None), name="slot_take_one_supply"),
        ]
        indexes = [
            models.Index(fields=["location", "ship_on"], name="slot_take_due"),
            models.Index(fields=["allocation"], condition=Q(allocation__isnull=False), name="slot_take_allocation"),
            models.Index(fields=["moved_from"], condition=Q(moved_from__isnull=False), name="slot_take_moved_from"),
        ]


class Promise(models.Model):
    """What holds now for a demand: the newest revision."""

    demand = models.OneToOneField(
        "iscm_demand.Demand", on_delete=models.PROTECT, primary_key=True, related_name="promise"
    )
    revision = models.PositiveIntegerField(default=1)
    promised_on = models.DateField(null=True, help_text="what we said")
    expected_on = models.DateField(null=True, help_text="what we expect: the median")
    p80_on = models.DateField(null=True, help_text="kept in four of five cases")
    p90_on = models.DateField(null=True)
    basis = models.CharField(max_length=9, blank=True, help_text="the weakest of its slices")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    unpromised = QuantityField(default=0, help_text="units without any date")
    reason = models.CharField(max_length=20, blank=True, help_text="why units have none")
    is_shortage_told = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["promised_on"], name="promise_day")]


class PromiseRevision(models.Model):
    """One date that was given, with its cause; append-only."""

    demand = models.ForeignKey("iscm_demand.Demand", on_delete=models.PROTECT, related_name="promise_revisions")
    revision = models.PositiveIntegerField()
    promised_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    p80_on = models.DateField(null=True)
    p90_on = models.DateField(null=True)
    basis = models.CharField(max_length=9, blank=True)
    promised_units = QuantityField()
    unpromised_units = QuantityField(default=0)
    slices = models.JSONField(default=list)
    relies_on = models.JSONField(default=list, help_text="supplies such as 'purchase_order:9/3'")
    cause = models.CharField(max_length=20)
    cause_ref = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demand", "revision"], name="promise_revision_once")]
