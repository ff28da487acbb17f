"""What people want of stock, where it is decoupled from orders, and the targets that follow from both."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from rantai.iscm.inventory import states
from rantai.kernel.fields import QuantityField

ABC, XYZ = ("A", "B", "C"), ("X", "Y", "Z")
DECOUPLINGS = ("stock", "assemble", "make", "dropship")
KINDS = ("order_point", "order_up_to", "min_max", "kanban", "just_in_time", "vendor_managed")
LOT_RULES = ("economic", "fixed", "source", "dynamic")


class StockPolicy(models.Model):
    """What a person wants of stock of an item (at a place), of a category or of everything; of some classes or all.

    What a policy leaves empty is said by the next one above it.
    """

    category = models.ForeignKey("foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    abc = models.CharField(max_length=1, blank=True, default="", help_text="class by value; empty: any")
    xyz = models.CharField(max_length=1, blank=True, default="", help_text="class by variability; empty: any")
    demand_class = models.CharField(max_length=40, blank=True, default="", help_text="of the orders; empty: any")
    service_level = models.IntegerField(null=True, help_text="in 1/10,000; empty: as said above")
    service_kind = models.CharField(
        max_length=5, default="cycle", help_text="cycle: share of cycles without a stock-out; fill: share of units"
    )
    review_days = models.PositiveSmallIntegerField(null=True, help_text="days between two looks; empty: as said above")
    safety_stock = models.BigIntegerField(null=True, help_text="fixed by a person, in 1/10,000; empty: calculated")
    kind = models.CharField(max_length=14, blank=True, default="", help_text="how it is replenished")
    lot_rule = models.CharField(max_length=8, blank=True, default="", help_text="how much at once")
    lot_size = models.BigIntegerField(null=True, help_text="of the fixed lot, in 1/10,000")
    least = models.BigIntegerField(null=True, help_text="of min and max, in 1/10,000; empty: calculated")
    most = models.BigIntegerField(null=True, help_text="of min and max, in 1/10,000; empty: calculated")
    container = models.BigIntegerField(null=True, help_text="units that a kanban card stands for, in 1/10,000")
    cards = models.PositiveSmallIntegerField(null=True, help_text="kanban cards that circulate; empty: calculated")
    covered_days = models.PositiveSmallIntegerField(
        null=True, help_text="calendar days that safety stock covers, by its place in the chain; empty: the whole wait"
    )
    reason = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Coalesce("category", 0),
                Coalesce("item", 0),
                Coalesce("location", 0),
                F("abc"),
                F("xyz"),
                F("demand_class"),
                name="stock_policy_once",
            ),
            models.CheckConstraint(
                condition=Q(category=None) | Q(item=None, location=None), name="stock_policy_one_subject"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(location=None), name="stock_policy_place_of_item"
            ),
            models.CheckConstraint(
                condition=Q(item=None) | Q(abc="", xyz="", demand_class=""), name="stock_policy_item_or_class"
            ),
            models.CheckConstraint(
                condition=Q(service_level__gte=1, service_level__lte=9_999), name="stock_policy_level"
            ),
            models.CheckConstraint(condition=Q(service_kind__in=["cycle", "fill"]), name="stock_policy_kind"),
            models.CheckConstraint(
                condition=Q(safety_stock=None) | Q(safety_stock__gte=0, item__isnull=False),
                name="stock_policy_fixes_one_item",
            ),
            models.CheckConstraint(condition=Q(kind__in=["", *KINDS]), name="stock_policy_way"),
            models.CheckConstraint(condition=Q(lot_rule__in=["", *LOT_RULES]), name="stock_policy_lot_rule"),
            models.CheckConstraint(
                condition=Q(least=None) | Q(most=None) | Q(least__gte=0, most__gte=F("least")),
                name="stock_policy_min_max",
            ),
        ]


class DecouplingPoint(models.Model):
    """Where forecast meets orders for an item at one place, against what its master says for everywhere."""

    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    decoupling = models.CharField(max_length=9, help_text="stock, assemble, make, dropship")
    reason = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "location"], name="decoupling_point_once"),
            models.CheckConstraint(condition=Q(decoupling__in=DECOUPLINGS), name="decoupling_point_legal"),
        ]


class VmiAgreement(models.Model):
    """A supplier keeps our stock of an item at a place between two levels; its plan, our shelf."""

    supplier = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    least = QuantityField(help_text="on hand never falls below")
    most = QuantityField(help_text="on hand never rises above")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location"], condition=Q(valid_to=None), name="vmi_agreement_one_open"
            ),
            models.CheckConstraint(condition=Q(least__gte=0, most__gt=F("least")), name="vmi_agreement_levels"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="vmi_agreement_period"
            ),
        ]
        indexes = [models.Index(fields=["supplier"], condition=Q(valid_to=None), name="vmi_agreement_of_supplier")]


class StockTargetRun(models.Model):
    """Stock targets of everything, published whole: readers see the current ones."""

    key = models.CharField(max_length=120, blank=True, help_text="names who asked, so that asking twice runs once")
    state = models.CharField(max_length=7, default="staged")
    as_of = models.DateTimeField()
    forecast_run_id = models.BigIntegerField(help_text="the forecast whose error it protects against")
    engine = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict)
    figures = models.JSONField(default=dict, help_text="what was read, left out and found")
    targets_count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0, help_text="time taken, statistic")
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.stock_target_run.check("stock_target_run"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="current"), name="stock_target_run_one_current"
            ),
        ]
        indexes = [models.Index(fields=["key"], condition=~Q(key=""), name="stock_target_run_key")]

    def __str__(self) -> str:
        return f"stock targets {self.pk}"


class StockTarget(models.Model):
    """How much stock of an item a location wants by a run, with the figures that it was found from."""

    run = models.ForeignKey(StockTargetRun, on_delete=models.PROTECT, related_name="targets", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    safety_stock = QuantityField(default=0)
    reorder_point = QuantityField(default=0)
    order_up_to = QuantityField(default=0, help_text="0: no order-up-to level")
    lot_size = QuantityField(default=0)
    method = models.CharField(max_length=10, help_text="none, normal, empirical, or fixed by a person")
    service_level = models.IntegerField(help_text="asked for, in 1/10,000")
    service_kind = models.CharField(max_length=5, default="cycle")
    expected_cycle = models.IntegerField(default=0, help_text="share of cycles without a stock-out, in 1/10,000")
    expected_fill = models.IntegerField(default=0, help_text="share of units from stock, in 1/10,000")
    demand_mean = models.FloatField(help_text="statistic: base units a week")
    dependent_mean = models.FloatField(
        default=0.0, help_text="statistic: what of demand_mean is wanted for what is made of it"
    )
    uses = models.JSONField(default=list, help_text="[item made of it, base units of this a week], the largest first")
    demand_std = models.FloatField(help_text="statistic: error of one week's forecast, base units")
    lead_time_weeks = models.FloatField(help_text="statistic: mean, weeks")
    lead_time_std_weeks = models.FloatField(help_text="statistic: standard deviation, weeks")
    lead_time_basis = models.CharField(max_length=10, help_text="item, supplier, source, or none: no source known")
    lead_time_samples = models.PositiveIntegerField(default=0, help_text="arrivals that it was learnt from")
    review_weeks = models.FloatField(help_text="statistic: weeks between two looks")
    protection_std = models.FloatField(help_text="statistic: deviation of demand over lead time and review, base units")
    source_id = models.BigIntegerField(null=True, help_text="the source that replenishes it")
    policy_id = models.BigIntegerField(null=True, help_text="the policy that asked for the service level")
    abc = models.CharField(max_length=1, blank=True, default="", help_text="class by value of a year's demand")
    xyz = models.CharField(max_length=1, blank=True, default="", help_text="class by variability of a week's demand")
    demand_class = models.CharField(max_length=40, blank=True, default="", help_text="the class that asks for most")
    policy_kind = models.CharField(max_length=14, default="order_point")
    lot_rule = models.CharField(max_length=8, default="economic")
    lots = models.JSONField(default=list, help_text="dynamic lots: [Monday, 1/10,000 base units], the first first")
    covered_weeks = models.FloatField(default=0.0, help_text="statistic: weeks that safety stock covers")
    cards = models.PositiveIntegerField(default=0, help_text="kanban cards of lot_size units each")
    lead_time_demand = QuantityField(default=0, help_text="expected during lead time and review: in reorder_point")
    plan_level = QuantityField(default=0, help_text="projected stock below it is replenished by the plan")
    plan_up_to = QuantityField(default=0, help_text="the plan fills up to it; 0: to plan_level only")
    plan_minimum = QuantityField(default=0, help_text="least of one order by the lot rule of the place")
    plan_multiple = QuantityField(default=0, help_text="orders are multiples of it by the lot rule of the place")
    rules = models.JSONField(default=dict, help_text="what was asked for → the id of the policy that asked, 0: default")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "item", "location"], name="stock_target_once"),
            models.CheckConstraint(
                condition=Q(safety_stock__gte=0, reorder_point__gte=0, order_up_to__gte=0, lot_size__gte=0),
                name="stock_target_sizes",
            ),
        ]
