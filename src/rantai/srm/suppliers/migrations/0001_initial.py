import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_calendars", "0001_initial"),
        ("foundation_items", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Supplier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplier",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "tier_class",
                    models.CharField(default="approved", help_text="core, preferred, approved, spot", max_length=10),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="days on which it works; empty: every day",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_calendars.calendar",
                    ),
                ),
                (
                    "currency",
                    models.CharField(blank=True, help_text="of its orders; empty: the company's", max_length=3),
                ),
                (
                    "payment_term",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.paymentterm",
                    ),
                ),
                (
                    "minimum_order",
                    rantai.kernel.fields.MoneyField(default=0, help_text="smallest order in its currency; 0: none"),
                ),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(default=2, help_text="working days to answer an order"),
                ),
                ("is_blocked", models.BooleanField(default=False, help_text="gets no new orders")),
                ("note", models.TextField(blank=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tier_class__in", ("core", "preferred", "approved", "spot"))),
                        name="supplier_tier_legal",
                    ),
                    models.CheckConstraint(condition=models.Q(("minimum_order__gte", 0)), name="supplier_minimum"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierOf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplies",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplied_by",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        help_text="what the customer gets of it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_items.item",
                    ),
                ),
                ("part", models.CharField(blank=True, help_text="what the supplier calls the part", max_length=120)),
                ("lead_time_days", models.PositiveSmallIntegerField(blank=True, help_text="working days", null=True)),
                ("share", models.IntegerField(default=10000, help_text="of the customer's need, in 1/10,000")),
                (
                    "units_per_unit",
                    rantai.kernel.fields.QuantityField(default=10000, help_text="parts for one base unit of the item"),
                ),
                ("source", models.CharField(blank=True, help_text="who told us", max_length=80)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("supplier", "customer", "item", "part"), name="supplier_of_once"),
                    models.CheckConstraint(
                        condition=models.Q(("supplier", models.F("customer")), _negated=True),
                        name="supplier_of_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 10000)), name="supplier_of_share"
                    ),
                ],
            },
        ),
    ]
