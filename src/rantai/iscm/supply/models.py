"""A published plan as immutable column blocks, and thin rows for what people list and act on."""

from django.db import models
from django.db.models import Q

from rantai.iscm.supply import states
from rantai.kernel.fields import MoneyField, QuantityField


class PlanRun(models.Model):
    """One execution of the planner; readers see the one that is current, whole."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default="building")
    revision = models.PositiveIntegerField(null=True, help_text="place among the published plans")
    step = models.PositiveIntegerField(default=0, help_text="net changes that were published over it")
    as_of = models.DateTimeField()
    watermark = models.BigIntegerField(default=0, help_text="newest changed_seq that it knows, net changes included")
    solved_watermark = models.BigIntegerField(default=0, help_text="newest changed_seq that it was solved with")
    problem_hash = models.CharField(max_length=64, blank=True)
    solution_hash = models.CharField(max_length=64, blank=True)
    params = models.JSONField(default=dict)
    engine = models.CharField(max_length=40, blank=True)
    blocks = models.PositiveSmallIntegerField(default=1, help_text="items are spread over so many blocks, id modulo")
    now = models.BigIntegerField(default=0, help_text="the planner's present, UTC seconds")
    horizon_end = models.BigIntegerField(default=0, help_text="UTC seconds")
    seconds = models.JSONField(default=dict, help_text="by phase: load, solve, publish")
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    builder = models.CharField(max_length=120, help_text="process that builds it")

    class Meta:
        constraints = [
            states.plan_run.check("plan_run"),
            models.UniqueConstraint(fields=["company"], condition=Q(state="current"), name="plan_run_one_current"),
            models.UniqueConstraint(fields=["company", "revision"], name="plan_run_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.revision or '–'}"


class PlanBlock(models.Model):
    """Columns of one table for the item-locations of one block; never changed."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="column_blocks", db_index=False)
    table = models.CharField(max_length=20)
    block = models.PositiveSmallIntegerField()
    codec = models.CharField(max_length=10)
    bytes = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "table", "block"], name="plan_block_once")]


class PlanChange(models.Model):
    """What a net change moved: everything that the plan says of the item-locations that it touched.

    What many changes moved in a block is folded into one row; then nobody cites them any more.
    """

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="changes", db_index=False)
    step = models.PositiveIntegerField(
        null=True, help_text="its place among the changes of the run, from 1 without a gap; empty: folded from many"
    )
    block = models.PositiveSmallIntegerField(null=True, help_text="of which it is folded; empty: of any")
    watermark = models.BigIntegerField(help_text="newest changed_seq that it knows")
    codec = models.CharField(max_length=10, blank=True, help_text="empty: its bytes are gone, others hold what it said")
    bytes = models.BinaryField()
    uncited_at = models.DateTimeField(null=True, help_text="since when no item-location names it")
    places = models.PositiveIntegerField(help_text="item-locations")
    demands = models.PositiveIntegerField(help_text="that were planned again")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="plan_change_step")]


class ChangedPlace(models.Model):
    """An item-location that a net change touched: who reads a block knows which changes lie over it."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    change = models.ForeignKey(PlanChange, on_delete=models.CASCADE, related_name="touched", db_index=False)
    step = models.PositiveIntegerField()
    block = models.PositiveSmallIntegerField()
    place = models.BigIntegerField(help_text="key of the item-location")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "block", "place", "step"], name="changed_place_once")]
        indexes = [models.Index(fields=["change"], name="changed_place_of")]


class PlanOutcome(models.Model):
    """What a plan says of one firm demand: when, how much, and why not."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    demand = models.ForeignKey("iscm_demand.Demand", on_delete=models.PROTECT, related_name="plan_outcomes")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    units = QuantityField(help_text="open units when the plan was made")
    pegged = QuantityField(help_text="units that a supply is pegged to")
    short = QuantityField(default=0, help_text="units for which the plan knows no date")
    due_on = models.DateField(help_text="promised, else requested, at the ship-to")
    ship_on = models.DateField(null=True, help_text="when the last pegged unit leaves")
    planned_on = models.DateField(null=True, help_text="when the last pegged unit is at the ship-to")
    late_days = models.IntegerField(default=0)
    cause = models.CharField(max_length=20, blank=True, help_text="leaf cause of what is late or short")
    cause_item = models.ForeignKey(
        "foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cause_location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cause_source = models.ForeignKey(
        "foundation_items.Source", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cause_resource = models.ForeignKey(
        "foundation_items.Resource", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    stake = models.BigIntegerField(default=0, help_text="what is at stake, 1/10,000 of the company's currency unit")
    demand_seq = models.BigIntegerField(help_text="changed_seq of the demand as it was planned")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "demand"], name="plan_outcome_once")]
        indexes = [models.Index(fields=["run", "-late_days"], condition=Q(late_days__gt=0), name="plan_outcome_late")]


