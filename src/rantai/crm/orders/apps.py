"""What customers ordered, and what we billed them."""

from django.apps import AppConfig


class CrmOrdersConfig(AppConfig):
    """Sales orders, schedule lines, invoices, payments, past orders."""

    name = "rantai.crm.orders"
    label = "crm_orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the tasks known to workers."""
        # Tasks register themselves where they are defined, and models must be loaded before.
        from rantai.crm.orders import tasks  # noqa: F401
