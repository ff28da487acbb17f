import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_items", "0001_initial"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Demand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        help_text="kind of the document that wants it, such as sales_order", max_length=40
                    ),
                ),
                ("order_id", models.BigIntegerField()),
                ("line", models.BigIntegerField()),
                ("schedule", models.PositiveIntegerField(default=1)),
                ("generation", models.PositiveIntegerField(default=1)),
                ("number", models.CharField(help_text="the document's number, for papers", max_length=40)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.party"
                    ),
                ),
                (
                    "address",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.address",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        help_text="ships from",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("fulfilled", rantai.kernel.fields.QuantityField(default=0)),
                ("cancelled", rantai.kernel.fields.QuantityField(default=0)),
                ("reserved", rantai.kernel.fields.QuantityField(default=0)),
                ("requested_on", models.DateField(help_text="at the ship-to")),
                ("due_at", models.DateTimeField(help_text="end of the requested day at the ship-to")),
                ("ships_complete", models.BooleanField(default=False, help_text="the whole order at once")),
                ("demand_class", models.CharField(default="standard", max_length=40)),
                ("margin_per_unit", rantai.kernel.fields.MoneyField(default=0, help_text="in the company's currency")),
                (
                    "lifetime_value",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="what remains of it, in the company's currency"
                    ),
                ),
                ("churn_sensitivity", models.IntegerField(default=0, help_text="in 1/10,000")),
                (
                    "floor_units",
                    rantai.kernel.fields.QuantityField(default=0, help_text="owed by contract whatever it costs"),
                ),
                ("penalty_per_day", rantai.kernel.fields.MoneyField(default=0, help_text="in the company's currency")),
                ("state", models.CharField(default="open", max_length=9)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(blank=True, max_length=80)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["item", "due_at"], name="demand_open")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "order_id", "line", "schedule", "generation"), name="demand_one_for_each_line"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled__gte", 0),
                            ("fulfilled__gte", 0),
                            ("reserved__gte", 0),
                            ("units__gt", 0),
                            (
                                "units__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("fulfilled"), "+", models.F("cancelled")
                                    ),
                                    "+",
                                    models.F("reserved"),
                                ),
                            ),
                        ),
                        name="demand_units_add_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "fulfilled", "cancelled"))), name="demand_state_legal"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        help_text="empty: every location together",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("starts_on", models.DateField(help_text="Monday of its first week")),
                ("ends_on", models.DateField(help_text="Monday after its last week")),
                (
                    "quantity",
                    models.BigIntegerField(help_text="units a week instead of the forecast, in 1/10,000", null=True),
                ),
                ("factor", models.IntegerField(help_text="times the forecast, in 1/10,000", null=True)),
                ("reason", models.CharField(max_length=300)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(help_text="taken back", null=True)),
                ("ended_by", models.CharField(blank=True, max_length=80)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["item", "ends_on"],
                        name="forecast_override_live",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("factor", None), ("quantity__gte", 0), ("quantity__isnull", False)),
                            models.Q(("factor__gte", 0), ("factor__isnull", False), ("quantity", None)),
                            _connector="OR",
                        ),
                        name="forecast_override_one_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lt", models.F("ends_on"))), name="forecast_override_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="forecast_override_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="names who asked, so that asking twice runs once", max_length=120
                    ),
                ),
                ("state", models.CharField(default="staged", max_length=7)),
                ("as_of", models.DateTimeField()),
                ("first_week", models.DateField(help_text="Monday of the first week forecast")),
                ("horizon", models.PositiveSmallIntegerField(help_text="weeks")),
                (
                    "codec",
                    models.CharField(default="f4le", help_text="of the packed columns of its series", max_length=20),
                ),
                ("methods", models.JSONField(default=list, help_text="rows of the packed tournament, in order")),
                ("params", models.JSONField(default=dict)),
                ("figures", models.JSONField(default=dict, help_text="what was read, left out and found")),
                ("engine", models.CharField(blank=True, max_length=40)),
                ("series_count", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0, help_text="time taken, statistic")),
                ("started_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("key", ""), _negated=True), fields=["key"], name="forecast_run_key"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("staged", "current", "past"))),
                        name="forecast_run_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("state",), name="forecast_run_one_current"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="iscm_demand.forecastrun",
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
                ("method", models.CharField(max_length=20)),
                ("demand_class", models.CharField(max_length=12)),
                ("mean", models.BinaryField(help_text="base units a week, (horizon,)")),
                ("quantiles", models.BinaryField(help_text="base units a week, (horizon, 9) at .1 to .9")),
                (
                    "tournament",
                    models.BinaryField(
                        help_text="(methods, 7): MASE, WMAPE, bias, Σ|A−F|, Σ(F−A), score, weight; not a number where it could not run"
                    ),
                ),
                (
                    "wmape",
                    models.FloatField(
                        help_text="statistic: Σ|A−F| ÷ ΣA of the chosen method, out of sample", null=True
                    ),
                ),
                ("bias", models.FloatField(help_text="statistic: Σ(F−A) ÷ ΣA, + is too much", null=True)),
                ("mase", models.FloatField(help_text="statistic: error in units of the naive method's", null=True)),
                ("abs_error", models.FloatField(help_text="statistic: Σ|A−F|, base units", null=True)),
                ("net_error", models.FloatField(help_text="statistic: Σ(F−A), base units", null=True)),
                (
                    "tested_units",
                    models.FloatField(default=0.0, help_text="statistic: ΣA of the tested weeks, base units"),
                ),
                (
                    "tested_weeks",
                    models.PositiveSmallIntegerField(default=0, help_text="weeks tested after each origin"),
                ),
                ("origins", models.PositiveSmallIntegerField(default=0, help_text="how often it was tested")),
                ("error_std", models.FloatField(default=0.0, help_text="statistic: error of one week, base units")),
                ("is_seasonal", models.BooleanField(default=False)),
                ("history_weeks", models.PositiveIntegerField(default=0)),
                (
                    "expected_units",
                    rantai.kernel.fields.QuantityField(
                        default=0, help_text="of the next 13 weeks, without what people changed"
                    ),
                ),
                (
                    "expected_amount",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="those units at standard cost, in the company's currency"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["run", "-expected_amount", "-id"], name="forecast_series_worth"),
                    models.Index(fields=["run", "-expected_units", "-id"], name="forecast_series_volume"),
                    models.Index(fields=["run", "-abs_error", "-id"], name="forecast_series_error"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "item", "location"), name="forecast_series_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("location", None)),
                        fields=("run", "item"),
                        name="forecast_series_once_nowhere",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="iscm_demand.forecastrun",
                    ),
                ),
                ("block", models.PositiveIntegerField()),
                ("codec", models.CharField(default="f4le+zlib", max_length=20)),
                ("item_ids", models.BinaryField(help_text="64-bit little-endian integers")),
                ("location_ids", models.BinaryField(help_text="64-bit little-endian integers, 0 nowhere")),
                (
                    "statistical",
                    models.BinaryField(help_text="base units a week, (series, horizon), as the engine found it"),
                ),
                (
                    "final",
                    models.BinaryField(help_text="base units a week, (series, horizon), with what people changed"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "block"), name="forecast_snapshot_once")],
            },
        ),
        migrations.CreateModel(
            name="HistoryRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("state", models.CharField(default="staged", max_length=7)),
                ("rows", models.BigIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("staged", "current", "removed"))),
                        name="history_run_state_legal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="milestones", to="iscm_demand.demand"
                    ),
                ),
                ("code", models.CharField(help_text="of rantai.iscm.milestones", max_length=20)),
                ("subject_id", models.BigIntegerField(default=0, help_text="shipment or production order, 0 none")),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="k of `of` operations")),
                ("of", models.PositiveSmallIntegerField(default=0)),
                ("units", rantai.kernel.fields.QuantityField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("demand", "code", "subject_id", "position"), name="milestone_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PastDemand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="past_demands",
                        to="iscm_demand.historyrun",
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
                ("day", models.DateField()),
                (
                    "units",
                    rantai.kernel.fields.QuantityField(
                        help_text="net of returns that were tied to their sale; may be negative"
                    ),
                ),
                ("order_lines", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["item", "location", "day"], name="past_demand_series")],
            },
        ),
    ]
