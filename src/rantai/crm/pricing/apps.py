"""What things cost a customer."""

from django.apps import AppConfig


class CrmPricingConfig(AppConfig):
    """Price lists, prices, tax."""

    name = "rantai.crm.pricing"
    label = "crm_pricing"
    default_auto_field = "django.db.models.BigAutoField"
