"""The wire that sends e-mail."""

from django.apps import AppConfig


class WiresMailConfig(AppConfig):
    """Sending recorded messages, invitations and digests by SMTP."""

    name = "rantai.wires.mail"
    label = "wires_mail"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the tasks known to workers."""
        # Tasks register themselves where they are defined, and models must be loaded before.
        from rantai.wires.mail import tasks  # noqa: F401
