"""Who may do what."""

from django.apps import AppConfig


class FoundationAccessConfig(AppConfig):
    """Users, roles, teams, territories."""

    name = "rantai.foundation.access"
    label = "foundation_access"
    default_auto_field = "django.db.models.BigAutoField"
