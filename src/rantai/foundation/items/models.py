"""What is planned, bought, made or sold, and how it comes to be."""

from fractions import Fraction

from django.db import models
from django.db.models import F, Q

from rantai.kernel import texts
from rantai.kernel.fields import MoneyField, QuantityField, TranslatedField


class Unit(models.Model):
    """A unit of measure."""

    code = models.CharField(max_length=10, unique=True, help_text="UN/ECE Recommendation 20 where there is one")
    name = TranslatedField()

    def __str__(self) -> str:
        return texts.pick(self.name) or self.code


class Category(models.Model):
    """A node of the item tree."""

    code = models.CharField(max_length=40, unique=True)
    name = TranslatedField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")


class Item(models.Model):
    """A thing with stock and a plan, or a service or charge that has neither."""

    code = models.CharField(max_length=60, unique=True)
    name = TranslatedField()
    kind = models.CharField(max_length=10, default="stocked")
    base_unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT)
    gtin = models.CharField(max_length=14, blank=True)
    is_sold = models.BooleanField(default=True)
    is_blocked = models.BooleanField(default=False, help_text="takes no new orders")
    is_placeholder = models.BooleanField(default=False, help_text="came from history; look at its source and lead time")
    tracking = models.CharField(max_length=6, default="none", help_text="none, lot or serial")
    standard_cost = MoneyField(default=0, help_text="for one base unit, in the company's currency")
    weight_g = models.BigIntegerField(default=0, help_text="grams of one base unit")
    decoupling = models.CharField(max_length=9, default="stock", help_text="stock, assemble, make, dropship")
    custom = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["stocked", "service", "charge"]), name="item_kind_legal"),
            models.CheckConstraint(condition=Q(tracking__in=["none", "lot", "serial"]), name="item_tracking_legal"),
            models.CheckConstraint(
                condition=Q(decoupling__in=["stock", "assemble", "make", "dropship"]), name="item_decoupling_legal"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ItemUnit(models.Model):
    """How many base units one unit of an item holds, as a fraction."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)
    gtin = models.CharField(max_length=14, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "unit"], name="item_unit_once"),
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="item_unit_positive"),
        ]

    @property
    def base_units(self) -> str:
        """How many base units one holds, as text: 12 or 1/3."""
        return str(Fraction(self.numerator, self.denominator))


class BillOfMaterials(models.Model):
    """The components of an item, in a half-open period."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="bills")
    location = models.ForeignKey("foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=40, blank=True)
    batch = QuantityField(default=10_000, help_text="output that the lines are written for")
    rank = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code or f"#{self.pk}"


class BomLine(models.Model):
    """One component of a bill."""

    bill = models.ForeignKey(BillOfMaterials, on_delete=models.CASCADE, related_name="lines")
    component = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="used_in")
    quantity = QuantityField(help_text="for the bill's batch")
    yield_share = models.IntegerField(default=10_000, help_text="in 1/10,000: what survives")
    position = models.PositiveSmallIntegerField(default=0)
    operation = models.PositiveSmallIntegerField(default=0, help_text="step of the routing that takes it")
    choice = models.PositiveSmallIntegerField(default=0, help_text="lines of one number: one of them is taken; 0: this")
    rank = models.PositiveSmallIntegerField(default=1, help_text="among the lines of one choice: 1 is tried first")
    valid_from = models.DateField(null=True, blank=True, help_text="first day on which it is taken")
    valid_to = models.DateField(null=True, blank=True, help_text="first day on which it is taken no more")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bom_line_positive"),
            models.CheckConstraint(condition=Q(yield_share__gt=0, yield_share__lte=10_000), name="bom_line_yield"),
        ]

    @property
    def yield_percent(self) -> str:
        """What survives, in percent."""
        return f"{self.yield_share / 100:g} %"


class Resource(models.Model):
    """A machine, a line or a team with capacity."""

    code = models.CharField(max_length=40, unique=True)
    name = TranslatedField()
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT)
    calendar = models.ForeignKey("foundation_calendars.Calendar", null=True, blank=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8, default="finite", help_text="finite, day, week or infinite")
    capacity = models.IntegerField(
        default=10_000, help_text="in 1/10,000: finite: works in parallel; day, week: hours of work in each"
    )
    efficiency = models.IntegerField(default=10_000, help_text="in 1/10,000: durations are divided by it")
    hourly_cost = MoneyField(null=True, blank=True, help_text="of an hour of its work; empty: nobody knows")  # type: ignore[misc]
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["finite", "day", "week", "infinite"]), name="resource_kind_legal"
            ),
            models.CheckConstraint(condition=Q(hourly_cost=None) | Q(hourly_cost__gte=0), name="resource_cost"),
        ]

    def __str__(self) -> str:
        return self.code


