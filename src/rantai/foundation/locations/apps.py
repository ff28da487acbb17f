"""Where things are and how they get there."""

from django.apps import AppConfig


class FoundationLocationsConfig(AppConfig):
    """Locations and lanes."""

    name = "rantai.foundation.locations"
    label = "foundation_locations"
    default_auto_field = "django.db.models.BigAutoField"
