"""Who sells to us, on what terms, and who sells to them."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import MoneyField, QuantityField

TIER_CLASSES = ("core", "preferred", "approved", "spot")


class Supplier(models.Model):
    """A party that sells to us; its language, name and contacts are the party's."""

    party = models.OneToOneField("foundation_parties.Party", on_delete=models.PROTECT, related_name="supplier")
    tier_class = models.CharField(max_length=10, default="approved", help_text="core, preferred, approved, spot")
    calendar = models.ForeignKey(
        "foundation_calendars.Calendar",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="days on which it works; empty: every day",
    )
    currency = models.CharField(max_length=3, blank=True, help_text="of its orders; empty: the company's")
    payment_term = models.ForeignKey("foundation_parties.PaymentTerm", null=True, blank=True, on_delete=models.PROTECT)
    minimum_order = MoneyField(default=0, help_text="smallest order in its currency; 0: none")
    answer_days = models.PositiveSmallIntegerField(default=2, help_text="working days to answer an order")
    is_blocked = models.BooleanField(default=False, help_text="gets no new orders")
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tier_class__in=TIER_CLASSES), name="supplier_tier_legal"),
            models.CheckConstraint(condition=Q(minimum_order__gte=0), name="supplier_minimum"),
        ]

    def __str__(self) -> str:
        return f"supplier {self.party_id}"


class SupplierOf(models.Model):
    """`supplier` supplies `customer` with an item: edges of the graph to tier n; our own companies are tier 0."""

    supplier = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="supplies")
    customer = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="supplied_by")
    item = models.ForeignKey(
        "foundation_items.Item",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="what the customer gets of it",
    )
    part = models.CharField(max_length=120, blank=True, help_text="what the supplier calls the part")
    lead_time_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="working days")
    share = models.IntegerField(default=10_000, help_text="of the customer's need, in 1/10,000")
    units_per_unit = QuantityField(default=10_000, help_text="parts for one base unit of the item")
    source = models.CharField(max_length=80, blank=True, help_text="who told us")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "customer", "item", "part"], name="supplier_of_once"),
            models.CheckConstraint(condition=~Q(supplier=F("customer")), name="supplier_of_another"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=10_000), name="supplier_of_share"),
        ]
