"""What was just done, said in the foot of the next page, with its undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"
# What Django's levels look like here: done, look, hurt.
KINDS = {messages.SUCCESS: "done", messages.INFO: "new", messages.WARNING: "look", messages.ERROR: "hurt"}


def say(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say what was done; `undo` is an address that takes it back by POST."""
    messages.add_message(request, messages.SUCCESS, text, extra_tags=UNDO + undo if undo else "", fail_silently=True)


def warn(request: HttpRequest, text: str) -> None:
    """Say what deserves a look."""
    messages.add_message(request, messages.WARNING, text, fail_silently=True)


def hurt(request: HttpRequest, text: str) -> None:
    """Say what hurts a customer."""
    messages.add_message(request, messages.ERROR, text, fail_silently=True)
