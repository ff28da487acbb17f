"""Shipments out, receipts in, returns back, with the work on them."""

from django.db import models
from django.db.models import F, Q

from rantai.iscm.fulfilment import states
from rantai.kernel.fields import MoneyField, QuantityField
from rantai.kernel.refs import DocRef


class Shipment(models.Model):
    """Goods for one order that leave one site for one address under one paper."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="+")
    address = models.ForeignKey("foundation_parties.Address", null=True, on_delete=models.PROTECT, related_name="+")
    order_kind = models.CharField(max_length=40)
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=40)
    ship_on = models.DateField(help_text="day on which it must leave")
    promised_on = models.DateField(null=True)
    state = models.CharField(max_length=9, default="released")
    carrier = models.CharField(max_length=80, blank=True)
    tracking = models.CharField(max_length=80, blank=True)
    packages = models.PositiveSmallIntegerField(default=1)
    proof = models.CharField(max_length=12, blank=True, help_text="signature, photo, carrier, handed_over")
    released_at = models.DateTimeField()
    released_by = models.CharField(max_length=80, blank=True)
    packed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="shipment_number"),
            states.shipment.check("shipment"),
        ]
        indexes = [
            models.Index(fields=["order_kind", "order_id"], name="shipment_order"),
            models.Index(
                fields=["ship_on", "id"], condition=~Q(state__in=["delivered", "cancelled"]), name="shipment_open"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """Units of one demand on a shipment."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    demand_id = models.BigIntegerField(db_index=True, help_text="the demand of the house's own demand app")
    order_line = models.BigIntegerField()
    order_schedule = models.PositiveIntegerField(default=1)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    units = QuantityField()
    returned = QuantityField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "demand_id"], name="shipment_line_once"),
            models.CheckConstraint(
                condition=Q(units__gt=0, returned__gte=0, units__gte=F("returned")), name="shipment_line_units"
            ),
        ]


class PickTask(models.Model):
    """Identified units to fetch for a shipment line."""

    line = models.ForeignKey(ShipmentLine, on_delete=models.PROTECT, related_name="picks")
    reservation = models.OneToOneField("iscm_inventory.Reservation", on_delete=models.PROTECT, related_name="pick")
    units = QuantityField()
    state = models.CharField(max_length=9, default="open")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [states.work.check("pick_task")]


class PackTask(models.Model):
    """Packing of a shipment into one logistic unit."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="packs")
    logistic_unit = models.CharField(max_length=20, blank=True, help_text="SSCC")
    weight_g = models.BigIntegerField(default=0, help_text="grams")
    state = models.CharField(max_length=9, default="open")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [states.work.check("pack_task")]


class GoodsReceipt(models.Model):
    """Goods that arrived at one site against one purchase order; a reversal names the wrong one."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey("foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    ref_kind = models.CharField(max_length=40, default="purchase_order")
    ref_id = models.BigIntegerField()
    order_number = models.CharField(max_length=40, blank=True)
    delivery_note = models.CharField(max_length=60, blank=True, help_text="the supplier's paper")
    key = models.CharField(max_length=40, blank=True, help_text="of the form that posted it: the same twice is one")
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="goods_receipt_number"),
            models.UniqueConstraint(fields=["company", "key"], condition=~Q(key=""), name="goods_receipt_key"),
        ]
        indexes = [models.Index(fields=["ref_kind", "ref_id"], name="goods_receipt_ref")]

    def __str__(self) -> str:
        return self.number


class GoodsReceiptLine(models.Model):
    """Units of one order line that arrived; what was not accepted stands as blocked stock."""

    receipt = models.ForeignKey(GoodsReceipt, on_delete=models.PROTECT, related_name="lines")
    ref_line = models.BigIntegerField()
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("iscm_inventory.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    units = QuantityField()
    accepted = QuantityField()
    unit_cost = MoneyField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(units__gt=0, accepted__gte=0, units__gte=F("accepted")), name="goods_receipt_line_units"
            )
        ]


class ReturnAuthorization(models.Model):
    """Permission to send goods of a delivered shipment back, and what the site is to expect."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="return_authorizations")
    reason = models.CharField(max_length=20, help_text="damaged, wrong, unwanted, warranty")
    note = models.CharField(max_length=500, blank=True, help_text="for whoever opens the parcel")
    state = models.CharField(max_length=8, default="open")
    authorized_at = models.DateTimeField()
    authorized_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="return_authorization_number"),
            states.return_authorization.check("return_authorization"),
        ]
        indexes = [models.Index(fields=["authorized_at"], condition=Q(state="open"), name="return_authorization_open")]

    def __str__(self) -> str:
        return self.number


class ReturnAuthorizationLine(models.Model):
    """Units of one shipment line that may come back, and how many have."""

    authorization = models.ForeignKey(ReturnAuthorization, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(ShipmentLine, on_delete=models.PROTECT, related_name="return_authorization_lines")
    units = QuantityField()
    received = QuantityField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authorization", "line"], name="return_authorization_line_once"),
            models.CheckConstraint(
                condition=Q(units__gt=0, received__gte=0, units__gte=F("received")),
                name="return_authorization_line_units",
            ),
        ]


class ReturnReceipt(models.Model):
    """Goods of a shipment that came back from the customer."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="return_receipts")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, help_text="damaged, wrong, unwanted, warranty")
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="return_receipt_number")]

    def __str__(self) -> str:
        return self.number


class ReturnReceiptLine(models.Model):
    """Units of one shipment line that came back, and in which condition."""

    receipt = models.ForeignKey(ReturnReceipt, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(ShipmentLine, on_delete=models.PROTECT, related_name="return_lines")
    lot = models.ForeignKey("iscm_inventory.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=60, blank=True)
    units = QuantityField()
    status = models.CharField(max_length=10, default="quarantine")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(units__gt=0), name="return_receipt_line_positive")]


class TransferOrder(models.Model):
    """Goods that go from one site of ours to another."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    origin = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    ship_on = models.DateField(help_text="day on which it must leave")
    due_on = models.DateField(help_text="there by the end of this day")
    state = models.CharField(max_length=9, default="planned")
    cause_kind = models.CharField(max_length=40, help_text="planned_order, production_order, manual")
    cause_id = models.BigIntegerField()
    cause_line = models.BigIntegerField(default=0)
    carrier = models.CharField(max_length=80, blank=True)
    tracking = models.CharField(max_length=80, blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=80, blank=True)
    released_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="transfer_order_number"),
            models.UniqueConstraint(
                fields=["cause_kind", "cause_id", "cause_line"],
                condition=~Q(cause_kind="manual"),
                name="transfer_order_cause",
            ),
            models.CheckConstraint(condition=~Q(origin=F("destination")), name="transfer_order_moves"),
            models.CheckConstraint(condition=Q(ship_on__lte=F("due_on")), name="transfer_order_days"),
            states.transfer.check("transfer_order"),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=~Q(state__in=["received", "cancelled"]), name="transfer_order_open"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> DocRef:
        """How others cite it."""
        return DocRef("transfer_order", self.pk)


class TransferLine(models.Model):
    """Units of one item on a transfer."""

    transfer = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    units = QuantityField()
    held = QuantityField(default=0, help_text="held in stock for it")
    shipped = QuantityField(default=0)
    received = QuantityField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "item"], name="transfer_line_once"),
            models.CheckConstraint(
                condition=Q(
                    units__gt=0, held__gte=0, received__gte=0, shipped__gte=F("received"),
                    units__gte=F("held") + F("shipped"),
                ),
                name="transfer_line_units",
            ),
        ]  # fmt: skip
