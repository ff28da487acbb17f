"""Let the database itself refuse to rewrite a stock move."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER stock_move_append_only BEFORE UPDATE ON iscm_inventory_stockmove
BEGIN SELECT RAISE(ABORT, 'stock moves are append-only: post a reversing move'); END
"""
POSTGRESQL = """
CREATE FUNCTION refuse_stock_move_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'stock moves are append-only: post a reversing move'; END $$;
CREATE TRIGGER stock_move_append_only BEFORE UPDATE ON iscm_inventory_stockmove
FOR EACH ROW EXECUTE FUNCTION refuse_stock_move_update();
"""


def guard(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER stock_move_append_only ON iscm_inventory_stockmove")
        schema_editor.execute("DROP FUNCTION refuse_stock_move_update()")
    else:
        schema_editor.execute("DROP TRIGGER stock_move_append_only")


class Migration(migrations.Migration):
    dependencies = [("iscm_inventory", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
