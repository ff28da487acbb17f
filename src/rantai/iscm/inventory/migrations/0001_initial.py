import django.db.models.deletion
import django.db.models.functions.comparison
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
            name="Lot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                (
                    "supplier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("origin_kind", models.CharField(blank=True, help_text="document that it came with", max_length=40)),
                ("origin_id", models.BigIntegerField(null=True)),
                ("origin_line", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("item", "code"), name="lot_once")],
            },
        ),
        migrations.CreateModel(
            name="OpeningRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StockBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balances",
                        to="iscm_inventory.lot",
                    ),
                ),
                ("serial", models.CharField(blank=True, max_length=60)),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="empty: ours",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                ("status", models.CharField(default="available", max_length=10)),
                (
                    "bin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("logistic_unit", models.CharField(blank=True, help_text="SSCC of the pallet or box", max_length=20)),
                ("is_account", models.BooleanField(default=False, help_text="a counterpart account: may be negative")),
                ("on_hand", rantai.kernel.fields.QuantityField(default=0)),
                (
                    "reserved",
                    rantai.kernel.fields.QuantityField(
                        default=0, help_text="tied to demands by reservations that are held"
                    ),
                ),
                ("first_in_at", models.DateTimeField(help_text="when its first units came: first in, first out")),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_account", False)),
                        fields=["location", "item"],
                        name="stock_balance_list",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("item"),
                        models.F("location"),
                        django.db.models.functions.comparison.Coalesce("lot", 0),
                        models.F("serial"),
                        django.db.models.functions.comparison.Coalesce("owner", 0),
                        models.F("status"),
                        django.db.models.functions.comparison.Coalesce("bin", 0),
                        models.F("logistic_unit"),
                        name="stock_balance_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_account", True),
                            models.Q(("on_hand__gte", models.F("reserved")), ("reserved__gte", 0)),
                            _connector="OR",
                        ),
                        name="stock_balance_covers_reserved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("available", "quarantine", "blocked"))),
                        name="stock_balance_status_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="iscm_inventory.stockbalance",
                    ),
                ),
                ("demand_id", models.BigIntegerField(help_text="the demand of the house's own demand app")),
                ("units", rantai.kernel.fields.QuantityField()),
                ("state", models.CharField(default="held", max_length=6)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ended"), _negated=True),
                        fields=["demand_id"],
                        name="reservation_demand",
                    ),
                    models.Index(condition=models.Q(("state", "held")), fields=["balance"], name="reservation_held"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("held", "issued", "freed", "ended"))),
                        name="reservation_state_legal",
                    ),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="reservation_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
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
                ("number", models.CharField(max_length=40)),
                ("reason", models.CharField(help_text="count, damage, loss, found, opening …", max_length=20)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("counted_at", models.DateTimeField()),
                ("counted_by", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "number"), name="stock_count_number")],
            },
        ),
        migrations.CreateModel(
            name="StockCountLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="iscm_inventory.stockcount",
                    ),
                ),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="iscm_inventory.stockbalance",
                    ),
                ),
                ("expected", rantai.kernel.fields.QuantityField(help_text="on-hand by the books")),
                ("counted", rantai.kernel.fields.QuantityField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("count", "balance"), name="stock_count_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("counted__gte", 0)), name="stock_count_line_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
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
                        related_name="moves",
                        to="iscm_inventory.lot",
                    ),
                ),
                ("serial", models.CharField(blank=True, max_length=60)),
                (
                    "from_location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "from_owner",
                    models.ForeignKey(
                        help_text="empty: ours",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                ("from_status", models.CharField(default="available", max_length=10)),
                (
                    "from_bin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("from_logistic_unit", models.CharField(blank=True, max_length=20)),
                (
                    "to_location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "to_owner",
                    models.ForeignKey(
                        help_text="empty: ours",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_parties.party",
                    ),
                ),
                ("to_status", models.CharField(default="available", max_length=10)),
                (
                    "to_bin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("to_logistic_unit", models.CharField(blank=True, max_length=20)),
                ("units", rantai.kernel.fields.QuantityField(help_text="base units, in 1/10,000")),
                (
                    "unit_cost",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="of one base unit, in 1/10,000 of the company's currency"
                    ),
                ),
                ("reason", models.CharField(help_text="receipt, shipment, return, count, opening …", max_length=20)),
                ("ref_kind", models.CharField(help_text="document that moved them", max_length=40)),
                ("ref_id", models.BigIntegerField()),
                ("ref_line", models.BigIntegerField(default=0)),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="iscm_inventory.stockmove",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
                ("changed_seq", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["item", "from_location", "-id"], name="stock_move_out"),
                    models.Index(fields=["item", "to_location", "-id"], name="stock_move_in"),
                    models.Index(fields=["ref_kind", "ref_id"], name="stock_move_ref"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="stock_move_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="StockPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.category",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_items.item",
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
                ("service_level", models.IntegerField(default=9500, help_text="in 1/10,000")),
                (
                    "service_kind",
                    models.CharField(
                        default="cycle",
                        help_text="cycle: share of cycles without a stock-out; fill: share of units",
                        max_length=5,
                    ),
                ),
                ("review_days", models.PositiveSmallIntegerField(default=1, help_text="days between two looks")),
                (
                    "safety_stock",
                    models.BigIntegerField(help_text="fixed by a person, in 1/10,000; empty: calculated", null=True),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=80)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("category", 0),
                        django.db.models.functions.comparison.Coalesce("item", 0),
                        django.db.models.functions.comparison.Coalesce("location", 0),
                        name="stock_policy_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category", None), models.Q(("item", None), ("location", None)), _connector="OR"
                        ),
                        name="stock_policy_one_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("item__isnull", False), ("location", None), _connector="OR"),
                        name="stock_policy_place_of_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("service_level__gte", 1), ("service_level__lte", 9999)),
                        name="stock_policy_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("service_kind__in", ["cycle", "fill"])), name="stock_policy_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("safety_stock", None),
                            models.Q(("item__isnull", False), ("safety_stock__gte", 0)),
                            _connector="OR",
                        ),
                        name="stock_policy_fixes_one_item",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockTargetRun",
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
                ("forecast_run_id", models.BigIntegerField(help_text="the forecast whose error it protects against")),
                ("engine", models.CharField(blank=True, max_length=40)),
                ("params", models.JSONField(default=dict)),
                ("figures", models.JSONField(default=dict, help_text="what was read, left out and found")),
                ("targets_count", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0, help_text="time taken, statistic")),
                ("started_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("key", ""), _negated=True), fields=["key"], name="stock_target_run_key"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("staged", "current", "past"))),
                        name="stock_target_run_state_legal",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("state",), name="stock_target_run_one_current"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="iscm_inventory.stocktargetrun",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
                ("safety_stock", rantai.kernel.fields.QuantityField(default=0)),
                ("reorder_point", rantai.kernel.fields.QuantityField(default=0)),
                ("order_up_to", rantai.kernel.fields.QuantityField(default=0, help_text="0: no order-up-to level")),
                ("lot_size", rantai.kernel.fields.QuantityField(default=0)),
                ("method", models.CharField(help_text="none, normal, empirical, or fixed by a person", max_length=10)),
                ("service_level", models.IntegerField(help_text="asked for, in 1/10,000")),
                ("service_kind", models.CharField(default="cycle", max_length=5)),
                (
                    "expected_cycle",
                    models.IntegerField(default=0, help_text="share of cycles without a stock-out, in 1/10,000"),
                ),
                ("expected_fill", models.IntegerField(default=0, help_text="share of units from stock, in 1/10,000")),
                ("demand_mean", models.FloatField(help_text="statistic: base units a week")),
                ("demand_std", models.FloatField(help_text="statistic: error of one week's forecast, base units")),
                ("lead_time_weeks", models.FloatField(help_text="statistic: mean, weeks")),
                ("lead_time_std_weeks", models.FloatField(help_text="statistic: standard deviation, weeks")),
                (
                    "lead_time_basis",
                    models.CharField(help_text="item, supplier, source, or none: no source known", max_length=10),
                ),
                (
                    "lead_time_samples",
                    models.PositiveIntegerField(default=0, help_text="arrivals that it was learnt from"),
                ),
                ("review_weeks", models.FloatField(help_text="statistic: weeks between two looks")),
                (
                    "protection_std",
                    models.FloatField(help_text="statistic: deviation of demand over lead time and review, base units"),
                ),
                ("source_id", models.BigIntegerField(help_text="the source that replenishes it", null=True)),
                (
                    "policy_id",
                    models.BigIntegerField(help_text="the policy that asked for the service level", null=True),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "item", "location"), name="stock_target_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lot_size__gte", 0),
                            ("order_up_to__gte", 0),
                            ("reorder_point__gte", 0),
                            ("safety_stock__gte", 0),
                        ),
                        name="stock_target_sizes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkReservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_reservations",
                        to="iscm_inventory.stockbalance",
                    ),
                ),
                ("holder_kind", models.CharField(help_text="production_order or transfer_order", max_length=40)),
                ("holder_id", models.BigIntegerField()),
                ("holder_line", models.BigIntegerField(help_text="its component or line")),
                ("units", rantai.kernel.fields.QuantityField()),
                ("state", models.CharField(default="held", max_length=6)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ended"), _negated=True),
                        fields=["holder_kind", "holder_id", "holder_line"],
                        name="work_reservation_holder",
                    ),
                    models.Index(
                        condition=models.Q(("state", "held")), fields=["balance"], name="work_reservation_held"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("held", "issued", "ended"))),
                        name="work_reservation_state_legal",
                    ),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="work_reservation_positive"),
                ],
            },
        ),
    ]
