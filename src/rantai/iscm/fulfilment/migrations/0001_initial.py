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
            name="GoodsReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("number", models.CharField(max_length=40)),
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
                ("ref_kind", models.CharField(default="purchase_order", max_length=40)),
                ("ref_id", models.BigIntegerField()),
                ("order_number", models.CharField(blank=True, max_length=40)),
                ("delivery_note", models.CharField(blank=True, help_text="the supplier's paper", max_length=60)),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="of the form that posted it: the same twice is one", max_length=40
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=80)),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="iscm_fulfilment.goodsreceipt",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["ref_kind", "ref_id"], name="goods_receipt_ref")],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "number"), name="goods_receipt_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("company", "key"),
                        name="goods_receipt_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoodsReceiptLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="iscm_fulfilment.goodsreceipt",
                    ),
                ),
                ("ref_line", models.BigIntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="iscm_inventory.lot",
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("accepted", rantai.kernel.fields.QuantityField()),
                ("unit_cost", rantai.kernel.fields.MoneyField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted__gte", 0), ("units__gt", 0), ("units__gte", models.F("accepted"))
                        ),
                        name="goods_receipt_line_units",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
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
                ("order_kind", models.CharField(max_length=40)),
                ("order_id", models.BigIntegerField()),
                ("order_number", models.CharField(max_length=40)),
                ("ship_on", models.DateField(help_text="day on which it must leave")),
                ("promised_on", models.DateField(null=True)),
                ("state", models.CharField(default="released", max_length=9)),
                ("carrier", models.CharField(blank=True, max_length=80)),
                ("tracking", models.CharField(blank=True, max_length=80)),
                ("packages", models.PositiveSmallIntegerField(default=1)),
                (
                    "proof",
                    models.CharField(blank=True, help_text="signature, photo, carrier, handed_over", max_length=12),
                ),
                ("released_at", models.DateTimeField()),
                ("released_by", models.CharField(blank=True, max_length=80)),
                ("packed_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["order_kind", "order_id"], name="shipment_order"),
                    models.Index(
                        condition=models.Q(("state__in", ["delivered", "cancelled"]), _negated=True),
                        fields=["ship_on", "id"],
                        name="shipment_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "number"), name="shipment_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("released", "picking", "packed", "shipped", "delivered", "cancelled"))
                        ),
                        name="shipment_state_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="packs", to="iscm_fulfilment.shipment"
                    ),
                ),
                ("logistic_unit", models.CharField(blank=True, help_text="SSCC", max_length=20)),
                ("weight_g", models.BigIntegerField(default=0, help_text="grams")),
                ("state", models.CharField(default="open", max_length=9)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "done", "cancelled"))), name="pack_task_state_legal"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_receipts",
                        to="iscm_fulfilment.shipment",
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
                ("reason", models.CharField(help_text="damaged, wrong, unwanted, warranty", max_length=20)),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "number"), name="return_receipt_number")],
            },
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="iscm_fulfilment.shipment"
                    ),
                ),
                (
                    "demand_id",
                    models.BigIntegerField(db_index=True, help_text="the demand of the house's own demand app"),
                ),
                ("order_line", models.BigIntegerField()),
                ("order_schedule", models.PositiveIntegerField(default=1)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("returned", rantai.kernel.fields.QuantityField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shipment", "demand_id"), name="shipment_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned__gte", 0), ("units__gt", 0), ("units__gte", models.F("returned"))
                        ),
                        name="shipment_line_units",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PickTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="picks",
                        to="iscm_fulfilment.shipmentline",
                    ),
                ),
                (
                    "reservation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pick",
                        to="iscm_inventory.reservation",
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("state", models.CharField(default="open", max_length=9)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "done", "cancelled"))), name="pick_task_state_legal"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnReceiptLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="iscm_fulfilment.returnreceipt",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_lines",
                        to="iscm_fulfilment.shipmentline",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="iscm_inventory.lot",
                    ),
                ),
                ("serial", models.CharField(blank=True, max_length=60)),
                ("units", rantai.kernel.fields.QuantityField()),
                ("status", models.CharField(default="quarantine", max_length=10)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="return_receipt_line_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("ship_on", models.DateField(help_text="day on which it must leave")),
                ("due_on", models.DateField(help_text="there by the end of this day")),
                ("state", models.CharField(default="planned", max_length=9)),
                ("cause_kind", models.CharField(help_text="planned_order, production_order, manual", max_length=40)),
                ("cause_id", models.BigIntegerField()),
                ("cause_line", models.BigIntegerField(default=0)),
                ("carrier", models.CharField(blank=True, max_length=80)),
                ("tracking", models.CharField(blank=True, max_length=80)),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.CharField(blank=True, max_length=80)),
                ("released_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["received", "cancelled"]), _negated=True),
                        fields=["due_on", "id"],
                        name="transfer_order_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "number"), name="transfer_order_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("cause_kind", "manual"), _negated=True),
                        fields=("cause_kind", "cause_id", "cause_line"),
                        name="transfer_order_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin", models.F("destination")), _negated=True),
                        name="transfer_order_moves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ship_on__lte", models.F("due_on"))), name="transfer_order_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("planned", "released", "shipped", "received", "cancelled"))),
                        name="transfer_order_state_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="iscm_fulfilment.transferorder",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("held", rantai.kernel.fields.QuantityField(default=0, help_text="held in stock for it")),
                ("shipped", rantai.kernel.fields.QuantityField(default=0)),
                ("received", rantai.kernel.fields.QuantityField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("transfer", "item"), name="transfer_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held__gte", 0),
                            ("received__gte", 0),
                            ("shipped__gte", models.F("received")),
                            ("units__gt", 0),
                            (
                                "units__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("held"), "+", models.F("shipped")
                                ),
                            ),
                        ),
                        name="transfer_line_units",
                    ),
                ],
            },
        ),
    ]
