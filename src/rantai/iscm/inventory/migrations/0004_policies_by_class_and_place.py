"""Policies by class, ways of replenishing, decoupling points, agreements with vendors, and what is found of stock."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_items", "0002_finite_resources"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("iscm_inventory", "0003_dependent_demand"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecouplingPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decoupling", models.CharField(help_text="stock, assemble, make, dropship", max_length=9)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=80)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="PlacementChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.PositiveIntegerField(
                        help_text="number of the chain that it belongs to: accept a chain as a whole"
                    ),
                ),
                ("state", models.CharField(default="proposed", max_length=9)),
                ("reason", models.CharField(help_text="why it holds stock or none", max_length=13)),
                ("inbound_days", models.PositiveSmallIntegerField(help_text="waits for what it is made of or gets")),
                (
                    "lead_days",
                    models.PositiveSmallIntegerField(help_text="takes itself, with the deviation of the lead time"),
                ),
                ("service_days", models.PositiveSmallIntegerField(help_text="promises to those that it supplies")),
                ("covered_days", models.PositiveSmallIntegerField(help_text="that its safety stock covers")),
                ("is_stocked", models.BooleanField(help_text="stock is kept there today")),
                ("safety_now", rantai.kernel.fields.QuantityField(help_text="by the targets of today")),
                ("safety_then", rantai.kernel.fields.QuantityField()),
                ("cost_now", rantai.kernel.fields.MoneyField(help_text="of holding it a year, company's currency")),
                ("cost_then", rantai.kernel.fields.MoneyField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="PlacementRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(default="staged", max_length=7)),
                ("as_of", models.DateTimeField()),
                ("target_run_id", models.BigIntegerField(help_text="the stock targets that it is compared with")),
                ("figures", models.JSONField(default=dict, help_text="places, cost now and then, left out")),
                ("started_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PromotionCandidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(help_text="expiring, excess or ageing: the most pressing of them", max_length=8),
                ),
                ("units", rantai.kernel.fields.QuantityField(help_text="beyond use")),
                ("on_hand", rantai.kernel.fields.QuantityField(help_text="of the lot, or of the item at the place")),
                (
                    "value",
                    rantai.kernel.fields.MoneyField(help_text="of the units at standard cost, company's currency"),
                ),
                (
                    "last_useful_on",
                    models.DateField(help_text="until when it can be sold; empty: does not expire", null=True),
                ),
                (
                    "exhausted_on",
                    models.DateField(help_text="when what is left would be used up; empty: never", null=True),
                ),
                ("received_on", models.DateField(help_text="of its oldest unit")),
                (
                    "daily_demand",
                    models.FloatField(default=0.0, help_text="statistic: base units a day that were counted on"),
                ),
                ("state", models.CharField(default="open", max_length=9)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("found_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="VmiAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("least", rantai.kernel.fields.QuantityField(help_text="on hand never falls below")),
                ("most", rantai.kernel.fields.QuantityField(help_text="on hand never rises above")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=80)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="stockpolicy",
            name="stock_policy_once",
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="abc",
            field=models.CharField(blank=True, default="", help_text="class by value; empty: any", max_length=1),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="cards",
            field=models.PositiveSmallIntegerField(
                help_text="kanban cards that circulate; empty: calculated", null=True
            ),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="container",
            field=models.BigIntegerField(help_text="units that a kanban card stands for, in 1/10,000", null=True),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="covered_days",
            field=models.PositiveSmallIntegerField(
                help_text="calendar days that safety stock covers, by its place in the chain; empty: the whole wait",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="demand_class",
            field=models.CharField(blank=True, default="", help_text="of the orders; empty: any", max_length=40),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="kind",
            field=models.CharField(blank=True, default="", help_text="how it is replenished", max_length=14),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="least",
            field=models.BigIntegerField(help_text="of min and max, in 1/10,000; empty: calculated", null=True),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="lot_rule",
            field=models.CharField(blank=True, default="", help_text="how much at once", max_length=8),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="lot_size",
            field=models.BigIntegerField(help_text="of the fixed lot, in 1/10,000", null=True),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="most",
            field=models.BigIntegerField(help_text="of min and max, in 1/10,000; empty: calculated", null=True),
        ),
        migrations.AddField(
            model_name="stockpolicy",
            name="xyz",
            field=models.CharField(blank=True, default="", help_text="class by variability; empty: any", max_length=1),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="abc",
            field=models.CharField(blank=True, default="", help_text="class by value of a year's demand", max_length=1),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="cards",
            field=models.PositiveIntegerField(default=0, help_text="kanban cards of lot_size units each"),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="covered_weeks",
            field=models.FloatField(default=0.0, help_text="statistic: weeks that safety stock covers"),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="demand_class",
            field=models.CharField(blank=True, default="", help_text="the class that asks for most", max_length=40),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="lead_time_demand",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="expected during lead time and review: in reorder_point"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="lot_rule",
            field=models.CharField(default="economic", max_length=8),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="lots",
            field=models.JSONField(
                default=list, help_text="dynamic lots: [Monday, 1/10,000 base units], the first first"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="plan_level",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="projected stock below it is replenished by the plan"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="plan_minimum",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="least of one order by the lot rule of the place"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="plan_multiple",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="orders are multiples of it by the lot rule of the place"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="plan_up_to",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="the plan fills up to it; 0: to plan_level only"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="policy_kind",
            field=models.CharField(default="order_point", max_length=14),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="rules",
            field=models.JSONField(
                default=dict, help_text="what was asked for → the id of the policy that asked, 0: default"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="xyz",
            field=models.CharField(
                blank=True, default="", help_text="class by variability of a week's demand", max_length=1
            ),
        ),
        migrations.AlterField(
            model_name="stockpolicy",
            name="review_days",
            field=models.PositiveSmallIntegerField(help_text="days between two looks; empty: as said above", null=True),
        ),
        migrations.AlterField(
            model_name="stockpolicy",
            name="service_level",
            field=models.IntegerField(help_text="in 1/10,000; empty: as said above", null=True),
        ),
        migrations.AddConstraint(
            model_name="stockpolicy",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Coalesce("category", 0),
                django.db.models.functions.comparison.Coalesce("item", 0),
                django.db.models.functions.comparison.Coalesce("location", 0),
                models.F("abc"),
                models.F("xyz"),
                models.F("demand_class"),
                name="stock_policy_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("item", None), models.Q(("abc", ""), ("demand_class", ""), ("xyz", "")), _connector="OR"
                ),
                name="stock_policy_item_or_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["", "order_point", "order_up_to", "min_max", "kanban", "just_in_time", "vendor_managed"],
                    )
                ),
                name="stock_policy_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("lot_rule__in", ["", "economic", "fixed", "source", "dynamic"])),
                name="stock_policy_lot_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("least", None),
                    ("most", None),
                    models.Q(("least__gte", 0), ("most__gte", models.F("least"))),
                    _connector="OR",
                ),
                name="stock_policy_min_max",
            ),
        ),
        migrations.AddField(
            model_name="decouplingpoint",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
            ),
        ),
        migrations.AddField(
            model_name="decouplingpoint",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_locations.location"
            ),
        ),
        migrations.AddField(
            model_name="placementchoice",
            name="item",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation_items.item",
            ),
        ),
        migrations.AddField(
            model_name="placementchoice",
            name="location",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation_locations.location",
            ),
        ),
        migrations.AddConstraint(
            model_name="placementrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("staged", "current", "past"))), name="placement_run_state_legal"
            ),
        ),
        migrations.AddConstraint(
            model_name="placementrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "current")), fields=("state",), name="placement_run_one_current"
            ),
        ),
        migrations.AddField(
            model_name="placementchoice",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="choices",
                to="iscm_inventory.placementrun",
            ),
        ),
        migrations.AddField(
            model_name="promotioncandidate",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
            ),
        ),
        migrations.AddField(
            model_name="promotioncandidate",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_locations.location"
            ),
        ),
        migrations.AddField(
            model_name="promotioncandidate",
            name="lot",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="iscm_inventory.lot"
            ),
        ),
        migrations.AddField(
            model_name="vmiagreement",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_items.item"
            ),
        ),
        migrations.AddField(
            model_name="vmiagreement",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_locations.location"
            ),
        ),
        migrations.AddField(
            model_name="vmiagreement",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.party"
            ),
        ),
        migrations.AddConstraint(
            model_name="decouplingpoint",
            constraint=models.UniqueConstraint(fields=("item", "location"), name="decoupling_point_once"),
        ),
        migrations.AddConstraint(
            model_name="decouplingpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("decoupling__in", ("stock", "assemble", "make", "dropship"))),
                name="decoupling_point_legal",
            ),
        ),
        migrations.AddConstraint(
            model_name="placementchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("proposed", "accepted", "dismissed"))),
                name="placement_choice_state_legal",
            ),
        ),
        migrations.AddConstraint(
            model_name="placementchoice",
            constraint=models.UniqueConstraint(fields=("run", "item", "location"), name="placement_choice_once"),
        ),
        migrations.AddConstraint(
            model_name="promotioncandidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("open", "offered", "dismissed", "ended"))),
                name="promotion_candidate_state_legal",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotioncandidate",
            constraint=models.UniqueConstraint(
                models.F("item"),
                models.F("location"),
                django.db.models.functions.comparison.Coalesce("lot", 0),
                condition=models.Q(("state", "ended"), _negated=True),
                name="promotion_candidate_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotioncandidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("units__gt", 0)), name="promotion_candidate_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="vmiagreement",
            index=models.Index(
                condition=models.Q(("valid_to", None)), fields=["supplier"], name="vmi_agreement_of_supplier"
            ),
        ),
        migrations.AddConstraint(
            model_name="vmiagreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)), fields=("item", "location"), name="vmi_agreement_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="vmiagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("least__gte", 0), ("most__gt", models.F("least"))), name="vmi_agreement_levels"
            ),
        ),
        migrations.AddConstraint(
            model_name="vmiagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="vmi_agreement_period",
            ),
        ),
    ]
