import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm_orders", "0001_initial"),
        ("foundation_locations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="scheduleline",
            name="ships_from",
            field=models.ForeignKey(
                db_index=False,
                help_text="a site that was chosen; empty: whichever serves the customer",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation_locations.location",
            ),
        ),
    ]
