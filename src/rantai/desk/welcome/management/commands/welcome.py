"""`rantai welcome`: a new link to the founding of the company."""

from typing import Any

from django.core.management.base import BaseCommand

from rantai.desk.welcome import printing


class Command(BaseCommand):
    """Print the one-time link by which the first administrator comes in."""

    help = "Print a new one-time link to set the company up; the link before it ends."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link, or say that it is not needed."""
        self.stdout.write(printing.invite() or "The company stands and has an administrator: sign in.")
