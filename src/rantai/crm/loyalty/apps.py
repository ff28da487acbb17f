"""Points that customers collect."""

from django.apps import AppConfig


class CrmLoyaltyConfig(AppConfig):
    """Programmes, members and their ledger of points."""

    name = "rantai.crm.loyalty"
    label = "crm_loyalty"
    default_auto_field = "django.db.models.BigAutoField"
