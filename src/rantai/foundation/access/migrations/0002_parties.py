import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_access", "0001_initial"),
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="parties",
            field=models.ManyToManyField(blank=True, related_name="users", to="foundation_parties.party"),
        ),
        migrations.CreateModel(
            name="LinkToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(help_text="track, answer, invite …", max_length=30)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                (
                    "party",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.party"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["subject_kind", "subject_id"], name="link_token_subject")],
            },
        ),
    ]
