"""Our own companies: how one is set up."""

from django.apps import AppConfig


class FoundationCompaniesConfig(AppConfig):
    """Setting up and keeping companies; their table stands in parties."""

    name = "rantai.foundation.companies"
    label = "foundation_companies"
    default_auto_field = "django.db.models.BigAutoField"
