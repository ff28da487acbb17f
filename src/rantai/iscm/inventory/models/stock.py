"""The stock ledger: moves that are never changed, and the balances that are their sums."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from rantai.iscm.inventory import states
from rantai.kernel.fields import MoneyField, QuantityField


class LedgerIsAppendOnly(TypeError):
    """Somebody tried to rewrite the stock ledger."""

    def __init__(self) -> None:
        super().__init__("Stock moves are never changed or deleted: post a move that reverses the wrong one.")


class LedgerQuerySet(models.QuerySet["StockMove"]):
    """Rows that may be added and read; the database refuses an UPDATE as well."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LedgerIsAppendOnly

    def delete(self) -> NoReturn:
        """Refuse."""
        raise LedgerIsAppendOnly


class Lot(models.Model):
    """Units of an item that came or were made together."""

    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    supplier = models.ForeignKey("foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(null=True, blank=True)
    origin_kind = models.CharField(max_length=40, blank=True, help_text="document that it came with")
    origin_id = models.BigIntegerField(null=True)
    origin_line = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="lot_once")]

    def __str__(self) -> str:
        return self.code


class StockBalance(models.Model):
    """On-hand of one item at one place in every respect that tells units apart: the sum of its moves."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="balances")
    serial = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(
        "foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: ours"
    )
    status = models.CharField(max_length=10, default="available")
    bin = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    logistic_unit = models.CharField(max_length=20, blank=True, help_text="SSCC of the pallet or box")
    is_account = models.BooleanField(default=False, help_text="a counterpart account: may be negative")
    on_hand = QuantityField(default=0)
    reserved = QuantityField(default=0, help_text="tied to demands by reservations that are held")
    first_in_at = models.DateTimeField(help_text="when its first units came: first in, first out")
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("item"),
                F("location"),
                Coalesce("lot", 0),
                F("serial"),
                Coalesce("owner", 0),
                F("status"),
                Coalesce("bin", 0),
                F("logistic_unit"),
                name="stock_balance_once",
            ),
            models.CheckConstraint(
                condition=Q(is_account=True) | Q(reserved__gte=0, on_hand__gte=F("reserved")),
                name="stock_balance_covers_reserved",
            ),
            models.CheckConstraint(condition=Q(status__in=states.STOCK_STATUSES), name="stock_balance_status_legal"),
        ]
        indexes = [
            models.Index(fields=["location", "item"], condition=Q(is_account=False), name="stock_balance_list"),
        ]


class StockMove(models.Model):
    """Units that went from one account to another; append-only, a correction names what it reverses."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="moves")
    serial = models.CharField(max_length=60, blank=True)
    from_location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    from_owner = models.ForeignKey(
        "foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: ours"
    )
    from_status = models.CharField(max_length=10, default="available")
    from_bin = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    from_logistic_unit = models.CharField(max_length=20, blank=True)
    to_location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    to_owner = models.ForeignKey(
        "foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: ours"
    )
    to_status = models.CharField(max_length=10, default="available")
    to_bin = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    to_logistic_unit = models.CharField(max_length=20, blank=True)
    units = QuantityField(help_text="base units, in 1/10,000")
    unit_cost = MoneyField(default=0, help_text="of one base unit, in 1/10,000 of the company's currency")
    reason = models.CharField(max_length=20, help_text="receipt, shipment, return, count, opening …")
    ref_kind = models.CharField(max_length=40, help_text="document that moved them")
    ref_id = models.BigIntegerField()
    ref_line = models.BigIntegerField(default=0)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    changed_seq = models.BigIntegerField(default=0)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(units__gt=0), name="stock_move_positive")]
        indexes = [
            models.Index(fields=["item", "from_location", "-id"], name="stock_move_out"),
            models.Index(fields=["item", "to_location", "-id"], name="stock_move_in"),
            models.Index(fields=["ref_kind", "ref_id"], name="stock_move_ref"),
        ]


class Reservation(models.Model):
    """Identified stock tied hard to a demand."""

    balance = models.ForeignKey(StockBalance, on_delete=models.PROTECT, related_name="reservations")
    demand_id = models.BigIntegerField(help_text="the demand of the house's own demand app")
    units = QuantityField()
    state = models.CharField(max_length=6, default="held")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.reservation.check("reservation"),
            models.CheckConstraint(condition=Q(units__gt=0), name="reservation_positive"),
        ]
        indexes = [
            models.Index(fields=["demand_id"], condition=~Q(state="ended"), name="reservation_demand"),
            models.Index(fields=["balance"], condition=Q(state="held"), name="reservation_held"),
        ]


class StockCount(models.Model):
    """What somebody counted at a place, and why the books were changed to it."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    reason = models.CharField(max_length=20, help_text="count, damage, loss, found, opening …")
    note = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField()
    counted_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="stock_count_number")]

    def __str__(self) -> str:
        return self.number


class StockCountLine(models.Model):
    """One balance that was counted."""

    count = models.ForeignKey(StockCount, on_delete=models.PROTECT, related_name="lines")
    balance = models.ForeignKey(StockBalance, on_delete=models.PROTECT, related_name="counts")
    expected = QuantityField(help_text="on-hand by the books")
    counted = QuantityField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "balance"], name="stock_count_line_once"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="stock_count_line_not_negative"),
        ]


class OpeningRun(models.Model):
    """A batch of opening stock, so that the same file twice changes nothing."""

    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)


class WorkReservation(models.Model):
    """Identified stock tied hard to work of our own: a component of a production order, a line of a transfer."""

    balance = models.ForeignKey(StockBalance, on_delete=models.PROTECT, related_name="work_reservations")
    holder_kind = models.CharField(max_length=40, help_text="production_order or transfer_order")
    holder_id = models.BigIntegerField()
    holder_line = models.BigIntegerField(help_text="its component or line")
    units = QuantityField()
    state = models.CharField(max_length=6, default="held")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.work_reservation.check("work_reservation"),
            models.CheckConstraint(condition=Q(units__gt=0), name="work_reservation_positive"),
        ]
        indexes = [
            models.Index(
                fields=["holder_kind", "holder_id", "holder_line"],
                condition=~Q(state="ended"),
                name="work_reservation_holder",
            ),
            models.Index(fields=["balance"], condition=Q(state="held"), name="work_reservation_held"),
        ]
