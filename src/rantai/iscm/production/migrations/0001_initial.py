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
        ("iscm_inventory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductionOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("number", models.CharField(blank=True, help_text="given at release", max_length=40)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField(help_text="good units wanted")),
                ("good", rantai.kernel.fields.QuantityField(default=0, help_text="good units made")),
                ("scrap", rantai.kernel.fields.QuantityField(default=0, help_text="units lost on the way")),
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
                    "bill",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.billofmaterials",
                    ),
                ),
                (
                    "routing",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.routing",
                    ),
                ),
                ("state", models.CharField(default="planned", max_length=9)),
                ("start_on", models.DateField(help_text="day on which work must begin")),
                ("due_on", models.DateField(help_text="finished by the end of this day")),
                (
                    "cause_kind",
                    models.CharField(help_text="demand, planned_order, production_order, manual", max_length=40),
                ),
                ("cause_id", models.BigIntegerField()),
                ("cause_line", models.BigIntegerField(default=0)),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="iscm_inventory.lot",
                    ),
                ),
                (
                    "unit_cost",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="of one good unit, from the components that were issued"
                    ),
                ),
                ("policy_id", models.BigIntegerField(help_text="ApprovalPolicy that released it", null=True)),
                (
                    "material_ordered_at",
                    models.DateTimeField(help_text="when all that had to be bought was on order", null=True),
                ),
                (
                    "material_arrived_at",
                    models.DateTimeField(help_text="when all that had to be bought was there", null=True),
                ),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.CharField(blank=True, max_length=80)),
                ("released_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["closed", "cancelled"]), _negated=True),
                        fields=["due_on", "id"],
                        name="production_order_open",
                    ),
                    models.Index(fields=["item", "location"], name="production_order_item"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("planned", "released", "started", "finished", "closed", "cancelled"))
                        ),
                        name="production_order_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("company", "number"),
                        name="production_order_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cause_kind", "manual"), _negated=True),
                        fields=("cause_kind", "cause_id", "cause_line"),
                        name="production_order_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("good__gte", 0), ("scrap__gte", 0), ("units__gt", 0)),
                        name="production_order_units",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("start_on__lte", models.F("due_on"))), name="production_order_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["planned", "cancelled"]),
                            models.Q(("number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="production_order_numbered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductionComponent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="components",
                        to="iscm_production.productionorder",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("operation", models.PositiveSmallIntegerField(default=0, help_text="step that takes it; 0 the first")),
                (
                    "needed",
                    rantai.kernel.fields.QuantityField(help_text="for all units of the order, what is lost included"),
                ),
                ("reserved", rantai.kernel.fields.QuantityField(default=0, help_text="held in stock for it")),
                ("issued", rantai.kernel.fields.QuantityField(default=0, help_text="taken from stock into the work")),
                ("needed_on", models.DateField()),
                (
                    "asked",
                    rantai.kernel.fields.QuantityField(default=0, help_text="units that purchasing was asked for"),
                ),
                ("ordered_at", models.DateTimeField(help_text="when those were sent to a supplier", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["item", "needed_on"], name="production_component_item")],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "item", "operation"), name="production_component_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued__gte", 0),
                            ("needed__gt", 0),
                            (
                                "needed__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("reserved"), "+", models.F("issued")
                                ),
                            ),
                            ("reserved__gte", 0),
                        ),
                        name="production_component_units",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductionPeg",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pegs",
                        to="iscm_production.productionorder",
                    ),
                ),
                (
                    "demand_id",
                    models.BigIntegerField(db_index=True, help_text="the demand of the house's own demand app"),
                ),
                ("order_kind", models.CharField(max_length=40)),
                ("order_id_of", models.BigIntegerField(help_text="document that wants it")),
                ("line", models.BigIntegerField()),
                ("schedule", models.PositiveIntegerField(default=1)),
                ("number", models.CharField(help_text="the document's number, for papers", max_length=40)),
                ("units", rantai.kernel.fields.QuantityField()),
                ("ended_at", models.DateTimeField(help_text="the demand no longer wants it", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "demand_id"), name="production_peg_once"),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="production_peg_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="iscm_production.productionorder",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField(help_text="number in the routing")),
                ("position", models.PositiveSmallIntegerField(help_text="k of `of` steps")),
                ("of", models.PositiveSmallIntegerField()),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "resource",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.resource",
                    ),
                ),
                ("planned_seconds", models.BigIntegerField(default=0, help_text="working time for all units")),
                ("is_milestone", models.BooleanField(default=True, help_text="customers are told")),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("good", rantai.kernel.fields.QuantityField(default=0)),
                ("scrap", rantai.kernel.fields.QuantityField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("started_by", models.CharField(blank=True, max_length=80)),
                ("finished_at", models.DateTimeField(null=True)),
                ("finished_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("waiting", "running", "finished"))),
                        name="production_step_state_legal",
                    ),
                    models.UniqueConstraint(fields=("order", "position"), name="production_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(("good__gte", 0), ("scrap__gte", 0)), name="production_step_units"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="productionorder",
            name="supplies",
            field=models.ForeignKey(
                help_text="the component of another order that it is made for",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_by",
                to="iscm_production.productioncomponent",
            ),
        ),
    ]
