from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iscm_demand", "0003_grid"),
    ]

    operations = [
        migrations.AddField(
            model_name="demandsignal",
            name="likely",
            field=models.BinaryField(
                help_text="base units: what most likely comes in a week; empty: the mean", null=True
            ),
        ),
        migrations.AlterField(
            model_name="accountsnapshot",
            name="mean",
            field=models.BinaryField(help_text="base units that most likely come in a week, (rows, horizon)"),
        ),
    ]
