"""Who buys from us."""

from django.apps import AppConfig


class CrmAccountsConfig(AppConfig):
    """Accounts: customers as buying units."""

    name = "rantai.crm.accounts"
    label = "crm_accounts"
    default_auto_field = "django.db.models.BigAutoField"
