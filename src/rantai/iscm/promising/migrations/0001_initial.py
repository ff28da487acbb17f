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
    ]

    operations = [
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "demand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="promise",
                        serialize=False,
                        to="iscm_demand.demand",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("promised_on", models.DateField(help_text="what we said", null=True)),
                ("expected_on", models.DateField(help_text="what we expect: the median", null=True)),
                ("p80_on", models.DateField(help_text="kept in four of five cases", null=True)),
                ("p90_on", models.DateField(null=True)),
                ("basis", models.CharField(blank=True, help_text="the weakest of its slices", max_length=9)),
                (
                    "location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("unpromised", rantai.kernel.fields.QuantityField(default=0, help_text="units without any date")),
                ("reason", models.CharField(blank=True, help_text="why units have none", max_length=20)),
                ("is_shortage_told", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["promised_on"], name="promise_day")],
            },
        ),
        migrations.CreateModel(
            name="PromiseRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promise_revisions",
                        to="iscm_demand.demand",
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("promised_on", models.DateField(null=True)),
                ("expected_on", models.DateField(null=True)),
                ("p80_on", models.DateField(null=True)),
                ("p90_on", models.DateField(null=True)),
                ("basis", models.CharField(blank=True, max_length=9)),
                ("promised_units", rantai.kernel.fields.QuantityField()),
                ("unpromised_units", rantai.kernel.fields.QuantityField(default=0)),
                ("slices", models.JSONField(default=list)),
                ("relies_on", models.JSONField(default=list, help_text="supplies such as 'purchase_order:9/3'")),
                ("cause", models.CharField(max_length=20)),
                ("cause_ref", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("demand", "revision"), name="promise_revision_once")],
            },
        ),
        migrations.CreateModel(
            name="SupplySlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("supply_id", models.BigIntegerField(default=0, help_text="the order, 0 for stock")),
                ("supply_line", models.BigIntegerField(default=0, help_text="its schedule line, 0 for stock")),
                ("ref_line", models.BigIntegerField(default=0, help_text="its line, as the order's house cites it")),
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
                (
                    "supplier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                ("available_on", models.DateField(help_text="arrives by the end of that day; empty: here", null=True)),
                ("is_firm", models.BooleanField(default=True, help_text="confirmed: may be offered")),
                ("available", rantai.kernel.fields.QuantityField(default=0)),
                ("promised", rantai.kernel.fields.QuantityField(default=0)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "supply_id", "supply_line"], name="supply_slot_supply")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "location", "kind", "supply_id", "supply_line"), name="supply_slot_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("available__gte", models.F("promised")), ("promised__gte", 0)),
                        name="supply_slot_never_overpromised",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("available_on", None), ("kind", "stock")),
                            models.Q(
                                ("available_on__isnull", False), ("kind__in", ["purchase", "production", "transfer"])
                            ),
                            _connector="OR",
                        ),
                        name="supply_slot_kind_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlotTake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="takes", to="iscm_demand.demand"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takes",
                        to="iscm_promising.supplyslot",
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("basis", models.CharField(max_length=9)),
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
                    "location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("ship_on", models.DateField()),
                ("promised_on", models.DateField()),
                ("p50_on", models.DateField()),
                ("p80_on", models.DateField()),
                ("p90_on", models.DateField()),
            ],
            options={
                "indexes": [models.Index(fields=["location", "ship_on"], name="slot_take_due")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="slot_take_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis__in", ["stock", "receipt"]), ("slot__isnull", False)),
                            models.Q(("basis__in", ["plan", "make", "lead_time", "dropship"]), ("slot", None)),
                            _connector="OR",
                        ),
                        name="slot_take_basis_legal",
                    ),
                ],
            },
        ),
    ]
