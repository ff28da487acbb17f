"""A stock target says what of the demand behind it is wanted for what is made of the item."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("iscm_inventory", "0002_ledger_append_only")]

    operations = [
        migrations.AddField(
            model_name="stocktarget",
            name="dependent_mean",
            field=models.FloatField(
                default=0.0, help_text="statistic: what of demand_mean is wanted for what is made of it"
            ),
        ),
        migrations.AddField(
            model_name="stocktarget",
            name="uses",
            field=models.JSONField(
                default=list, help_text="[item made of it, base units of this a week], the largest first"
            ),
        ),
    ]
