"""Who we are and whom we deal with."""

from django.apps import AppConfig


class FoundationPartiesConfig(AppConfig):
    """Companies, parties, addresses, taxes, rates, number series."""

    name = "rantai.foundation.parties"
    label = "foundation_parties"
    default_auto_field = "django.db.models.BigAutoField"
