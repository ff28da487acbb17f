import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("zone", models.CharField(default="UTC", help_text="IANA time zone", max_length=60)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CalendarException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="foundation_calendars.calendar",
                    ),
                ),
                ("day", models.DateField()),
                ("is_open", models.BooleanField(default=False)),
                ("starts", models.PositiveIntegerField(default=0, help_text="seconds after local midnight")),
                ("ends", models.PositiveIntegerField(default=86400, help_text="seconds after local midnight")),
                ("name", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("calendar", "day"), name="calendar_exception_day")],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shifts",
                        to="foundation_calendars.calendar",
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday")),
                ("starts", models.PositiveIntegerField(help_text="seconds after local midnight")),
                (
                    "ends",
                    models.PositiveIntegerField(help_text="seconds after local midnight, 86,400 the whole day's end"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="shift_weekday"),
                    models.CheckConstraint(
                        condition=models.Q(("ends__lte", 86400), ("starts__lt", models.F("ends"))), name="shift_span"
                    ),
                ],
            },
        ),
    ]
