"""Join the houses once all of them are loaded."""

import importlib

from django.apps import AppConfig

from rantai.config import houses


class Config(AppConfig):
    name = "rantai.config"
    label = "config"

    def ready(self) -> None:
        # Subscriptions exist only in a process that has imported them.
        for module in houses.list_present("rantai.config.wiring"):
            importlib.import_module(module)
