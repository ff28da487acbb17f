import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_calendars", "0001_initial"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="foundation_items.category",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "location",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_locations.location"),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_calendars.calendar",
                    ),
                ),
                ("capacity", models.IntegerField(default=10000, help_text="parallel units of work, in 1/10,000")),
                (
                    "efficiency",
                    models.IntegerField(default=10000, help_text="in 1/10,000: durations are divided by it"),
                ),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        help_text="UN/ECE Recommendation 20 where there is one", max_length=10, unique=True
                    ),
                ),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                ("kind", models.CharField(default="stocked", max_length=10)),
                (
                    "base_unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_items.unit"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_items.category",
                    ),
                ),
                ("gtin", models.CharField(blank=True, max_length=14)),
                ("is_sold", models.BooleanField(default=True)),
                ("is_blocked", models.BooleanField(default=False, help_text="takes no new orders")),
                (
                    "is_placeholder",
                    models.BooleanField(default=False, help_text="came from history; look at its source and lead time"),
                ),
                ("tracking", models.CharField(default="none", help_text="none, lot or serial", max_length=6)),
                (
                    "standard_cost",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="for one base unit, in the company's currency"
                    ),
                ),
                ("weight_g", models.BigIntegerField(default=0, help_text="grams of one base unit")),
                (
                    "decoupling",
                    models.CharField(default="stock", help_text="stock, assemble, make, dropship", max_length=9),
                ),
                ("custom", models.JSONField(blank=True, default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["stocked", "service", "charge"])), name="item_kind_legal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tracking__in", ["none", "lot", "serial"])), name="item_tracking_legal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decoupling__in", ["stock", "assemble", "make", "dropship"])),
                        name="item_decoupling_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillOfMaterials",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bills", to="foundation_items.item"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_locations.location",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                (
                    "batch",
                    rantai.kernel.fields.QuantityField(
                        default=10000, help_text="output that the lines are written for"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BomLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="foundation_items.billofmaterials",
                    ),
                ),
                (
                    "component",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="used_in", to="foundation_items.item"
                    ),
                ),
                ("quantity", rantai.kernel.fields.QuantityField(help_text="for the bill's batch")),
                ("yield_share", models.IntegerField(default=10000, help_text="in 1/10,000: what survives")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "operation",
                    models.PositiveSmallIntegerField(default=0, help_text="step of the routing that takes it"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="bom_line_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("yield_share__gt", 0), ("yield_share__lte", 10000)), name="bom_line_yield"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="units", to="foundation_items.item"
                    ),
                ),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_items.unit")),
                ("numerator", models.BigIntegerField()),
                ("denominator", models.BigIntegerField(default=1)),
                ("gtin", models.CharField(blank=True, max_length=14)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "unit"), name="item_unit_once"),
                    models.CheckConstraint(
                        condition=models.Q(("denominator__gt", 0), ("numerator__gt", 0)), name="item_unit_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Routing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="routings", to="foundation_items.item"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_locations.location",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "routing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="operations",
                        to="foundation_items.routing",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField()),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_items.resource",
                    ),
                ),
                ("setup_seconds", models.BigIntegerField(default=0)),
                (
                    "seconds_per_unit",
                    models.BigIntegerField(default=0, help_text="working seconds of one base unit, in 1/10,000"),
                ),
                ("wait_seconds", models.BigIntegerField(default=0, help_text="after the step, such as drying")),
                (
                    "is_milestone",
                    models.BooleanField(default=True, help_text="customers of made-to-order goods are told"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("routing", "step"), name="operation_step")],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sources", to="foundation_items.item"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: anywhere",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_locations.location",
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                (
                    "supplier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources_out",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_items.billofmaterials",
                    ),
                ),
                (
                    "routing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_items.routing",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1, help_text="1 is tried first")),
                (
                    "lead_time_days",
                    models.PositiveSmallIntegerField(default=0, help_text="working days of the supplier or site"),
                ),
                (
                    "lead_time_sd_days",
                    models.FloatField(default=0.0, help_text="standard deviation of the lead time, days, statistic"),
                ),
                ("minimum", rantai.kernel.fields.QuantityField(default=0)),
                ("multiple", rantai.kernel.fields.QuantityField(default=0, help_text="0: any quantity")),
                ("maximum", rantai.kernel.fields.QuantityField(default=0, help_text="of one order; 0: no limit")),
                ("cost", rantai.kernel.fields.MoneyField(default=0, help_text="for one base unit")),
                ("currency", models.CharField(blank=True, help_text="of the cost; empty: the company's", max_length=3)),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_calendars.calendar",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "is_placeholder",
                    models.BooleanField(default=False, help_text="assumed at an import; set the real lead time"),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["item", "location", "rank"], name="source_of_item")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "buy"),
                            ("kind", "dropship"),
                            ("kind", "make"),
                            models.Q(("kind", "move"), ("origin__isnull", False)),
                            _connector="OR",
                        ),
                        name="source_kind_legal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost__gte", 0), ("maximum__gte", 0), ("minimum__gte", 0), ("multiple__gte", 0)
                        ),
                        name="source_sizes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin", models.F("location")), _negated=True),
                        name="source_not_from_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubstitutionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutes",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitute_for",
                        to="foundation_items.item",
                    ),
                ),
                ("scope", models.CharField(default="sales", help_text="sales or bill", max_length=5)),
                ("numerator", models.BigIntegerField(default=1, help_text="substitute units for `denominator` units")),
                ("denominator", models.BigIntegerField(default=1)),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("item", models.F("substitute")), _negated=True),
                        name="substitute_is_another",
                    )
                ],
            },
        ),
    ]
