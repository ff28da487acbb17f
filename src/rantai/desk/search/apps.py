"""Find any party, item, document or page."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """What Ctrl-K asks."""

    name = "rantai.desk.search"
    label = "desk_search"
    default_auto_field = "django.db.models.BigAutoField"