class PlanException(models.Model):
    """Something that a planner should do about what is under way, in the planner's words."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="exceptions", db_index=False)
    kind = models.CharField(
        max_length=10, help_text="expedite, defer, cancel, overdue, release, short, late, no_source, circle"
    )
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ref_kind = models.CharField(max_length=40, blank=True)
    ref_id = models.BigIntegerField(default=0)
    ref_line = models.BigIntegerField(default=0)
    number = models.CharField(max_length=60, blank=True, help_text="of the document, as people know it")
    units = QuantityField(default=0)
    is_on = models.DateField(null=True, help_text="when it comes as things stand")
    wanted_on = models.DateField(null=True, help_text="when it should come")
    cause = models.CharField(max_length=20, blank=True)
    stake = models.BigIntegerField(default=0, help_text="1/10,000 of the company's currency unit")

    class Meta:
        indexes = [
            models.Index(fields=["run", "kind"], name="plan_exception_kind"),
            models.Index(fields=["run", "-stake"], name="plan_exception_stake"),
        ]


class PlannedOrder(models.Model):
    """A proposal to buy, make or move something, and what became of it."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(PlanRun, on_delete=models.PROTECT, related_name="planned_orders")
    identity = models.CharField(max_length=80, help_text="item, location, source, week, place in it: the same next day")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey("foundation_items.Source", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, help_text="purchase, production, transfer or dropship")
    supplier = models.ForeignKey("foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    demand = models.ForeignKey(
        "iscm_demand.Demand", null=True, on_delete=models.PROTECT, related_name="+", help_text="of a dropship"
    )
    proposed_units = QuantityField(help_text="as the plan wants it")
    units = QuantityField(help_text="as it stands: a person may have changed it")
    start_on = models.DateField(help_text="to be ordered or begun by the end of this day")
    due_on = models.DateField(help_text="there by the end of this day")
    plan_row = models.BigIntegerField(help_text="its row among the orders of the run")
    unit_cost = MoneyField(default=0, help_text="in `currency`")
    currency = models.CharField(max_length=3)
    amount = MoneyField(default=0, help_text="units × unit cost in the company's currency; 0 where no rate is known")
    stake = models.BigIntegerField(default=0, help_text="of the orders behind it, 1/10,000 of the company's unit")
    for_orders = QuantityField(default=0, help_text="units that orders of customers wait for")
    state = models.CharField(max_length=10, default="proposed")
    decision = models.ForeignKey("kernel.DecisionRecord", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    document_kind = models.CharField(max_length=40, blank=True, help_text="what it became when it was accepted")
    document_id = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.planned_order.check("planned_order"),
            models.UniqueConstraint(fields=["run", "identity"], name="planned_order_once"),
            models.CheckConstraint(condition=Q(units__gt=0, proposed_units__gt=0), name="planned_order_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=["purchase", "production", "transfer", "dropship"]),
                name="planned_order_kind_legal",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "start_on"], condition=Q(state="proposed"), name="planned_order_open"),
            models.Index(fields=["identity"], condition=Q(state="dismissed"), name="planned_order_dismissed"),
        ]

    def __str__(self) -> str:
        return f"P-{self.pk}"


class Dismissal(models.Model):
    """What a person let go, so that it does not come back the next morning as if nobody had said anything."""

    identity = models.CharField(max_length=80, unique=True)
    order = models.ForeignKey(PlannedOrder, on_delete=models.PROTECT, related_name="+")
    units = QuantityField()
    demand_ids = models.JSONField(default=list, help_text="orders of customers that stood behind it")
    due_on = models.DateField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()


