"""Price lists and the tax that a sale carries."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import MoneyField, QuantityField, TranslatedField


class PriceList(models.Model):
    """Prices in one currency."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    name = TranslatedField()
    currency = models.CharField(max_length=3)
    tax_code = models.ForeignKey(
        "foundation_parties.TaxCode",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="of domestic sales from this list: an inclusive code where its prices contain the tax",
    )
    is_default = models.BooleanField(default=False, help_text="for customers without a list of their own")
    revision = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="price_list_once"),
            models.UniqueConstraint(
                fields=["company", "currency"], condition=Q(is_default=True), name="price_list_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Price(models.Model):
    """What one base unit of an item costs, from a quantity on, in a half-open period."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="prices")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="prices")
    unit_price = MoneyField(help_text="for one base unit, four decimals")
    minimum_quantity = QuantityField(default=0, help_text="base units from which the price holds")
    territory = models.ForeignKey(
        "foundation_access.Territory", null=True, blank=True, on_delete=models.PROTECT, help_text="empty: everywhere"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gte=0, minimum_quantity__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lt=F("valid_to")),
                name="price_period",
            ),
        ]
        indexes = [models.Index(fields=["price_list", "item", "minimum_quantity"], name="price_of_item")]


class PriceListAssignment(models.Model):
    """A price list that an account buys from; rank 1 is looked at first."""

    account = models.ForeignKey("crm_accounts.Account", on_delete=models.PROTECT, related_name="price_lists")
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="assignments")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "price_list"], name="price_list_assigned_once")]


class TaxRule(models.Model):
    """Which tax code a sale carries, by the buyer's treatment and the item's category; the narrower rule wins."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    treatment = models.CharField(
        max_length=14, default="domestic", help_text="domestic, reverse_charge, export, exempt"
    )
    category = models.ForeignKey(
        "foundation_items.Category", null=True, blank=True, on_delete=models.PROTECT, help_text="empty: any item"
    )
    tax_code = models.ForeignKey(
        "foundation_parties.TaxCode", null=True, blank=True, on_delete=models.PROTECT, help_text="empty: no tax"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "treatment", "category"], nulls_distinct=False, name="tax_rule_once"
            )
        ]