class ResourceCapacity(models.Model):
    """What a resource can do from a day on, until the next such day."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="capacities")
    from_on = models.DateField()
    capacity = models.IntegerField(help_text="as the resource's own, in 1/10,000")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "from_on"], name="resource_capacity_once"),
            models.CheckConstraint(condition=Q(capacity__gte=0), name="resource_capacity_amount"),
        ]


class SetupTime(models.Model):
    """How long a resource takes to change from works of one family to those of another."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="setup_times")
    from_family = models.CharField(max_length=40, blank=True, help_text="empty: from any other")
    to_family = models.CharField(max_length=40)
    seconds = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "from_family", "to_family"], name="setup_time_once"),
        ]


class Routing(models.Model):
    """The steps that make an item."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="routings")
    location = models.ForeignKey("foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code or f"#{self.pk}"


class Operation(models.Model):
    """One step of a routing."""

    routing = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="operations")
    step = models.PositiveSmallIntegerField()
    name = TranslatedField()
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.PROTECT)
    setup_seconds = models.BigIntegerField(default=0)
    setup_family = models.CharField(max_length=40, blank=True, help_text="works of one family need no change-over")
    seconds_per_unit = models.BigIntegerField(default=0, help_text="working seconds of one base unit, in 1/10,000")
    wait_seconds = models.BigIntegerField(default=0, help_text="after the step, such as drying")
    is_milestone = models.BooleanField(default=True, help_text="customers of made-to-order goods are told")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["routing", "step"], name="operation_step")]


class OperationAlternate(models.Model):
    """Another resource that can do a step."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="alternates")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=2, help_text="the step's own resource is 1")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "resource"], name="operation_alternate_once")]


class Source(models.Model):
    """A way to replenish an item at a location: buy, make, move or dropship."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="sources")
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT, help_text="empty: anywhere"
    )
    kind = models.CharField(max_length=8)
    supplier = models.ForeignKey("foundation_parties.Party", null=True, blank=True, on_delete=models.PROTECT)
    origin = models.ForeignKey(
        "foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT, related_name="sources_out"
    )
    bill = models.ForeignKey(BillOfMaterials, null=True, blank=True, on_delete=models.PROTECT)
    routing = models.ForeignKey(Routing, null=True, blank=True, on_delete=models.PROTECT)
    rank = models.PositiveSmallIntegerField(default=1, help_text="1 is tried first")
    lead_time_days = models.PositiveSmallIntegerField(default=0, help_text="working days of the supplier or site")
    lead_time_sd_days = models.FloatField(default=0.0, help_text="standard deviation of the lead time, days, statistic")
    minimum = QuantityField(default=0)
    multiple = QuantityField(default=0, help_text="0: any quantity")
    maximum = QuantityField(default=0, help_text="of one order; 0: no limit")
    fixed_quantity = QuantityField(default=0, help_text="every order is of so many units; 0: of any number")
    weekly_capacity = QuantityField(default=0, help_text="units that it takes orders for in a week; 0: no limit")
    share = models.PositiveIntegerField(default=1, help_text="weight where an item's sources share what it needs")
    cost = MoneyField(default=0, help_text="for one base unit")
    currency = models.CharField(max_length=3, blank=True, help_text="of the cost; empty: the company's")
    calendar = models.ForeignKey("foundation_calendars.Calendar", null=True, blank=True, on_delete=models.PROTECT)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    is_placeholder = models.BooleanField(default=False, help_text="assumed at an import; set the real lead time")
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="buy") | Q(kind="dropship") | Q(kind="make") | Q(kind="move", origin__isnull=False),
                name="source_kind_legal",
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0, multiple__gte=0, maximum__gte=0, cost__gte=0), name="source_sizes"
            ),
            models.CheckConstraint(condition=Q(fixed_quantity__gte=0, weekly_capacity__gte=0), name="source_limits"),
            models.CheckConstraint(condition=~Q(origin=F("location")), name="source_not_from_itself"),
        ]
        indexes = [models.Index(fields=["item", "location", "rank"], name="source_of_item")]


class PlanningRule(models.Model):
    """How an item is planned at a place: what is frozen, and how its sources are chosen."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="planning_rules")
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT, help_text="empty: anywhere"
    )
    fence_days = models.PositiveSmallIntegerField(default=0, help_text="working days in which nothing new is planned")
    search = models.CharField(max_length=5, default="rank", help_text="rank, split or cost")
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "location"], name="planning_rule_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(location=None), name="planning_rule_anywhere_once"),
            models.CheckConstraint(condition=Q(search__in=["rank", "split", "cost"]), name="planning_rule_search"),
        ]


class SubstitutionRule(models.Model):
    """`substitute` may serve a need for `item`, one way."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="substitutes")
    substitute = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="substitute_for")
    scope = models.CharField(max_length=5, default="sales", help_text="sales or bill")
    numerator = models.BigIntegerField(default=1, help_text="substitute units for `denominator` units")
    denominator = models.BigIntegerField(default=1)
    rank = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(item=F("substitute")), name="substitute_is_another")]
