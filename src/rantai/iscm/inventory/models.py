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


class StockPolicy(models.Model):
    """What a person wants of stock: for one item and location, an item, a category, or (nothing named) for all."""

    category = models.ForeignKey("foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    service_level = models.IntegerField(default=9_500, help_text="in 1/10,000")
    service_kind = models.CharField(
        max_length=5, default="cycle", help_text="cycle: share of cycles without a stock-out; fill: share of units"
    )
    review_days = models.PositiveSmallIntegerField(default=1, help_text="days between two looks")
    safety_stock = models.BigIntegerField(null=True, help_text="fixed by a person, in 1/10,000; empty: calculated")
    reason = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Coalesce("category", 0), Coalesce("item", 0), Coalesce("location", 0), name="stock_policy_once"
            ),
            models.CheckConstraint(
                condition=Q(category=None) | Q(item=None, location=None), name="stock_policy_one_subject"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(location=None), name="stock_policy_place_of_item"
            ),
            models.CheckConstraint(
                condition=Q(service_level__gte=1, service_level__lte=9_999), name="stock_policy_level"
            ),
            models.CheckConstraint(condition=Q(service_kind__in=["cycle", "fill"]), name="stock_policy_kind"),
            models.CheckConstraint(
                condition=Q(safety_stock=None) | Q(safety_stock__gte=0, item__isnull=False),
                name="stock_policy_fixes_one_item",
            ),
        ]


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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "item", "location"], name="stock_target_once"),
            models.CheckConstraint(
                condition=Q(safety_stock__gte=0, reorder_point__gte=0, order_up_to__gte=0, lot_size__gte=0),
                name="stock_target_sizes",
            ),
        ]


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
