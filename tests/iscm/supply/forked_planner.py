"""The planner's program in a fork: loading what it imports takes three seconds of a processor each time."""

from __future__ import annotations

import django

django.setup()

from django.conf import settings  # noqa: E402 (settings first)
from django.core.management import call_command  # noqa: E402

from rantai.iscm.supply.management.commands import planner  # noqa: E402, F401 (loaded before the fork)


def serve(url: str) -> None:
    """Hold the plan and answer at this address until told to stop."""
    settings.PLANNER_URL = url
    call_command("planner")
