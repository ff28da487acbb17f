import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm_accounts", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Valuation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("as_of", models.DateField(help_text="last day that was looked at")),
                ("state", models.CharField(default="staged", max_length=10)),
                ("currency", models.CharField(help_text="of all its amounts", max_length=3)),
                ("method", models.CharField(help_text="model of purchases and of amounts", max_length=60)),
                ("parameters", models.JSONField(default=dict, help_text="what was fitted")),
                (
                    "reasons",
                    models.JSONField(default=list, help_text="codes: why a simpler method was used, what was left out"),
                ),
                ("horizon_days", models.PositiveIntegerField()),
                ("margin_share", models.FloatField(help_text="of the price, statistic")),
                ("margin_basis", models.CharField(help_text="orders, settings or assumed", max_length=10)),
                ("customers", models.PositiveIntegerField(default=0, help_text="who ever bought")),
                (
                    "alive",
                    models.FloatField(default=0.0, help_text="expected number of them that will buy again, statistic"),
                ),
                ("value", rantai.kernel.fields.MoneyField(default=0, help_text="sum of lifetime values")),
                ("at_risk", rantai.kernel.fields.MoneyField(default=0, help_text="sum of values at risk")),
                (
                    "curve",
                    models.JSONField(
                        default=list, help_text="cumulative share of value by percentile of customers, best first"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("staged", "current", "superseded"))),
                        name="valuation_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("company",), name="valuation_one_current"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "valuation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="crm_insight.valuation",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="values", to="crm_accounts.account"
                    ),
                ),
                ("rank", models.PositiveIntegerField(help_text="1 is worth most")),
                ("purchases", models.PositiveIntegerField(help_text="days on which it bought")),
                ("recency_days", models.IntegerField(help_text="from the first to the last purchase")),
                ("age_days", models.IntegerField(help_text="from the first purchase to the valuation")),
                ("idle_days", models.IntegerField(help_text="from the last purchase to the valuation")),
                ("net_amount", rantai.kernel.fields.MoneyField(help_text="bought so far, returns taken off")),
                ("recency_score", models.PositiveSmallIntegerField(help_text="1 to 5, 5 the most recent")),
                ("frequency_score", models.PositiveSmallIntegerField(help_text="1 to 5, 5 the most often")),
                ("monetary_score", models.PositiveSmallIntegerField(help_text="1 to 5, 5 the most money")),
                ("probability_alive", models.FloatField(help_text="0 to 1, statistic")),
                ("expected_purchases", models.FloatField(help_text="in the horizon, statistic")),
                ("expected_value", rantai.kernel.fields.MoneyField(help_text="margin of one purchase")),
                (
                    "lifetime_value",
                    rantai.kernel.fields.MoneyField(help_text="expected margin of the horizon, discounted"),
                ),
                ("at_risk", rantai.kernel.fields.MoneyField(help_text="probability that it is lost × lifetime value")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["valuation", "rank"], name="account_value_rank"),
                    models.Index(fields=["valuation", "-at_risk"], name="account_value_risk"),
                ],
                "constraints": [models.UniqueConstraint(fields=("valuation", "account"), name="account_value_once")],
            },
        ),
    ]
