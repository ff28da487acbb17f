"""What people attach to documents and say on them."""

from django.apps import AppConfig


class FoundationDocumentsConfig(AppConfig):
    """Files, comments, tasks, followers, templates."""

    name = "rantai.foundation.documents"
    label = "foundation_documents"
    default_auto_field = "django.db.models.BigAutoField"
