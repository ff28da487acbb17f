import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_access", "0002_parties"),
        ("foundation_items", "0002_finite_resources"),
        ("foundation_locations", "0001_initial"),
        ("foundation_parties", "0001_initial"),
        ("iscm_demand", "0005_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="AccountSegments",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party_ids", models.BinaryField(help_text="64-bit little-endian integers")),
                ("segment_ids", models.BinaryField(help_text="64-bit little-endian integers")),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_segments",
                        to="iscm_demand.forecastrun",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="forecastoverride",
            name="segment",
            field=models.ForeignKey(
                db_index=False,
                help_text="class of customers; empty: all customers together, or the one that is named",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="iscm_demand.segment",
            ),
        ),
        migrations.AddConstraint(
            model_name="forecastoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("party", None), ("segment", None), _connector="OR"),
                name="forecast_override_one_whose",
            ),
        ),
    ]
