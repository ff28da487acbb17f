"""The contracts' room."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Prices and agreements with suppliers."""

    name = "rantai.srm.contracts"
    label = "srm_contracts"
    default_auto_field = "django.db.models.BigAutoField"
