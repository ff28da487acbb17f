"""How every page looks and behaves."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Shell, components, tables, charts and formats; no models."""

    name = "rantai.ui"
    label = "ui"
