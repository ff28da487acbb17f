"""What an hour of a resource costs."""

from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("foundation_calendars", "0001_initial"),
        ("foundation_items", "0002_finite_resources"),
        ("foundation_locations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="resource",
            name="hourly_cost",
            field=rantai.kernel.fields.MoneyField(
                blank=True, help_text="of an hour of its work; empty: nobody knows", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(
                condition=models.Q(("hourly_cost", None), ("hourly_cost__gte", 0), _connector="OR"),
                name="resource_cost",
            ),
        ),
    ]
