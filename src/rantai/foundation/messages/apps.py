"""What we tell people outside."""

from django.apps import AppConfig


class FoundationMessagesConfig(AppConfig):
    """Outgoing messages and their templates."""

    name = "rantai.foundation.messages"
    label = "foundation_messages"
    default_auto_field = "django.db.models.BigAutoField"
