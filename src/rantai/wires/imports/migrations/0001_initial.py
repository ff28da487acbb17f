import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_documents", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("kind", models.CharField(max_length=20)),
                ("preset", models.CharField(blank=True, max_length=30)),
                (
                    "source",
                    models.CharField(help_text="whose keys the file uses: the same source upserts", max_length=60),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_documents.storedfile",
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("mapping", models.JSONField(default=dict, help_text="field → column, as somebody chose it")),
                ("options", models.JSONField(default=dict)),
                ("preview", models.JSONField(default=dict, help_text="how the file would be read, as last judged")),
                ("account", models.JSONField(default=dict, help_text="what was read, imported and set aside")),
                (
                    "aside",
                    models.ForeignKey(
                        help_text="lines set aside",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation_documents.storedfile",
                    ),
                ),
                ("state", models.CharField(default="uploaded", max_length=10)),
                ("error", models.TextField(blank=True)),
                ("job", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="kernel.job")),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("uploaded", "running", "failed", "done", "undone", "dropped"))
                        ),
                        name="import_run_state_legal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedMaster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="masters",
                        to="wires_imports.importrun",
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("target_id", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "target_id"), name="imported_master_once")],
            },
        ),
    ]
