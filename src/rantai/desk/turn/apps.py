"""A turn of the loop."""

from django.apps import AppConfig


class DeskTurnConfig(AppConfig):
    """Value, forecast, target, plan, propose, share, tell."""

    name = "rantai.desk.turn"
    label = "desk_turn"
    default_auto_field = "django.db.models.BigAutoField"