class ExceptionAnswer(models.Model):
    """What a person said to an exception: it stays quiet while it is the same, so that nobody reads it twice."""

    kind = models.CharField(max_length=10)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    ref_kind = models.CharField(max_length=40, blank=True)
    ref_id = models.BigIntegerField(default=0)
    ref_line = models.BigIntegerField(default=0)
    answer = models.CharField(max_length=9, help_text="dismissed, asked, set, cancelled, task or released")
    reason = models.CharField(max_length=200, blank=True)
    units = QuantityField(help_text="asked for, else as the exception said")
    due_on = models.DateField(null=True, help_text="asked for, else as the exception said")
    document_kind = models.CharField(max_length=40, blank=True, help_text="of what was written")
    document_id = models.BigIntegerField(null=True)
    units_from = QuantityField(help_text="it stays quiet while it is about so many units …")
    units_to = QuantityField(help_text="… up to so many,")
    day_from = models.DateField(null=True, help_text="comes (or is wanted) from this day …")
    day_to = models.DateField(null=True, help_text="… to this,")
    stake_to = models.BigIntegerField(help_text="and no more than so much is at stake")
    back_on = models.DateField(null=True, help_text="from this day on it is asked again; empty: while it is the same")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=["dismissed", "asked", "set", "cancelled", "task", "released"]),
                name="exception_answer_legal",
            )
        ]
        indexes = [models.Index(fields=["item", "kind", "ref_id"], name="exception_answer_of")]


class AggregatePlan(models.Model):
    """The months by the week: what to build ahead where hours are short; it stands once a person takes it over."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, default="proposed")
    as_of = models.DateTimeField()
    first_week = models.DateField(help_text="its first Monday")
    weeks = models.PositiveSmallIntegerField()
    places = models.PositiveIntegerField(help_text="item-locations that it looks at")
    left_out = models.PositiveIntegerField(help_text="item-locations that touch nothing limited, or were too many")
    sources = models.PositiveIntegerField()
    costs = models.JSONField(default=dict, help_text="by kind, 1/10,000 of the company's currency unit")
    cost = MoneyField(help_text="of all kinds")
    cost_waiting = MoneyField(help_text="of the plan that builds nothing ahead: who is short waits")
    gap_ppm = models.PositiveIntegerField(help_text="share of the cost that is not proven to be needed")
    was_cut = models.BooleanField(help_text="whether the search ended before the gap was closed")
    engine = models.CharField(max_length=40)
    seconds = models.FloatField(help_text="wall time, statistic")
    asked_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.aggregate_plan.check("aggregate_plan"),
            models.UniqueConstraint(
                fields=["company"], condition=Q(state="standing"), name="aggregate_plan_one_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"A-{self.pk}"


class AggregateLoad(models.Model):
    """Hours of a resource in a week of an aggregate plan, or units that a supplier delivers of a source."""

    plan = models.ForeignKey(AggregatePlan, on_delete=models.CASCADE, related_name="loads", db_index=False)
    resource = models.ForeignKey("foundation_items.Resource", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey("foundation_items.Source", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="its place in the plan")
    week = models.DateField()
    hours = QuantityField(help_text="regular hours (of a supplier: units)")
    load = QuantityField(help_text="hours that are worked")
    overtime = QuantityField(help_text="of them beyond the regular ones")
    hour_value = MoneyField(help_text="what an hour more in this week would save")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number", "week"], name="aggregate_load_once")]


class AggregateStock(models.Model):
    """Stock at the end of a week of an aggregate plan, where it builds ahead."""

    plan = models.ForeignKey(AggregatePlan, on_delete=models.CASCADE, related_name="stocks", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    week = models.DateField()
    stock = QuantityField(help_text="at the end of the week")
    taken = QuantityField(help_text="by demand and by what is made of it, in the week")
    ahead = QuantityField(help_text="of the stock what is built ahead of its week")
    holding = MoneyField(help_text="of what is built ahead, for the week")
    short_week = models.DateField(null=True, help_text="the week for which it is built ahead")
    resource = models.ForeignKey("foundation_items.Resource", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey("foundation_items.Source", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "item", "location", "week"], name="aggregate_stock_once")
        ]
