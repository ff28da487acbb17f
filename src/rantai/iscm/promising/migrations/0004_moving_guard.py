"""What is promised here and what is to be moved elsewhere never exceed together what there is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("iscm_promising", "0003_moving")]

    operations = [
        migrations.RemoveConstraint(model_name="supplyslot", name="supply_slot_never_overpromised"),
        migrations.AddConstraint(
            model_name="supplyslot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("available__gte", models.F("promised") + models.F("moving")),
                    ("moving__gte", 0),
                    ("promised__gte", 0),
                ),
                name="supply_slot_never_overpromised",
            ),
        ),
        migrations.AddConstraint(
            model_name="slottake",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot", None), ("moved_from", None), _connector="OR"), name="slot_take_one_supply"
            ),
        ),
    ]
