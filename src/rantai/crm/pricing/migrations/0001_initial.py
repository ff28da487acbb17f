import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm_accounts", "0001_initial"),
        ("foundation_access", "0001_initial"),
        ("foundation_items", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("code", models.CharField(max_length=40)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                ("currency", models.CharField(max_length=3)),
                (
                    "tax_code",
                    models.ForeignKey(
                        blank=True,
                        help_text="of domestic sales from this list: an inclusive code where its prices contain the tax",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.taxcode",
                    ),
                ),
                (
                    "is_default",
                    models.BooleanField(default=False, help_text="for customers without a list of their own"),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="price_list_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("company", "currency"),
                        name="price_list_one_default",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prices", to="crm_pricing.pricelist"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prices", to="foundation_items.item"
                    ),
                ),
                ("unit_price", rantai.kernel.fields.MoneyField(help_text="for one base unit, four decimals")),
                (
                    "minimum_quantity",
                    rantai.kernel.fields.QuantityField(default=0, help_text="base units from which the price holds"),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: everywhere",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_access.territory",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["price_list", "item", "minimum_quantity"], name="price_of_item")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minimum_quantity__gte", 0), ("unit_price__gte", 0)),
                        name="price_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__isnull", True),
                            ("valid_to__isnull", True),
                            ("valid_from__lt", models.F("valid_to")),
                            _connector="OR",
                        ),
                        name="price_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceListAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="price_lists",
                        to="crm_accounts.account",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="crm_pricing.pricelist",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "price_list"), name="price_list_assigned_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                (
                    "treatment",
                    models.CharField(
                        default="domestic", help_text="domestic, reverse_charge, export, exempt", max_length=14
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: any item",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_items.category",
                    ),
                ),
                (
                    "tax_code",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: no tax",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.taxcode",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "treatment", "category"), name="tax_rule_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
