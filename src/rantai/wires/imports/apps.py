"""Files that people bring."""

from django.apps import AppConfig


class WiresImportsConfig(AppConfig):
    """Imports of history, masters and open documents."""

    name = "rantai.wires.imports"
    label = "wires_imports"
    default_auto_field = "django.db.models.BigAutoField"
