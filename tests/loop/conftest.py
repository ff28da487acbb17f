"""The day on which the stories begin, and their stage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.utils.module_loading import autodiscover_modules

from tests.loop import telling


@pytest.fixture
def monday() -> Iterator[None]:
    """Let the handlers' clock stand on the Monday of the story, with every task known."""
    autodiscover_modules("tasks")
    with time_machine.travel(telling.MONDAY, tick=False):
        yield


@pytest.fixture
def scene(monday: None, db: None) -> telling.Scene:
    """Set the stage."""
    return telling.set_the_stage()
