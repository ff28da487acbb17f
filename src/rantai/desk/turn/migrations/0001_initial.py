import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="TurnRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateTimeField(unique=True)),
                ("state", models.CharField(default="running", max_length=8)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_by", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "done", "failed"])), name="turn_state_legal"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TurnStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="desk_turn.turnrun"
                    ),
                ),
                ("task", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField()),
                ("seconds", models.FloatField(help_text="wall time, statistic")),
                ("figures", models.JSONField(default=dict)),
                ("ended_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("turn", "task"), name="turn_step_once")],
            },
        ),
    ]
