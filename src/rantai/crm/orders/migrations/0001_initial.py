import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm_accounts", "0001_initial"),
        ("foundation_access", "0001_initial"),
        ("foundation_items", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("import_id", models.BigIntegerField(unique=True)),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("state", models.CharField(default="staged", max_length=10)),
                ("currency", models.CharField(max_length=3)),
                ("lines", models.BigIntegerField(default=0)),
                ("amount", rantai.kernel.fields.MoneyField(default=0, help_text="sales less returns")),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("staged", "current", "withdrawn"))),
                        name="past_run_state_legal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PastOrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="past_lines",
                        to="crm_orders.pastrun",
                    ),
                ),
                ("invoice", models.CharField(help_text="the document's number at its source", max_length=40)),
                ("line_number", models.IntegerField()),
                ("is_return", models.BooleanField()),
                (
                    "sale_key",
                    models.CharField(blank=True, help_text="of a return: its sale, where one was found", max_length=60),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
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
                ("units", rantai.kernel.fields.QuantityField(help_text="base units, negative for a return")),
                ("unit_price", rantai.kernel.fields.MoneyField()),
                ("amount", rantai.kernel.fields.MoneyField(help_text="negative for a return")),
                ("ordered_at", models.DateTimeField()),
                ("country", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "indexes": [models.Index(fields=["party", "ordered_at"], name="past_line_party")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "invoice", "line_number"), name="past_line_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"
                    ),
                ),
                ("number", models.CharField(blank=True, help_text="given at confirmation", max_length=40)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sales_orders",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="crm_accounts.account",
                    ),
                ),
                (
                    "ship_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.address",
                    ),
                ),
                (
                    "bill_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.address",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_access.territory",
                    ),
                ),
                (
                    "payment_term",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.paymentterm",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "rate",
                    models.BigIntegerField(
                        default=1000000000, help_text="company currency for one unit of the order's, in 1/1e9"
                    ),
                ),
                ("state", models.CharField(default="draft", max_length=10)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("channel", models.CharField(default="staff", max_length=10)),
                (
                    "customer_reference",
                    models.CharField(blank=True, help_text="the customer's own number", max_length=80),
                ),
                ("sales_person", models.CharField(blank=True, help_text="actor, such as 'user:12'", max_length=80)),
                ("ships_complete", models.BooleanField(default=False, help_text="leaves in one shipment or waits")),
                ("net", rantai.kernel.fields.MoneyField(default=0)),
                ("tax", rantai.kernel.fields.MoneyField(default=0)),
                ("total", rantai.kernel.fields.MoneyField(default=0, help_text="sum of the lines with tax")),
                ("line_count", models.PositiveIntegerField(default=0)),
                ("requested_on", models.DateField(help_text="latest date asked for")),
                (
                    "promised_on",
                    models.DateField(help_text="when the last line is promised; copied from the lines", null=True),
                ),
                ("p80_on", models.DateField(null=True)),
                (
                    "is_late",
                    models.BooleanField(default=False, help_text="an open line is expected after the date asked for"),
                ),
                (
                    "milestone",
                    models.CharField(blank=True, help_text="of the line that is furthest behind", max_length=24),
                ),
                ("ordered_on", models.DateField(help_text="business date of the company")),
                ("ordered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("captured_by", models.CharField(max_length=80)),
                ("custom", models.JSONField(blank=True, default=dict)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "-ordered_at"], name="sales_order_state"),
                    models.Index(fields=["-ordered_at"], name="sales_order_recent"),
                    models.Index(
                        condition=models.Q(("state", "confirmed")), fields=["promised_on"], name="sales_order_due"
                    ),
                    models.Index(
                        condition=models.Q(("customer_reference", ""), _negated=True),
                        fields=["customer_reference"],
                        name="sales_order_reference",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("draft", "confirmed", "closed", "cancelled"))),
                        name="sales_order_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("company", "number"),
                        name="sales_order_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "cancelled"]),
                            models.Q(("number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="sales_order_numbered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax")),
                            )
                        ),
                        name="sales_order_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"
                    ),
                ),
                ("kind", models.CharField(default="invoice", max_length=12)),
                (
                    "number",
                    models.CharField(blank=True, help_text="given as the transaction's last statement", max_length=40),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="crm_orders.salesorder"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="crm_accounts.account",
                    ),
                ),
                (
                    "bill_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.address",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.BigIntegerField(default=1000000000, help_text="as the order's")),
                ("state", models.CharField(default="issued", max_length=8)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("net", rantai.kernel.fields.MoneyField()),
                ("tax", rantai.kernel.fields.MoneyField()),
                (
                    "total",
                    rantai.kernel.fields.MoneyField(help_text="what the customer owes; of a credit note what we owe"),
                ),
                ("open_amount", rantai.kernel.fields.MoneyField(help_text="not yet paid or given back")),
                (
                    "open_base",
                    rantai.kernel.fields.MoneyField(
                        help_text="the open amount in the company's currency, as the account counts it"
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="crm_orders.invoice",
                    ),
                ),
                ("paper", models.BigIntegerField(help_text="attachment with the printed document", null=True)),
                ("issued_by", models.CharField(max_length=80)),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-issued_on", "-id"], name="invoice_recent"),
                    models.Index(condition=models.Q(("state", "issued")), fields=["due_on"], name="invoice_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("issued", "paid"))), name="invoice_state_legal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["invoice", "credit_note"])), name="invoice_kind_legal"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("company", "kind", "number"),
                        name="invoice_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax")),
                            ),
                            ("total__gte", 0),
                        ),
                        name="invoice_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("open_amount__gte", 0), ("open_amount__lte", models.F("total"))),
                        name="invoice_open_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="crm_orders.salesorder"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                (
                    "amount",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="exposure that the release covers, in the company's currency"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("placed_at", models.DateTimeField()),
                ("placed_by", models.CharField(max_length=80)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["credit", "payment"])), name="order_hold_kind_legal"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=("order", "kind"),
                        name="order_hold_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="crm_orders.invoice"
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        help_text="what settled it instead of money",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="crm_orders.invoice",
                    ),
                ),
                ("amount", rantai.kernel.fields.MoneyField()),
                ("received_on", models.DateField()),
                ("reference", models.CharField(blank=True, help_text="the bank's or the customer's", max_length=80)),
                ("recorded_by", models.CharField(max_length=80)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_positive")],
            },
        ),
        migrations.CreateModel(
            name="SalesOrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="crm_orders.salesorder",
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="position on the document")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                (
                    "quantity",
                    rantai.kernel.fields.QuantityField(
                        help_text="as typed, in 1/10,000 of the line's unit; falls when units are cancelled"
                    ),
                ),
                ("unit_code", models.CharField(max_length=10)),
                ("factor_numerator", models.BigIntegerField(default=1, help_text="base units of one unit of the line")),
                ("factor_denominator", models.BigIntegerField(default=1)),
                ("units", rantai.kernel.fields.QuantityField(help_text="base units ordered and not cancelled")),
                ("unit_price", rantai.kernel.fields.MoneyField(help_text="for one unit of the line, four decimals")),
                ("price_origin", models.CharField(default="list", help_text="list or typed", max_length=10)),
                ("discount", models.IntegerField(default=0, help_text="share of the price in 1/10,000")),
                (
                    "tax_code",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.taxcode",
                    ),
                ),
                ("tax_rate", models.IntegerField(default=0, help_text="in 1/10,000 of the taxable base")),
                ("tax_base_numerator", models.IntegerField(default=1)),
                ("tax_base_denominator", models.IntegerField(default=1)),
                ("is_inclusive", models.BooleanField(default=False, help_text="the price contains the tax")),
                ("is_reverse_charge", models.BooleanField(default=False)),
                ("net", rantai.kernel.fields.MoneyField(default=0)),
                ("tax", rantai.kernel.fields.MoneyField(default=0)),
                (
                    "unit_cost",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="standard cost of a base unit at confirmation, company currency"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "number"), name="sales_order_line_number"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 0), ("units__gte", 0)),
                        name="sales_order_line_not_negative",
                    ),
                    models.CheckConstraint(condition=models.Q(("unit_price__gte", 0)), name="sales_order_line_price"),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lte", 10000)),
                        name="sales_order_line_discount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduleLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedule",
                        to="crm_orders.salesorder",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedule",
                        to="crm_orders.salesorderline",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                (
                    "generation",
                    models.PositiveSmallIntegerField(default=1, help_text="rises when the schedule line is replaced"),
                ),
                ("units", rantai.kernel.fields.QuantityField(help_text="base units asked, cancelled ones included")),
                ("requested_on", models.DateField()),
                ("demand_id", models.BigIntegerField(help_text="operations' demand, by its key", null=True)),
                ("demand_revision", models.PositiveIntegerField(default=0)),
                (
                    "promised_on",
                    models.DateField(help_text="operations' promise; set by PromiseRevised alone", null=True),
                ),
                ("expected_on", models.DateField(null=True)),
                ("p80_on", models.DateField(null=True)),
                ("basis", models.CharField(blank=True, max_length=12)),
                ("promise_revision", models.PositiveIntegerField(default=0, help_text="highest revision heard")),
                ("promised_units", rantai.kernel.fields.QuantityField(default=0)),
                ("unpromised_units", rantai.kernel.fields.QuantityField(default=0)),
                ("slices", models.JSONField(default=list, help_text="parts with their own date")),
                ("promise_as_of", models.DateTimeField(null=True)),
                ("promise_cause", models.CharField(blank=True, max_length=20)),
                ("milestone", models.CharField(blank=True, max_length=24)),
                ("milestone_at", models.DateTimeField(null=True)),
                ("milestone_note", models.CharField(blank=True, help_text="k/n of counted operations", max_length=40)),
                (
                    "fulfilled",
                    rantai.kernel.fields.QuantityField(default=0, help_text="base units shipped and not taken back"),
                ),
                ("delivered", rantai.kernel.fields.QuantityField(default=0)),
                ("cancelled", rantai.kernel.fields.QuantityField(default=0)),
                ("returned", rantai.kernel.fields.QuantityField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["order", "id"], name="schedule_line_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "number", "generation"), name="schedule_line_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled__gte", 0),
                            ("delivered__gte", 0),
                            ("fulfilled__gte", 0),
                            ("returned__gte", 0),
                            ("units__gte", 0),
                        ),
                        name="schedule_line_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", models.F("cancelled"))), name="schedule_line_cancelled"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schedule_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="crm_orders.scheduleline",
                    ),
                ),
                ("receipt_id", models.BigIntegerField(help_text="operations' return receipt")),
                ("units", rantai.kernel.fields.QuantityField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("schedule_line", "receipt_id"), name="return_share_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipmentShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schedule_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="crm_orders.scheduleline"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="crm_orders.salesorder",
                    ),
                ),
                ("shipment_id", models.BigIntegerField(help_text="operations' shipment")),
                ("shipment_number", models.CharField(blank=True, max_length=40)),
                ("units", rantai.kernel.fields.QuantityField()),
                ("carrier", models.CharField(blank=True, max_length=120)),
                ("tracking", models.CharField(blank=True, max_length=120)),
                ("shipped_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(null=True)),
                ("reversed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["order", "shipment_id"], name="shipment_share_order")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("schedule_line", "shipment_id", "shipped_at"), name="shipment_share_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="shipment_share_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="crm_orders.invoice"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="crm_orders.salesorderline",
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="crm_orders.shipmentshare",
                    ),
                ),
                (
                    "returned",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_line",
                        to="crm_orders.returnshare",
                    ),
                ),
                ("units", rantai.kernel.fields.QuantityField(help_text="base units")),
                ("quantity", rantai.kernel.fields.QuantityField(help_text="in the line's unit")),
                ("net", rantai.kernel.fields.MoneyField()),
                ("tax", rantai.kernel.fields.MoneyField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "number"), name="invoice_line_number"),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="invoice_line_positive"),
                ],
            },
        ),
    ]
