"""The suppliers' room."""

from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    """Who sells to us, and who sells to them."""

    name = "rantai.srm.suppliers"
    label = "srm_suppliers"
    default_auto_field = "django.db.models.BigAutoField"
