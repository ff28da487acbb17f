import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_items", "0001_initial"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("iscm_demand", "0001_initial"),
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("state", models.CharField(default="building", max_length=8)),
                ("revision", models.PositiveIntegerField(help_text="place among the published plans", null=True)),
                ("as_of", models.DateTimeField()),
                ("watermark", models.BigIntegerField(default=0, help_text="newest changed_seq that it knows")),
                ("problem_hash", models.CharField(blank=True, max_length=64)),
                ("solution_hash", models.CharField(blank=True, max_length=64)),
                ("params", models.JSONField(default=dict)),
                ("engine", models.CharField(blank=True, max_length=40)),
                (
                    "blocks",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="items are spread over so many blocks, id modulo"
                    ),
                ),
                ("now", models.BigIntegerField(default=0, help_text="the planner's present, UTC seconds")),
                ("horizon_end", models.BigIntegerField(default=0, help_text="UTC seconds")),
                ("seconds", models.JSONField(default=dict, help_text="by phase: load, solve, publish")),
                ("counts", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("builder", models.CharField(help_text="process that builds it", max_length=120)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("building", "current", "past", "dead"))),
                        name="plan_run_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("company",), name="plan_run_one_current"
                    ),
                    models.UniqueConstraint(fields=("company", "revision"), name="plan_run_revision"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_blocks",
                        to="iscm_supply.planrun",
                    ),
                ),
                ("table", models.CharField(max_length=20)),
                ("block", models.PositiveSmallIntegerField()),
                ("codec", models.CharField(max_length=10)),
                ("bytes", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "table", "block"), name="plan_block_once")],
            },
        ),
        migrations.CreateModel(
            name="PlanException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="iscm_supply.planrun",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        help_text="expedite, defer, cancel, overdue, short, late, no_source, circle", max_length=10
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
                ("ref_kind", models.CharField(blank=True, max_length=40)),
                ("ref_id", models.BigIntegerField(default=0)),
                ("ref_line", models.BigIntegerField(default=0)),
                ("number", models.CharField(blank=True, help_text="of the document, as people know it", max_length=60)),
                ("units", rantai.kernel.fields.QuantityField(default=0)),
                ("is_on", models.DateField(help_text="when it comes as things stand", null=True)),
                ("wanted_on", models.DateField(help_text="when it should come", null=True)),
                ("cause", models.CharField(blank=True, max_length=20)),
                ("stake", models.BigIntegerField(default=0, help_text="1/10,000 of the company's currency unit")),
            ],
            options={
                "indexes": [models.Index(fields=["run", "kind"], name="plan_exception_kind")],
            },
        ),
        migrations.CreateModel(
            name="PlannedOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="planned_orders",
                        to="iscm_supply.planrun",
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        help_text="item, location, source, week, place in it: the same next day", max_length=80
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.source"
                    ),
                ),
                ("kind", models.CharField(help_text="purchase, production, transfer or dropship", max_length=10)),
                (
                    "supplier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        help_text="of a dropship",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="iscm_demand.demand",
                    ),
                ),
                ("proposed_units", rantai.kernel.fields.QuantityField(help_text="as the plan wants it")),
                ("units", rantai.kernel.fields.QuantityField(help_text="as it stands: a person may have changed it")),
                ("start_on", models.DateField(help_text="to be ordered or begun by the end of this day")),
                ("due_on", models.DateField(help_text="there by the end of this day")),
                ("plan_row", models.BigIntegerField(help_text="its row among the orders of the run")),
                ("unit_cost", rantai.kernel.fields.MoneyField(default=0, help_text="in `currency`")),
                ("currency", models.CharField(max_length=3)),
                (
                    "amount",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="units × unit cost in the company's currency; 0 where no rate is known"
                    ),
                ),
                (
                    "stake",
                    models.BigIntegerField(
                        default=0, help_text="of the orders behind it, 1/10,000 of the company's unit"
                    ),
                ),
                (
                    "for_orders",
                    rantai.kernel.fields.QuantityField(default=0, help_text="units that orders of customers wait for"),
                ),
                ("state", models.CharField(default="proposed", max_length=10)),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.decisionrecord",
                    ),
                ),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "document_kind",
                    models.CharField(blank=True, help_text="what it became when it was accepted", max_length=40),
                ),
                ("document_id", models.BigIntegerField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "proposed")), fields=["run", "start_on"], name="planned_order_open"
                    ),
                    models.Index(
                        condition=models.Q(("state", "dismissed")), fields=["identity"], name="planned_order_dismissed"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("proposed", "accepted", "dismissed", "released", "superseded"))
                        ),
                        name="planned_order_state_legal",
                    ),
                    models.UniqueConstraint(fields=("run", "identity"), name="planned_order_once"),
                    models.CheckConstraint(
                        condition=models.Q(("proposed_units__gt", 0), ("units__gt", 0)), name="planned_order_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["purchase", "production", "transfer", "dropship"])),
                        name="planned_order_kind_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dismissal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.CharField(max_length=80, unique=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="iscm_supply.plannedorder"
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("demand_ids", models.JSONField(default=list, help_text="orders of customers that stood behind it")),
                ("due_on", models.DateField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PlanOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="iscm_supply.planrun",
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_outcomes",
                        to="iscm_demand.demand",
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
                ("units", rantai.kernel.fields.QuantityField(help_text="open units when the plan was made")),
                ("pegged", rantai.kernel.fields.QuantityField(help_text="units that a supply is pegged to")),
                (
                    "short",
                    rantai.kernel.fields.QuantityField(default=0, help_text="units for which the plan knows no date"),
                ),
                ("due_on", models.DateField(help_text="promised, else requested, at the ship-to")),
                ("ship_on", models.DateField(help_text="when the last pegged unit leaves", null=True)),
                ("planned_on", models.DateField(help_text="when the last pegged unit is at the ship-to", null=True)),
                ("late_days", models.IntegerField(default=0)),
                ("cause", models.CharField(blank=True, help_text="leaf cause of what is late or short", max_length=20)),
                (
                    "cause_item",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "cause_location",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "cause_source",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.source",
                    ),
                ),
                (
                    "stake",
                    models.BigIntegerField(
                        default=0, help_text="what is at stake, 1/10,000 of the company's currency unit"
                    ),
                ),
                ("demand_seq", models.BigIntegerField(help_text="changed_seq of the demand as it was planned")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("late_days__gt", 0)), fields=["run", "-late_days"], name="plan_outcome_late"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("run", "demand"), name="plan_outcome_once")],
            },
        ),
    ]
