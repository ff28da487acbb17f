"""Let the database itself refuse to rewrite an entry of points."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER points_entry_append_only BEFORE UPDATE ON crm_loyalty_pointsentry
BEGIN SELECT RAISE(ABORT, 'entries of points are append-only: post one that takes the wrong one back'); END
"""
POSTGRESQL = """
CREATE FUNCTION refuse_points_entry_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'entries of points are append-only: post one that takes the wrong one back'; END $$;
CREATE TRIGGER points_entry_append_only BEFORE UPDATE ON crm_loyalty_pointsentry
FOR EACH ROW EXECUTE FUNCTION refuse_points_entry_update();
"""


def guard(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER points_entry_append_only ON crm_loyalty_pointsentry")
        schema_editor.execute("DROP FUNCTION refuse_points_entry_update()")
    else:
        schema_editor.execute("DROP TRIGGER points_entry_append_only")


class Migration(migrations.Migration):
    dependencies = [("crm_loyalty", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
