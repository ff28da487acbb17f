"""The supply plan: what to buy, make and move, for whom, and what cannot be kept."""

from django.apps import AppConfig


class IscmSupplyConfig(AppConfig):
    """Plan runs, their blocks, outcomes, exceptions and proposals."""

    name = "rantai.iscm.supply"
    label = "iscm_supply"
    default_auto_field = "django.db.models.BigAutoField"
