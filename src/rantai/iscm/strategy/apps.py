"""What if: scenarios over the plan, compared, and taken over; the five policy templates."""

from django.apps import AppConfig


class IscmStrategyConfig(AppConfig):
    """Scenarios, their runs, what was taken over of them, strategy templates."""

    name = "rantai.iscm.strategy"
    label = "iscm_strategy"
    default_auto_field = "django.db.models.BigAutoField"
