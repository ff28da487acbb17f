"""The demonstration company, so that a worker finds its tasks."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Make the demonstration, take it away."""

    name = "rantai.demo"
    label = "demo"
