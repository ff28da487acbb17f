import django.db.models.deletion
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
            name="LeadTimeObservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observed",
                        to="foundation_items.source",
                    ),
                ),
                ("receipts", models.PositiveIntegerField()),
                ("mean_days", models.FloatField(help_text="working days from order to receipt, statistic")),
                ("sd_days", models.FloatField(help_text="standard deviation, days, statistic")),
                ("observed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchase_orders",
                        to="foundation_parties.party",
                    ),
                ),
                ("number", models.CharField(blank=True, help_text="given at approval", max_length=40)),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "drop_to_address",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.address",
                    ),
                ),
                ("drop_for_number", models.CharField(blank=True, max_length=60)),
                ("currency", models.CharField(max_length=3)),
                (
                    "rate",
                    models.BigIntegerField(
                        help_text="company's currency for one unit, in 1/1,000,000,000, fixed at approval", null=True
                    ),
                ),
                (
                    "payment_term",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.paymentterm",
                    ),
                ),
                (
                    "total",
                    rantai.kernel.fields.MoneyField(default=0, help_text="sum of the lines in the order's currency"),
                ),
                ("state", models.CharField(default="draft", max_length=16)),
                ("note", models.TextField(blank=True, help_text="for the supplier", max_length=2000)),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, help_text="rises with every change; forms send it back"),
                ),
                (
                    "asked_revision",
                    models.PositiveIntegerField(
                        default=0, help_text="which version the supplier was sent; 0: none yet"
                    ),
                ),
                (
                    "import_key",
                    models.CharField(blank=True, help_text="import that brought it, or empty", max_length=60),
                ),
                ("policy_id", models.BigIntegerField(help_text="ApprovalPolicy that approved it", null=True)),
                ("created_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", models.CharField(blank=True, max_length=80)),
                ("sent_at", models.DateTimeField(null=True)),
                ("answer_due_on", models.DateField(help_text="supplier should have answered by then", null=True)),
                ("answered_at", models.DateTimeField(help_text="first answer of the supplier", null=True)),
                ("reminded_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["supplier", "state"], name="purchase_order_supplier"),
                    models.Index(fields=["state", "id"], name="purchase_order_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "draft",
                                    "approved",
                                    "sent",
                                    "part_confirmed",
                                    "confirmed",
                                    "received",
                                    "closed",
                                    "cancelled",
                                ),
                            )
                        ),
                        name="purchase_order_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("company", "number"),
                        name="purchase_order_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "cancelled"]),
                            models.Q(("number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="purchase_order_numbered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="srm_buying.purchaseorder"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_items.item")),
                (
                    "source",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="foundation_items.source"
                    ),
                ),
                ("ordered", rantai.kernel.fields.QuantityField(help_text="sum of its schedules")),
                ("typed", rantai.kernel.fields.QuantityField(help_text="quantity in the typed unit")),
                (
                    "typed_unit",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="foundation_items.unit"
                    ),
                ),
                ("factor_numerator", models.BigIntegerField(default=1, help_text="base units of one typed unit")),
                ("factor_denominator", models.BigIntegerField(default=1)),
                (
                    "unit_cost",
                    rantai.kernel.fields.MoneyField(default=0, help_text="for one base unit in the order's currency"),
                ),
                ("amount", rantai.kernel.fields.MoneyField(default=0, help_text="unit cost × units not cancelled")),
                (
                    "tax_code",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.taxcode",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "position"), name="purchase_line_position"),
                    models.CheckConstraint(
                        condition=models.Q(("ordered__gte", 0), ("unit_cost__gte", 0)), name="purchase_line_sizes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrderRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="srm_buying.purchaseorder",
                    ),
                ),
                ("asked_revision", models.PositiveIntegerField()),
                ("terms", models.JSONField(help_text="one object a schedule: schedule, item, units, due_on")),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "asked_revision"), name="purchase_order_revision_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseRequisition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                (
                    "cause_kind",
                    models.CharField(help_text="planned_order, production_order, sales_order, manual …", max_length=40),
                ),
                ("cause_id", models.BigIntegerField()),
                ("cause_line", models.BigIntegerField(default=0)),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_items.item")),
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
                    "source",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="foundation_items.source"
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
                ("units", rantai.kernel.fields.QuantityField(help_text="in 1/10,000 of the base unit")),
                ("due_on", models.DateField(help_text="when it must be there")),
                ("order_on", models.DateField(help_text="latest day to order it")),
                ("unit_cost", rantai.kernel.fields.MoneyField(default=0, help_text="expected, for one base unit")),
                ("currency", models.CharField(max_length=3)),
                (
                    "drop_to_address",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.address",
                    ),
                ),
                (
                    "drop_for_number",
                    models.CharField(blank=True, help_text="number of the customer's order", max_length=60),
                ),
                (
                    "value_at_stake",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="what customers' orders behind it are worth, company's currency"
                    ),
                ),
                (
                    "policy_id",
                    models.BigIntegerField(blank=True, help_text="ApprovalPolicy that let it be ordered", null=True),
                ),
                ("state", models.CharField(default="open", max_length=10)),
                ("reason", models.CharField(blank=True, help_text="why dismissed or changed", max_length=200)),
                ("requested_by", models.CharField(blank=True, max_length=80)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("decided_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["order_on", "id"],
                        name="purchase_requisition_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "ordered", "dismissed"))),
                        name="purchase_requisition_state_legal",
                    ),
                    models.UniqueConstraint(
                        fields=("cause_kind", "cause_id", "cause_line"), name="purchase_requisition_cause"
                    ),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="purchase_requisition_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseScheduleLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="srm_buying.purchaseorderline",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "requisition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="srm_buying.purchaserequisition",
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        help_text="asked schedule that the supplier split",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="splits",
                        to="srm_buying.purchasescheduleline",
                    ),
                ),
                ("ordered", rantai.kernel.fields.QuantityField()),
                ("cancelled", rantai.kernel.fields.QuantityField(default=0)),
                (
                    "committed",
                    rantai.kernel.fields.QuantityField(
                        help_text="what the supplier will send in all; empty: no answer yet", null=True
                    ),
                ),
                ("received", rantai.kernel.fields.QuantityField(default=0)),
                ("requested_on", models.DateField()),
                ("first_committed_on", models.DateField(help_text="kept: lateness is judged by it", null=True)),
                ("committed_on", models.DateField(null=True)),
                ("expected_on", models.DateField(help_text="best knowledge: noticed, else committed, else requested")),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["expected_on", "id"], name="purchase_schedule_expected")],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "position"), name="purchase_schedule_position"),
                    models.CheckConstraint(
                        condition=models.Q(("cancelled__gte", 0), ("ordered__gte", 0), ("received__gte", 0)),
                        name="purchase_schedule_sizes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("committed", None),
                            models.Q(("committed__gte", 0), ("committed_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="purchase_schedule_commit_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseChangeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_requests",
                        to="srm_buying.purchasescheduleline",
                    ),
                ),
                (
                    "units",
                    rantai.kernel.fields.QuantityField(
                        help_text="new whole of the asked schedule and its splits; 0: take it back"
                    ),
                ),
                ("due_on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("state", models.CharField(default="proposed", max_length=10)),
                (
                    "asked_revision",
                    models.PositiveIntegerField(help_text="version of the order that asked for it", null=True),
                ),
                ("made_by", models.CharField(blank=True, max_length=80)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("proposed", "asked", "accepted", "refused", "withdrawn"))),
                        name="purchase_change_request_state_legal",
                    ),
                    models.CheckConstraint(condition=models.Q(("units__gte", 0)), name="purchase_change_units"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "asked"])),
                        fields=("schedule",),
                        name="purchase_change_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="srm_buying.purchasescheduleline",
                    ),
                ),
                ("receipt_kind", models.CharField(max_length=40)),
                ("receipt_id", models.BigIntegerField()),
                ("receipt_line", models.BigIntegerField(default=0)),
                ("units", rantai.kernel.fields.QuantityField(help_text="negative where a receipt was taken back")),
                ("accepted", rantai.kernel.fields.QuantityField(help_text="of the units, those that passed")),
                ("received_at", models.DateTimeField()),
                ("received_on", models.DateField(help_text="day at the place of receipt")),
                (
                    "reverses",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="srm_buying.purchasereceipt",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["received_on"], name="purchase_receipt_day")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reverses", None)),
                        fields=("schedule", "receipt_kind", "receipt_id", "receipt_line"),
                        name="purchase_receipt_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", False)),
                        fields=("reverses", "receipt_kind", "receipt_id", "receipt_line"),
                        name="purchase_receipt_reversed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reverses", None), ("units__gt", 0)),
                            models.Q(("reverses__isnull", False), ("units__lt", 0)),
                            _connector="OR",
                        ),
                        name="purchase_receipt_sign",
                    ),
                ],
            },
        ),
    ]
