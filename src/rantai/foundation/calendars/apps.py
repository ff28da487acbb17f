"""When work is done."""

from django.apps import AppConfig


class FoundationCalendarsConfig(AppConfig):
    """Working calendars."""

    name = "rantai.foundation.calendars"
    label = "foundation_calendars"
    default_auto_field = "django.db.models.BigAutoField"
