"""Staff pages that cross houses."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The loop, what needs me now, jobs."""

    name = "rantai.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
