"""What we make ourselves."""

from django.apps import AppConfig


class IscmProductionConfig(AppConfig):
    """Production orders, their components and steps."""

    name = "rantai.iscm.production"
    label = "iscm_production"
    default_auto_field = "django.db.models.BigAutoField"
