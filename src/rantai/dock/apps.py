"""The suppliers' door."""

from django.apps import AppConfig


class DockConfig(AppConfig):
    """Where suppliers without account answer orders by a link."""

    name = "rantai.dock"
    label = "dock"
