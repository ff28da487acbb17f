import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_access", "0001_initial"),
        ("foundation_calendars", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Location",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        help_text="empty: not ours",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.company",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        help_text="whose place",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.party",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(default="warehouse", max_length=12)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="foundation_locations.location",
                    ),
                ),
                ("gln", models.CharField(blank=True, max_length=13)),
                ("zone", models.CharField(default="UTC", help_text="IANA time zone", max_length=60)),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_calendars.calendar",
                    ),
                ),
                (
                    "cut_off",
                    models.PositiveIntegerField(
                        default=57600, help_text="orders after this local second ship a working day later"
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_access.territory",
                    ),
                ),
                ("latitude", models.FloatField(blank=True, help_text="degrees, statistic for maps", null=True)),
                ("longitude", models.FloatField(blank=True, help_text="degrees, statistic for maps", null=True)),
                ("custom", models.JSONField(blank=True, default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "plant",
                                    "warehouse",
                                    "zone",
                                    "bin",
                                    "supplier",
                                    "customer",
                                    "production",
                                    "adjustment",
                                    "transit",
                                    "history",
                                ],
                            )
                        ),
                        name="location_kind_legal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lanes_out",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lanes_in",
                        to="foundation_locations.location",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_access.territory",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1, help_text="1 is tried first")),
                (
                    "transit_days",
                    models.PositiveSmallIntegerField(default=1, help_text="working days of the destination's calendar"),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "cost",
                    rantai.kernel.fields.MoneyField(
                        default=0, help_text="for one base unit, in the company's currency"
                    ),
                ),
                ("capacity", rantai.kernel.fields.QuantityField(blank=True, help_text="base units a day", null=True)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("destination__isnull", False), ("territory__isnull", True)),
                            models.Q(("destination__isnull", True), ("territory__isnull", False)),
                            _connector="OR",
                        ),
                        name="lane_one_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin", models.F("destination")), _negated=True),
                        name="lane_goes_somewhere",
                    ),
                ],
            },
        ),
    ]
