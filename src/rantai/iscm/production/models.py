"""Orders to make something, with the bill and the routing as they were when the order was made."""

from django.db import models
from django.db.models import F, Q

from rantai.iscm.production import states
from rantai.kernel.fields import MoneyField, QuantityField, TranslatedField
from rantai.kernel.refs import DocRef


class ProductionOrder(models.Model):
    """Units of an item that one site makes."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, blank=True, help_text="given at release")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    units = QuantityField(help_text="good units wanted")
    good = QuantityField(default=0, help_text="good units made")
    scrap = QuantityField(default=0, help_text="units lost on the way")
    source = models.ForeignKey("foundation_items.Source", null=True, on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey("foundation_items.BillOfMaterials", null=True, on_delete=models.PROTECT, related_name="+")
    routing = models.ForeignKey("foundation_items.Routing", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, default="planned")
    start_on = models.DateField(help_text="day on which work must begin")
    due_on = models.DateField(help_text="finished by the end of this day")
    cause_kind = models.CharField(max_length=40, help_text="demand, planned_order, production_order, manual")
    cause_id = models.BigIntegerField()
    cause_line = models.BigIntegerField(default=0)
    supplies = models.ForeignKey(
        "ProductionComponent",
        null=True,
        on_delete=models.PROTECT,
        related_name="made_by",
        help_text="the component of another order that it is made for",
    )
    lot = models.ForeignKey("iscm_inventory.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    unit_cost = MoneyField(default=0, help_text="of one good unit, from the components that were issued")
    policy_id = models.BigIntegerField(null=True, help_text="ApprovalPolicy that released it")
    material_ordered_at = models.DateTimeField(null=True, help_text="when all that had to be bought was on order")
    material_arrived_at = models.DateTimeField(null=True, help_text="when all that had to be bought was there")
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=80, blank=True)
    released_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            states.order.check("production_order"),
            models.UniqueConstraint(
                fields=["company", "number"], condition=~Q(number=""), name="production_order_number"
            ),
            models.UniqueConstraint(
                fields=["cause_kind", "cause_id", "cause_line"],
                condition=~Q(cause_kind="manual"),
                name="production_order_cause",
            ),
            models.CheckConstraint(condition=Q(units__gt=0, good__gte=0, scrap__gte=0), name="production_order_units"),
            models.CheckConstraint(condition=Q(start_on__lte=F("due_on")), name="production_order_days"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"]) | ~Q(number=""), name="production_order_numbered"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=~Q(state__in=["closed", "cancelled"]), name="production_order_open"
            ),
            models.Index(fields=["item", "location"], name="production_order_item"),
        ]

    def __str__(self) -> str:
        return self.number or f"M-{self.pk}"

    @property
    def ref(self) -> DocRef:
        """How others cite it."""
        return DocRef("production_order", self.pk)


class ProductionPeg(models.Model):
    """Units of an order that a customer's demand waits for."""

    order = models.ForeignKey(ProductionOrder, on_delete=models.PROTECT, related_name="pegs")
    demand_id = models.BigIntegerField(db_index=True, help_text="the demand of the house's own demand app")
    order_kind = models.CharField(max_length=40)
    order_id_of = models.BigIntegerField(help_text="document that wants it")
    line = models.BigIntegerField()
    schedule = models.PositiveIntegerField(default=1)
    number = models.CharField(max_length=40, help_text="the document's number, for papers")
    units = QuantityField()
    ended_at = models.DateTimeField(null=True, help_text="the demand no longer wants it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "demand_id"], name="production_peg_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="production_peg_positive"),
        ]


class ProductionComponent(models.Model):
    """What an order takes: a line of the bill as it was."""

    order = models.ForeignKey(ProductionOrder, on_delete=models.PROTECT, related_name="components")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    operation = models.PositiveSmallIntegerField(default=0, help_text="step that takes it; 0 the first")
    needed = QuantityField(help_text="for all units of the order, what is lost included")
    reserved = QuantityField(default=0, help_text="held in stock for it")
    issued = QuantityField(default=0, help_text="taken from stock into the work")
    needed_on = models.DateField()
    asked = QuantityField(default=0, help_text="units that purchasing was asked for")
    ordered_at = models.DateTimeField(null=True, help_text="when those were sent to a supplier")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "item", "operation"], name="production_component_once"),
            models.CheckConstraint(
                condition=Q(needed__gt=0, reserved__gte=0, issued__gte=0, needed__gte=F("reserved") + F("issued")),
                name="production_component_units",
            ),
        ]
        indexes = [models.Index(fields=["item", "needed_on"], name="production_component_item")]

    @property
    def short(self) -> int:
        """Units that are neither held nor issued."""
        return self.needed - self.reserved - self.issued


class ProductionStep(models.Model):
    """An operation of the routing as it was, and what came of it."""

    order = models.ForeignKey(ProductionOrder, on_delete=models.PROTECT, related_name="steps")
    step = models.PositiveSmallIntegerField(help_text="number in the routing")
    position = models.PositiveSmallIntegerField(help_text="k of `of` steps")
    of = models.PositiveSmallIntegerField()
    name = TranslatedField()
    resource = models.ForeignKey("foundation_items.Resource", null=True, on_delete=models.PROTECT, related_name="+")
    planned_seconds = models.BigIntegerField(default=0, help_text="working time for all units")
    is_milestone = models.BooleanField(default=True, help_text="customers are told")
    state = models.CharField(max_length=8, default="waiting")
    good = QuantityField(default=0)
    scrap = QuantityField(default=0)
    started_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=80, blank=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            states.step.check("production_step"),
            models.UniqueConstraint(fields=["order", "position"], name="production_step_once"),
            models.CheckConstraint(condition=Q(good__gte=0, scrap__gte=0), name="production_step_units"),
        ]
