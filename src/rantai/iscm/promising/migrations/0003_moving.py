"""Supply of a site may be kept for customers of another one, to which it is moved first."""

import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    dependencies = [("iscm_promising", "0002_allocations")]

    operations = [
        migrations.AddField(
            model_name="supplyslot",
            name="moving",
            field=rantai.kernel.fields.QuantityField(
                default=0, help_text="promised to customers of other sites, to which it is moved first"
            ),
        ),
        migrations.AddField(
            model_name="slottake",
            name="moved_from",
            field=models.ForeignKey(
                db_index=False,
                help_text="supply of another site that is kept for these units until a transfer brings them",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moved_takes",
                to="iscm_promising.supplyslot",
            ),
        ),
        migrations.AddIndex(
            model_name="slottake",
            index=models.Index(
                condition=models.Q(("moved_from__isnull", False)), fields=["moved_from"], name="slot_take_moved_from"
            ),
        ),
    ]
