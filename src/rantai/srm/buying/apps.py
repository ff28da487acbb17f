"""The buyers' room."""

from django.apps import AppConfig


class BuyingConfig(AppConfig):
    """Requisitions, purchase orders, receipts of them."""

    name = "rantai.srm.buying"
    label = "srm_buying"
    default_auto_field = "django.db.models.BigAutoField"
