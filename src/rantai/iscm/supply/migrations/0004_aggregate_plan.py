"""Keep plans of the months: loads of resources and stock built ahead, by week."""

import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_items", "0002_finite_resources"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("iscm_supply", "0003_exception_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="AggregatePlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(default="proposed", max_length=9)),
                ("as_of", models.DateTimeField()),
                ("first_week", models.DateField(help_text="its first Monday")),
                ("weeks", models.PositiveSmallIntegerField()),
                ("places", models.PositiveIntegerField(help_text="item-locations that it looks at")),
                (
                    "left_out",
                    models.PositiveIntegerField(
                        help_text="item-locations that touch nothing limited, or were too many"
                    ),
                ),
                ("sources", models.PositiveIntegerField()),
                ("costs", models.JSONField(default=dict, help_text="by kind, 1/10,000 of the company's currency unit")),
                ("cost", rantai.kernel.fields.MoneyField(help_text="of all kinds")),
                (
                    "cost_waiting",
                    rantai.kernel.fields.MoneyField(
                        help_text="of the plan that builds nothing ahead: who is short waits"
                    ),
                ),
                ("gap_ppm", models.PositiveIntegerField(help_text="share of the cost that is not proven to be needed")),
                ("was_cut", models.BooleanField(help_text="whether the search ended before the gap was closed")),
                ("engine", models.CharField(max_length=40)),
                ("seconds", models.FloatField(help_text="wall time, statistic")),
                ("asked_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("decided_at", models.DateTimeField(null=True)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AggregateLoad",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="its place in the plan")),
                ("week", models.DateField()),
                ("hours", rantai.kernel.fields.QuantityField(help_text="regular hours (of a supplier: units)")),
                ("load", rantai.kernel.fields.QuantityField(help_text="hours that are worked")),
                ("overtime", rantai.kernel.fields.QuantityField(help_text="of them beyond the regular ones")),
                ("hour_value", rantai.kernel.fields.MoneyField(help_text="what an hour more in this week would save")),
                (
                    "resource",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.resource",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.source",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="loads",
                        to="iscm_supply.aggregateplan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AggregateStock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                ("stock", rantai.kernel.fields.QuantityField(help_text="at the end of the week")),
                (
                    "taken",
                    rantai.kernel.fields.QuantityField(help_text="by demand and by what is made of it, in the week"),
                ),
                ("ahead", rantai.kernel.fields.QuantityField(help_text="of the stock what is built ahead of its week")),
                ("holding", rantai.kernel.fields.MoneyField(help_text="of what is built ahead, for the week")),
                ("short_week", models.DateField(help_text="the week for which it is built ahead", null=True)),
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
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stocks",
                        to="iscm_supply.aggregateplan",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.resource",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.source",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="aggregateplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("proposed", "standing", "returned", "replaced"))),
                name="aggregate_plan_state_legal",
            ),
        ),
        migrations.AddConstraint(
            model_name="aggregateplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "standing")), fields=("company",), name="aggregate_plan_one_stands"
            ),
        ),
        migrations.AddConstraint(
            model_name="aggregateload",
            constraint=models.UniqueConstraint(fields=("plan", "number", "week"), name="aggregate_load_once"),
        ),
        migrations.AddConstraint(
            model_name="aggregatestock",
            constraint=models.UniqueConstraint(
                fields=("plan", "item", "location", "week"), name="aggregate_stock_once"
            ),
        ),
    ]
