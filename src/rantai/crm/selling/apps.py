"""What sales people know of demand ahead."""

from django.apps import AppConfig


class CrmSellingConfig(AppConfig):
    """Agreements with their call-offs, the pipeline, budget months."""

    name = "rantai.crm.selling"
    label = "crm_selling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the tasks known to workers."""
        # Tasks register themselves where they are defined, and models must be loaded before.
        from rantai.crm.selling import tasks  # noqa: F401
