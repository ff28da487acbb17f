"""What we said we would deliver, and on which supply it leans."""

from django.apps import AppConfig


class IscmPromisingConfig(AppConfig):
    """Supply slots, takes, the promise ledger."""

    name = "rantai.iscm.promising"
    label = "iscm_promising"
    default_auto_field = "django.db.models.BigAutoField"
