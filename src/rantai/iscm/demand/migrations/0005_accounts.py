import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_parties", "0001_initial"),
        ("iscm_demand", "0004_likely"),
    ]

    operations = [
        migrations.AddField(
            model_name="forecastoverride",
            name="party",
            field=models.ForeignKey(
                db_index=False,
                help_text="customer; empty: all customers together",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation_parties.party",
            ),
        ),
        migrations.CreateModel(
            name="AccountForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("block", models.PositiveIntegerField()),
                ("codec", models.CharField(default="f4le+zlib", max_length=20)),
                ("item_ids", models.BinaryField(help_text="64-bit little-endian integers")),
                ("party_ids", models.BinaryField(help_text="64-bit little-endian integers, 0 everybody else")),
                ("mean", models.BinaryField(help_text="base units a week, (rows, horizon)")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_forecasts",
                        to="iscm_demand.forecastrun",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "block"), name="account_forecast_once")],
            },
        ),
    ]
