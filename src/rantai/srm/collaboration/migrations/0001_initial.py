import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_items", "0001_initial"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("srm_buying", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastPublication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forecasts",
                        to="foundation_parties.party",
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("run_id", models.BigIntegerField(help_text="plan run that made it")),
                ("as_of", models.DateTimeField()),
                ("buckets", models.PositiveIntegerField()),
                (
                    "changed",
                    models.PositiveIntegerField(
                        help_text="buckets that differ from the version before, vanished ones included"
                    ),
                ),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("supplier", "version"), name="forecast_publication_version"),
                    models.UniqueConstraint(fields=("supplier", "run_id"), name="forecast_publication_run"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="srm_buying.purchasescheduleline",
                    ),
                ),
                ("stage", models.CharField(max_length=20)),
                ("units", rantai.kernel.fields.QuantityField()),
                ("arrives_on", models.DateField()),
                ("carrier", models.CharField(blank=True, max_length=80)),
                ("tracking", models.CharField(blank=True, max_length=80)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["schedule", "-id"], name="ship_notice_schedule")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ("accepted", "packed", "handed_to_carrier", "in_transit", "delivered"))
                        ),
                        name="ship_notice_stage_legal",
                    ),
                    models.CheckConstraint(condition=models.Q(("units__gt", 0)), name="ship_notice_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="srm_buying.purchaseorder",
                    ),
                ),
                ("asked_revision", models.PositiveIntegerField(help_text="version of the order that was answered")),
                (
                    "digest",
                    models.CharField(help_text="of what was said, so that a repetition is known", max_length=64),
                ),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("source", models.CharField(help_text="link, user or edi", max_length=5)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["order", "-id"], name="supplier_answer_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["link", "user", "edi"])), name="answer_source_legal"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierCommit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commits",
                        to="srm_collaboration.supplieranswer",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commits",
                        to="srm_buying.purchasescheduleline",
                    ),
                ),
                (
                    "asked_units",
                    rantai.kernel.fields.QuantityField(help_text="what was asked of the schedule when it was answered"),
                ),
                ("asked_on", models.DateField()),
                ("units", rantai.kernel.fields.QuantityField()),
                ("committed_on", models.DateField()),
                ("confidence", models.IntegerField(help_text="how sure the supplier is, in 1/10,000", null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=1, help_text="part of a split answer")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("units__gte", 0)), name="supplier_commit_units"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence", None),
                            models.Q(("confidence__gte", 0), ("confidence__lte", 10000)),
                            _connector="OR",
                        ),
                        name="supplier_commit_confidence",
                    ),
                    models.UniqueConstraint(fields=("answer", "schedule", "position"), name="supplier_commit_part"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="srm_collaboration.forecastpublication",
                    ),
                ),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_items.item")),
                (
                    "location",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_locations.location"),
                ),
                ("bucket_start", models.DateField()),
                ("units", rantai.kernel.fields.QuantityField()),
                (
                    "was_units",
                    rantai.kernel.fields.QuantityField(
                        help_text="of the version before; empty: not shown then", null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("publication", "item", "location", "bucket_start"), name="supplier_forecast_bucket"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UpstreamCommit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "commit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upstream",
                        to="srm_collaboration.suppliercommit",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.party",
                    ),
                ),
                ("part", models.CharField(max_length=120)),
                ("units", rantai.kernel.fields.QuantityField()),
                ("committed_on", models.DateField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
