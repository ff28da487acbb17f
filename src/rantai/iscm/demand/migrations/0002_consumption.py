"""What orders consume of the forecast, what leaves its band, and what customers are expected to order."""

import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_items", "0001_initial"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("iscm_demand", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_week", models.DateField(help_text="Monday")),
                (
                    "weeks_back",
                    models.PositiveSmallIntegerField(help_text="how far before its week an order may consume"),
                ),
                (
                    "weeks_forward",
                    models.PositiveSmallIntegerField(help_text="how far after its week an order may consume"),
                ),
                ("gross", models.BinaryField(help_text="forecast a week")),
                ("consumed", models.BinaryField(help_text="of it taken by orders, a week")),
                ("gross_units", rantai.kernel.fields.QuantityField(help_text="sum of its weeks")),
                ("consumed_units", rantai.kernel.fields.QuantityField(default=0, help_text="sum of its weeks")),
                ("changed_seq", models.BigIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        help_text="customer whose own forecast it is; empty: everybody without one",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balances",
                        to="iscm_demand.forecastrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ForecastConsumption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField(help_text="Monday")),
                ("units", rantai.kernel.fields.QuantityField()),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consumptions",
                        to="iscm_demand.forecastbalance",
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="demands are never deleted",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consumptions",
                        to="iscm_demand.demand",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignalRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=120)),
                ("state", models.CharField(default="staged", max_length=7)),
                ("signals", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("staged", "current", "past"))), name="signal_run_state_legal"
                    ),
                    models.UniqueConstraint(fields=("source", "key"), name="signal_run_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("source",), name="signal_run_one_current"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemandSignal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_week", models.DateField(help_text="Monday")),
                ("mean", models.BinaryField(help_text="base units a week")),
                ("variance", models.BinaryField(help_text="base units squared a week")),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        help_text="empty: all whose purchases follow no cycle, together",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="iscm_demand.signalrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccountSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("block", models.PositiveIntegerField()),
                ("codec", models.CharField(default="f4le+zlib", max_length=20)),
                ("item_ids", models.BinaryField(help_text="64-bit little-endian integers")),
                ("party_ids", models.BinaryField(help_text="64-bit little-endian integers, 0 everybody else")),
                ("mean", models.BinaryField(help_text="base units a week, (rows, horizon)")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_snapshots",
                        to="iscm_demand.forecastrun",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "block"), name="account_snapshot_once")],
            },
        ),
        migrations.CreateModel(
            name="ConsumptionPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weeks_back", models.PositiveSmallIntegerField()),
                ("weeks_forward", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "category",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.category",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("item", None), ("category", None), _connector="OR"),
                        name="consumption_policy_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weeks_back__lte", 12), ("weeks_forward__lte", 12)),
                        name="consumption_policy_weeks",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("share", models.FloatField(help_text="statistic: of the item's demand at this location")),
                (
                    "weight",
                    models.FloatField(
                        help_text="statistic: of the customers' signals, 0 to 1; the rest is the statistics'"
                    ),
                ),
                (
                    "signals_error",
                    models.FloatField(help_text="statistic: mean squared error of a tested week, signals"),
                ),
                (
                    "statistics_error",
                    models.FloatField(help_text="statistic: mean squared error of a tested week, statistics"),
                ),
                ("tested_weeks", models.PositiveSmallIntegerField()),
                (
                    "added",
                    models.BinaryField(
                        help_text="base units a week on top of the statistics, may be negative, (horizon,)"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="iscm_demand.forecastrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "item", "location"), name="customer_term_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("location", None)),
                        fields=("run", "item"),
                        name="customer_term_once_nowhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0), ("weight__lte", 1)), name="customer_term_weight"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemandDeviation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(default="open", max_length=9)),
                ("direction", models.CharField(help_text="above or below", max_length=5)),
                ("starts_on", models.DateField(help_text="Monday of the first week compared")),
                ("ends_on", models.DateField(help_text="day after the last one compared")),
                (
                    "is_whole",
                    models.BooleanField(help_text="whole weeks, days to come included, not only the days gone by"),
                ),
                ("ordered", rantai.kernel.fields.QuantityField(help_text="asked for by orders in that time")),
                ("expected", rantai.kernel.fields.QuantityField(help_text="forecast of that time")),
                ("low", rantai.kernel.fields.QuantityField(help_text="one time in ten it is less")),
                ("high", rantai.kernel.fields.QuantityField(help_text="one time in ten it is more")),
                ("order_lines", models.PositiveIntegerField()),
                (
                    "accounts",
                    models.JSONField(default=list, help_text="[party, units], largest first; adds up to `ordered`"),
                ),
                (
                    "classes",
                    models.JSONField(
                        default=list, help_text="[demand class, units], largest first; adds up to `ordered`"
                    ),
                ),
                (
                    "places",
                    models.JSONField(default=list, help_text="[location, units], largest first; adds up to `ordered`"),
                ),
                (
                    "stake",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="margin of the deviation, in the company's currency"
                    ),
                ),
                ("suggested_from", models.DateField(help_text="Monday of the first week to change")),
                ("suggested_until", models.DateField(help_text="Monday after the last week to change")),
                ("suggested_factor", models.IntegerField(help_text="times the forecast, in 1/10,000", null=True)),
                (
                    "suggested_quantity",
                    models.BigIntegerField(help_text="units a week in 1/10,000, where nothing was expected", null=True),
                ),
                (
                    "suggested_units",
                    rantai.kernel.fields.QuantityField(
                        help_text="what that adds over those weeks; negative: takes off"
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(help_text="when orders were last compared")),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "override",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="iscm_demand.forecastoverride",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        help_text="forecast that orders left",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="iscm_demand.forecastrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "-stake", "-id"], name="demand_deviation_worth"),
                    models.Index(fields=["item", "run"], name="demand_deviation_item"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "accepted", "dismissed", "cleared"))),
                        name="demand_deviation_state_legal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["above", "below"])), name="demand_deviation_direction"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("item",), name="demand_deviation_one_open"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="forecastbalance",
            index=models.Index(fields=["item", "party"], name="forecast_balance_item"),
        ),
        migrations.AddConstraint(
            model_name="forecastbalance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("party__isnull", False)),
                fields=("item", "location", "party"),
                name="forecast_balance_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="forecastbalance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("party", None)), fields=("item", "location"), name="forecast_balance_others"
            ),
        ),
        migrations.AddConstraint(
            model_name="forecastbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(("consumed_units__gte", 0), ("consumed_units__lte", models.F("gross_units"))),
                name="forecast_balance_not_overdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="forecastconsumption",
            constraint=models.UniqueConstraint(fields=("demand", "balance", "week"), name="forecast_consumption_once"),
        ),
        migrations.AddConstraint(
            model_name="forecastconsumption",
            constraint=models.CheckConstraint(
                condition=models.Q(("units__gt", 0)), name="forecast_consumption_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="demandsignal",
            constraint=models.UniqueConstraint(fields=("run", "item", "party"), name="demand_signal_once"),
        ),
        migrations.AddConstraint(
            model_name="demandsignal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("party", None)), fields=("run", "item"), name="demand_signal_once_others"
            ),
        ),
    ]
