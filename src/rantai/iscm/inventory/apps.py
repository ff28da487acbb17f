"""What is where: the stock ledger."""

from django.apps import AppConfig


class IscmInventoryConfig(AppConfig):
    """Moves, balances, lots, reservations, counts, targets."""

    name = "rantai.iscm.inventory"
    label = "iscm_inventory"
    default_auto_field = "django.db.models.BigAutoField"
