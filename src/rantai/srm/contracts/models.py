"""What a supplier asks for an item, and what was agreed for longer."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import MoneyField, QuantityField


class PurchaseAgreement(models.Model):
    """A frame contract with a supplier in a half-open period."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    supplier = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="purchase_agreement_number"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="purchase_agreement_period"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SupplierPrice(models.Model):
    """The price of a base unit from a quantity on: one row a price break."""

    supplier = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="supplier_prices")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="supplier_prices")
    agreement = models.ForeignKey(
        PurchaseAgreement, null=True, blank=True, on_delete=models.PROTECT, related_name="prices"
    )
    currency = models.CharField(max_length=3)
    from_units = QuantityField(default=0, help_text="smallest quantity of one order at this price")
    unit_cost = MoneyField(help_text="for one base unit")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item", "currency", "from_units", "valid_from"],
                condition=Q(archived_at=None),
                name="supplier_price_once",
            ),
            models.CheckConstraint(condition=Q(unit_cost__gte=0, from_units__gte=0), name="supplier_price_sizes"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="supplier_price_period"
            ),
        ]
        indexes = [models.Index(fields=["supplier", "item", "valid_from"], name="supplier_price_find")]
