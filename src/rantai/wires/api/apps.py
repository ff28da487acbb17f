"""The machines' door: REST."""

from django.apps import AppConfig


class WiresApiConfig(AppConfig):
    """API v1, which only grows."""

    name = "rantai.wires.api"
    label = "wires_api"
    default_auto_field = "django.db.models.BigAutoField"
