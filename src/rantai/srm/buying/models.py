"""What we ask suppliers for, from the wish to the goods."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from rantai.kernel.fields import MoneyField, QuantityField
from rantai.kernel.refs import DocRef
from rantai.srm.buying import states


class PurchaseRequisition(models.Model):
    """A wish to buy, with what it is for; one cause has one requisition for ever."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    cause_kind = models.CharField(max_length=40, help_text="planned_order, production_order, sales_order, manual …")
    cause_id = models.BigIntegerField()
    cause_line = models.BigIntegerField(default=0)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT)
    supplier = models.ForeignKey("foundation_parties.Party", null=True, blank=True, on_delete=models.PROTECT)
    source = models.ForeignKey("foundation_items.Source", null=True, blank=True, on_delete=models.PROTECT)
    location = models.ForeignKey("foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT)
    units = QuantityField(help_text="in 1/10,000 of the base unit")
    due_on = models.DateField(help_text="when it must be there")
    order_on = models.DateField(help_text="latest day to order it")
    unit_cost = MoneyField(default=0, help_text="expected, for one base unit")
    currency = models.CharField(max_length=3)
    drop_to_address = models.ForeignKey("foundation_parties.Address", null=True, blank=True, on_delete=models.PROTECT)
    drop_for_number = models.CharField(max_length=60, blank=True, help_text="number of the customer's order")
    value_at_stake = MoneyField(default=0, help_text="what customers' orders behind it are worth, company's currency")
    policy_id = models.BigIntegerField(null=True, blank=True, help_text="ApprovalPolicy that let it be ordered")
    state = models.CharField(max_length=10, default="open")
    reason = models.CharField(max_length=200, blank=True, help_text="why dismissed or changed")
    requested_by = models.CharField(max_length=80, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            states.REQUISITION.check("purchase_requisition"),
            models.UniqueConstraint(fields=["cause_kind", "cause_id", "cause_line"], name="purchase_requisition_cause"),
            models.CheckConstraint(condition=Q(units__gt=0), name="purchase_requisition_positive"),
        ]
        indexes = [
            models.Index(fields=["order_on", "id"], condition=Q(state="open"), name="purchase_requisition_open"),
        ]

    def __str__(self) -> str:
        return f"requisition {self.pk}"

    @property
    def cause(self) -> DocRef:
        """What it is for."""
        return DocRef(self.cause_kind, self.cause_id, self.cause_line)


class PurchaseOrder(models.Model):
    """A firm order to one supplier for one place."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    supplier = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="purchase_orders")
    number = models.CharField(max_length=40, blank=True, help_text="given at approval")
    location = models.ForeignKey("foundation_locations.Location", null=True, blank=True, on_delete=models.PROTECT)
    drop_to_address = models.ForeignKey("foundation_parties.Address", null=True, blank=True, on_delete=models.PROTECT)
    drop_for_number = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    rate = models.BigIntegerField(
        null=True, help_text="company's currency for one unit, in 1/1,000,000,000, fixed at approval"
    )
    payment_term = models.ForeignKey("foundation_parties.PaymentTerm", null=True, blank=True, on_delete=models.PROTECT)
    total = MoneyField(default=0, help_text="sum of the lines in the order's currency")
    state = models.CharField(max_length=16, default="draft")
    note = models.TextField(blank=True, max_length=2000, help_text="for the supplier")
    revision = models.PositiveIntegerField(default=1, help_text="rises with every change; forms send it back")
    asked_revision = models.PositiveIntegerField(
        default=0, help_text="which version the supplier was sent; 0: none yet"
    )
    import_key = models.CharField(max_length=60, blank=True, help_text="import that brought it, or empty")
    policy_id = models.BigIntegerField(null=True, help_text="ApprovalPolicy that approved it")
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    answer_due_on = models.DateField(null=True, help_text="supplier should have answered by then")
    answered_at = models.DateTimeField(null=True, help_text="first answer of the supplier")
    reminded_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.ORDER.check("purchase_order"),
            models.UniqueConstraint(
                fields=["company", "number"], condition=~Q(number=""), name="purchase_order_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | ~Q(number=""), name="purchase_order_numbered"
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "state"], name="purchase_order_supplier"),
            models.Index(fields=["state", "id"], name="purchase_order_state"),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"


class PurchaseOrderLine(models.Model):
    """An item of an order; keeps what was typed beside the base units."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT)
    source = models.ForeignKey("foundation_items.Source", null=True, blank=True, on_delete=models.PROTECT)
    ordered = QuantityField(help_text="sum of its schedules")
    typed = QuantityField(help_text="quantity in the typed unit")
    typed_unit = models.ForeignKey("foundation_items.Unit", null=True, blank=True, on_delete=models.PROTECT)
    factor_numerator = models.BigIntegerField(default=1, help_text="base units of one typed unit")
    factor_denominator = models.BigIntegerField(default=1)
    unit_cost = MoneyField(default=0, help_text="for one base unit in the order's currency")
    amount = MoneyField(default=0, help_text="unit cost × units not cancelled")
    tax_code = models.ForeignKey("foundation_parties.TaxCode", null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="purchase_line_position"),
            models.CheckConstraint(condition=Q(ordered__gte=0, unit_cost__gte=0), name="purchase_line_sizes"),
        ]

    def __str__(self) -> str:
        return f"{self.order}/{self.position}"

    @property
    def ref(self) -> DocRef:
        """How other houses cite the line."""
        return DocRef("purchase_order", self.order_id, self.pk)


