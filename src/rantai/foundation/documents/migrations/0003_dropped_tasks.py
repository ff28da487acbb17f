"""A task's state has room for its longest word, which PostgreSQL counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation_documents", "0002_conversations")]

    operations = [
        migrations.AlterField(model_name="task", name="state", field=models.CharField(default="open", max_length=7)),
    ]
