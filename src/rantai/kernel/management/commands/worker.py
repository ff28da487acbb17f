"""`rantai worker`: deliver facts and run jobs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.urls import get_resolver
from django.utils.module_loading import autodiscover_modules

from rantai.kernel import worker


class Command(BaseCommand):
    """Work until told to stop, or with --once until nothing is due."""

    help = "Deliver events and run jobs until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer --once."""
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the loop with every app's tasks, and every page known."""
        autodiscover_modules("tasks")
        # The first letter with a link imports every page, a second's work: not while a fact holds SQLite's one writer.
        assert get_resolver().url_patterns
        worker.run(once=options["once"])
