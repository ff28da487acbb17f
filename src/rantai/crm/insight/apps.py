"""What we know of customers."""

from django.apps import AppConfig


class CrmInsightConfig(AppConfig):
    """Customer value, probability that a customer is alive, who is about to leave."""

    name = "rantai.crm.insight"
    label = "crm_insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the tasks known to workers."""
        # Tasks register themselves where they are defined, and models must be loaded before.
        from rantai.crm.insight import tasks  # noqa: F401
