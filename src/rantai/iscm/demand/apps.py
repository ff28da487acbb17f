"""What is wanted: firm demand, and demand of the past."""

from django.apps import AppConfig


class IscmDemandConfig(AppConfig):
    """Demands, their milestones, demand history."""

    name = "rantai.iscm.demand"
    label = "iscm_demand"
    default_auto_field = "django.db.models.BigAutoField"
