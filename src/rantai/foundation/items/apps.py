"""What is planned, bought, made or sold."""

from django.apps import AppConfig


class FoundationItemsConfig(AppConfig):
    """Items, units, bills of materials, routings, resources, sources."""

    name = "rantai.foundation.items"
    label = "foundation_items"
    default_auto_field = "django.db.models.BigAutoField"
