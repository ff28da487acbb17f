"""`rantai worker`: deliver facts and run jobs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import autodiscover_modules

from rantai.kernel import worker


class Command(BaseCommand):
    """Work until told to stop, or with --once until nothing is due."""

    help = "Deliver events and run jobs until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer --once."""
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the loop with every app's tasks."""
        autodiscover_modules("tasks")
        worker.run(once=options["once"])
