import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoyaltyProgram",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.company"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "earn_points",
                    models.PositiveIntegerField(default=1, help_text="points for each `earn_amount` of net sales"),
                ),
                (
                    "earn_amount",
                    rantai.kernel.fields.MoneyField(default=100000000, help_text="net, in the company's currency"),
                ),
                ("posts_on", models.CharField(default="invoiced", help_text="invoiced or paid", max_length=8)),
                ("is_open", models.BooleanField(default=True, help_text="posts points; closed ones only take back")),
                (
                    "joins_all",
                    models.BooleanField(default=False, help_text="a customer becomes a member with the first invoice"),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="loyalty_program_code"),
                    models.CheckConstraint(
                        condition=models.Q(("earn_amount__gt", 0), ("earn_points__gt", 0)), name="loyalty_program_rate"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("posts_on__in", ("invoiced", "paid"))), name="loyalty_program_moment"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoyaltyMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="crm_loyalty.loyaltyprogram",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation_parties.party"
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("joined_by", models.CharField(max_length=80)),
                ("left_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("program", "party"), name="loyalty_member_once")],
            },
        ),
        migrations.CreateModel(
            name="PointsAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="crm_loyalty.loyaltyprogram",
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                (
                    "member",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account",
                        to="crm_loyalty.loyaltymember",
                    ),
                ),
                ("balance", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "member"), _negated=True), ("balance__gte", 0), _connector="OR"
                        ),
                        name="points_never_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "member"), ("member__isnull", False)),
                            models.Q(("kind__in", ("issued", "redeemed", "expired")), ("member", None)),
                            _connector="OR",
                        ),
                        name="points_account_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("member", None)),
                        fields=("program", "kind"),
                        name="points_account_counterpart",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PointsEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries_out",
                        to="crm_loyalty.pointsaccount",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries_in",
                        to="crm_loyalty.pointsaccount",
                    ),
                ),
                ("points", models.BigIntegerField()),
                ("reason", models.CharField(help_text="earned, credited, redeemed, expired, adjusted", max_length=12)),
                ("ref_kind", models.CharField(max_length=40)),
                ("ref_id", models.BigIntegerField()),
                (
                    "reverses",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="crm_loyalty.pointsentry",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["source", "-id"], name="points_entry_out"),
                    models.Index(fields=["target", "-id"], name="points_entry_in"),
                    models.Index(fields=["ref_kind", "ref_id"], name="points_entry_ref"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="points_entry_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True), name="points_entry_moves"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reason__in", ["earned", "credited"])),
                        fields=("reason", "ref_kind", "ref_id", "source", "target"),
                        name="points_entry_once",
                    ),
                ],
            },
        ),
    ]
