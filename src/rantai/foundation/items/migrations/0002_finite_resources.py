"""What limits a plan: kinds and dated capacity of resources, change-overs, alternates, what a supplier takes."""

import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_calendars", "0001_initial"),
        ("foundation_items", "0001_initial"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OperationAlternate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(default=2, help_text="the step's own resource is 1")),
            ],
        ),
        migrations.CreateModel(
            name="PlanningRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fence_days",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="working days in which nothing new is planned"
                    ),
                ),
                ("search", models.CharField(default="rank", help_text="rank, split or cost", max_length=5)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ResourceCapacity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("capacity", models.IntegerField(help_text="as the resource's own, in 1/10,000")),
            ],
        ),
        migrations.CreateModel(
            name="SetupTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_family", models.CharField(blank=True, help_text="empty: from any other", max_length=40)),
                ("to_family", models.CharField(max_length=40)),
                ("seconds", models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="bomline",
            name="choice",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="lines of one number: one of them is taken; 0: this"
            ),
        ),
        migrations.AddField(
            model_name="bomline",
            name="rank",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="among the lines of one choice: 1 is tried first"
            ),
        ),
        migrations.AddField(
            model_name="bomline",
            name="valid_from",
            field=models.DateField(blank=True, help_text="first day on which it is taken", null=True),
        ),
        migrations.AddField(
            model_name="bomline",
            name="valid_to",
            field=models.DateField(blank=True, help_text="first day on which it is taken no more", null=True),
        ),
        migrations.AddField(
            model_name="operation",
            name="setup_family",
            field=models.CharField(blank=True, help_text="works of one family need no change-over", max_length=40),
        ),
        migrations.AddField(
            model_name="resource",
            name="kind",
            field=models.CharField(default="finite", help_text="finite, day, week or infinite", max_length=8),
        ),
        migrations.AddField(
            model_name="source",
            name="fixed_quantity",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="every order is of so many units; 0: of any number"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="share",
            field=models.PositiveIntegerField(
                default=1, help_text="weight where an item's sources share what it needs"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="weekly_capacity",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="units that it takes orders for in a week; 0: no limit"
            ),
        ),
        migrations.AlterField(
            model_name="resource",
            name="capacity",
            field=models.IntegerField(
                default=10000, help_text="in 1/10,000: finite: works in parallel; day, week: hours of work in each"
            ),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["finite", "day", "week", "infinite"])), name="resource_kind_legal"
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(("fixed_quantity__gte", 0), ("weekly_capacity__gte", 0)), name="source_limits"
            ),
        ),
        migrations.AddField(
            model_name="operationalternate",
            name="operation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="alternates", to="foundation_items.operation"
            ),
        ),
        migrations.AddField(
            model_name="operationalternate",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.resource"
            ),
        ),
        migrations.AddField(
            model_name="planningrule",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="planning_rules", to="foundation_items.item"
            ),
        ),
        migrations.AddField(
            model_name="planningrule",
            name="location",
            field=models.ForeignKey(
                blank=True,
                help_text="empty: anywhere",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="foundation_locations.location",
            ),
        ),
        migrations.AddField(
            model_name="resourcecapacity",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="capacities", to="foundation_items.resource"
            ),
        ),
        migrations.AddField(
            model_name="setuptime",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="setup_times", to="foundation_items.resource"
            ),
        ),
        migrations.AddConstraint(
            model_name="operationalternate",
            constraint=models.UniqueConstraint(fields=("operation", "resource"), name="operation_alternate_once"),
        ),
        migrations.AddConstraint(
            model_name="planningrule",
            constraint=models.UniqueConstraint(fields=("item", "location"), name="planning_rule_once"),
        ),
        migrations.AddConstraint(
            model_name="planningrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("location", None)), fields=("item",), name="planning_rule_anywhere_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("search__in", ["rank", "split", "cost"])), name="planning_rule_search"
            ),
        ),
        migrations.AddConstraint(
            model_name="resourcecapacity",
            constraint=models.UniqueConstraint(fields=("resource", "from_on"), name="resource_capacity_once"),
        ),
        migrations.AddConstraint(
            model_name="resourcecapacity",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__gte", 0)), name="resource_capacity_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="setuptime",
            constraint=models.UniqueConstraint(fields=("resource", "from_family", "to_family"), name="setup_time_once"),
        ),
    ]
