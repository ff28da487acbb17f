"""What comes in and goes out of our sites."""

from django.apps import AppConfig


class IscmFulfilmentConfig(AppConfig):
    """Shipments, goods receipts, returns."""

    name = "rantai.iscm.fulfilment"
    label = "iscm_fulfilment"
    default_auto_field = "django.db.models.BigAutoField"
