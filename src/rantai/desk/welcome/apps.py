"""The first day of a company."""

from django.apps import AppConfig


class DeskWelcomeConfig(AppConfig):
    """Found a company, take the first steps, remove the demonstration."""

    name = "rantai.desk.welcome"
    label = "desk_welcome"
    default_auto_field = "django.db.models.BigAutoField"
