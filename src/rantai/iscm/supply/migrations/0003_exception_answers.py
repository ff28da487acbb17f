"""Keep what people say to exceptions, and let the queue be read by what is at stake."""

import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    """One table and one index."""

    dependencies = [("iscm_supply", "0002_cause_resource")]

    operations = [
        migrations.AlterField(
            model_name="planexception",
            name="kind",
            field=models.CharField(
                help_text="expedite, defer, cancel, overdue, release, short, late, no_source, circle", max_length=10
            ),
        ),
        migrations.AddIndex(
            model_name="planexception",
            index=models.Index(fields=["run", "-stake"], name="plan_exception_stake"),
        ),
        migrations.CreateModel(
            name="ExceptionAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("ref_kind", models.CharField(blank=True, max_length=40)),
                ("ref_id", models.BigIntegerField(default=0)),
                ("ref_line", models.BigIntegerField(default=0)),
                ("answer", models.CharField(help_text="dismissed, asked, set, cancelled, task or released", max_length=9)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("units", rantai.kernel.fields.QuantityField(help_text="asked for, else as the exception said")),
                ("due_on", models.DateField(help_text="asked for, else as the exception said", null=True)),
                ("document_kind", models.CharField(blank=True, help_text="of what was written", max_length=40)),
                ("document_id", models.BigIntegerField(null=True)),
                (
                    "units_from",
                    rantai.kernel.fields.QuantityField(help_text="it stays quiet while it is about so many units …"),
                ),
                ("units_to", rantai.kernel.fields.QuantityField(help_text="… up to so many,")),
                ("day_from", models.DateField(help_text="comes (or is wanted) from this day …", null=True)),
                ("day_to", models.DateField(help_text="… to this,", null=True)),
                ("stake_to", models.BigIntegerField(help_text="and no more than so much is at stake")),
                (
                    "back_on",
                    models.DateField(
                        help_text="from this day on it is asked again; empty: while it is the same", null=True
                    ),
                ),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="foundation_items.item",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="foundation_locations.location",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["item", "kind", "ref_id"], name="exception_answer_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer__in", ["dismissed", "asked", "set", "cancelled", "task", "released"])
                        ),
                        name="exception_answer_legal",
                    )
                ],
            },
        ),
    ]  # fmt: skip
