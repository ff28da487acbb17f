"""An outcome names the resource that has no room."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_items", "0002_finite_resources"),
        ("iscm_supply", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="planoutcome",
            name="cause_resource",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation_items.resource",
            ),
        ),
    ]
