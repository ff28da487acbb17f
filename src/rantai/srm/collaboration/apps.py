"""The room where suppliers answer."""

from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    """Commits, ship notices, shared forecasts."""

    name = "rantai.srm.collaboration"
    label = "srm_collaboration"
    default_auto_field = "django.db.models.BigAutoField"