class PurchaseScheduleLine(models.Model):
    """A quantity of a line on a day, asked for, committed, received."""

    line = models.ForeignKey(PurchaseOrderLine, on_delete=models.PROTECT, related_name="schedules")
    position = models.PositiveSmallIntegerField()
    requisition = models.ForeignKey(PurchaseRequisition, null=True, on_delete=models.PROTECT, related_name="schedules")
    root = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="splits",
        help_text="asked schedule that the supplier split",
    )
    ordered = QuantityField()
    cancelled = QuantityField(default=0)
    committed = QuantityField(  # type: ignore[misc]
        null=True, help_text="what the supplier will send in all; empty: no answer yet"
    )
    received = QuantityField(default=0)
    requested_on = models.DateField()
    first_committed_on = models.DateField(null=True, help_text="kept: lateness is judged by it")
    committed_on = models.DateField(null=True)
    expected_on = models.DateField(help_text="best knowledge: noticed, else committed, else requested")
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "position"], name="purchase_schedule_position"),
            models.CheckConstraint(
                condition=Q(ordered__gte=0, cancelled__gte=0, received__gte=0), name="purchase_schedule_sizes"
            ),
            models.CheckConstraint(
                condition=Q(committed=None) | Q(committed__gte=0, committed_on__isnull=False),
                name="purchase_schedule_commit_dated",
            ),
        ]
        indexes = [models.Index(fields=["expected_on", "id"], name="purchase_schedule_expected")]

    def __str__(self) -> str:
        return f"{self.line_id}.{self.position}"

    @property
    def asked(self) -> int:
        """Units ordered and not cancelled."""
        return self.ordered - self.cancelled

    @property
    def coming(self) -> int:
        """Units that come in all as far as we know, received ones included."""
        return self.asked if self.committed is None else min(self.asked, self.committed)

    @property
    def open_units(self) -> int:
        """Units still to come."""
        return max(0, self.coming - self.received)

    @property
    def due_on(self) -> date:
        """The day that counts now: committed, else requested."""
        return self.committed_on or self.requested_on


class PurchaseOrderRevision(models.Model):
    """What the supplier was asked in one version of an order, kept so that an older answer can be compared."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="revisions")
    asked_revision = models.PositiveIntegerField()
    terms = models.JSONField(help_text="one object a schedule: schedule, item, units, due_on")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "asked_revision"], name="purchase_order_revision_once")]


class PurchaseChangeRequest(models.Model):
    """Another quantity or date that we want of a schedule after it was sent."""

    schedule = models.ForeignKey(PurchaseScheduleLine, on_delete=models.PROTECT, related_name="change_requests")
    units = QuantityField(help_text="new whole of the asked schedule and its splits; 0: take it back")
    due_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="proposed")
    asked_revision = models.PositiveIntegerField(null=True, help_text="version of the order that asked for it")
    made_by = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.CHANGE.check("purchase_change_request"),
            models.CheckConstraint(condition=Q(units__gte=0), name="purchase_change_units"),
            models.UniqueConstraint(
                fields=["schedule"], condition=Q(state__in=["proposed", "asked"]), name="purchase_change_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"


class PurchaseReceipt(models.Model):
    """Units of a schedule that a receipt of the warehouse brought, recorded once; append-only."""

    schedule = models.ForeignKey(PurchaseScheduleLine, on_delete=models.PROTECT, related_name="receipts")
    receipt_kind = models.CharField(max_length=40)
    receipt_id = models.BigIntegerField()
    receipt_line = models.BigIntegerField(default=0)
    units = QuantityField(help_text="negative where a receipt was taken back")
    accepted = QuantityField(help_text="of the units, those that passed")
    received_at = models.DateTimeField()
    received_on = models.DateField(help_text="day at the place of receipt")
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversals")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "receipt_kind", "receipt_id", "receipt_line"],
                condition=Q(reverses=None),
                name="purchase_receipt_once",
            ),
            models.UniqueConstraint(
                fields=["reverses", "receipt_kind", "receipt_id", "receipt_line"],
                condition=Q(reverses__isnull=False),
                name="purchase_receipt_reversed_once",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, units__gt=0) | Q(reverses__isnull=False, units__lt=0),
                name="purchase_receipt_sign",
            ),
        ]
        indexes = [models.Index(fields=["received_on"], name="purchase_receipt_day")]


class LeadTimeObservation(models.Model):
    """What receipts showed of a source's lead time when we last said so."""

    source = models.OneToOneField("foundation_items.Source", on_delete=models.PROTECT, related_name="observed")
    receipts = models.PositiveIntegerField()
    mean_days = models.FloatField(help_text="working days from order to receipt, statistic")
    sd_days = models.FloatField(help_text="standard deviation, days, statistic")
    observed_at = models.DateTimeField()
