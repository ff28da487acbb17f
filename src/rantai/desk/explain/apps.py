"""Why: what a thing leans on, and who leans on it."""

from django.apps import AppConfig


class ExplainConfig(AppConfig):
    """Chains as pictures, as ladders, as trees in the terminal and as data."""

    name = "rantai.desk.explain"
    label = "desk_explain"
    default_auto_field = "django.db.models.BigAutoField"
