import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_access", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="crm_accounts.account",
                    ),
                ),
                (
                    "currency",
                    models.CharField(blank=True, help_text="in which it buys; empty: the company's", max_length=3),
                ),
                (
                    "payment_term",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.paymentterm",
                    ),
                ),
                (
                    "credit_limit",
                    models.BigIntegerField(
                        blank=True,
                        help_text="1/10,000 of the company's currency; above it an order is held; empty: none",
                        null=True,
                    ),
                ),
                (
                    "open_amount",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="invoiced and not yet paid, in the company's currency"
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_access.territory",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "demand_class",
                    models.CharField(default="standard", help_text="how supply is shared when short", max_length=40),
                ),
                ("tax_treatment", models.CharField(default="domestic", max_length=14)),
                ("tax_id", models.CharField(blank=True, help_text="needed for the reverse charge", max_length=40)),
                ("first_order_at", models.DateTimeField(help_text="since when it buys, history included", null=True)),
                ("last_order_at", models.DateTimeField(null=True)),
                (
                    "lifetime_value",
                    models.BigIntegerField(
                        help_text="expected margin of a year, 1/10,000 of the company's currency, statistic", null=True
                    ),
                ),
                (
                    "churn_sensitivity",
                    models.IntegerField(
                        default=0,
                        help_text="in 1/10,000: how much a broken promise moves the chance that it stays, statistic",
                    ),
                ),
                ("valued_on", models.DateField(help_text="as of when value and sensitivity hold", null=True)),
                ("custom", models.JSONField(blank=True, default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-lifetime_value"], name="account_by_value"),
                    models.Index(fields=["-last_order_at"], name="account_by_last_order"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tax_treatment__in", ("domestic", "reverse_charge", "export", "exempt"))),
                        name="account_tax_treatment_legal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credit_limit__isnull", True), ("credit_limit__gte", 0), _connector="OR"),
                        name="account_credit_limit_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("churn_sensitivity__gte", 0), ("churn_sensitivity__lte", 10000)),
                        name="account_sensitivity_share",
                    ),
                ],
            },
        ),
    ]
