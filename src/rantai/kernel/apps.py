"""The ground that every house stands on."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Outbox, jobs, audit, decisions, references: facts about facts."""

    name = "rantai.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
