"""What the console says where a database has nobody who could sign in."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from rantai.desk.welcome import links
from rantai.kernel.transactions import run_atomic


def invite() -> str:
    """Return the words with a new one-time link, empty where the company has its administrator."""
    if not links.is_needed():
        return ""
    address = settings.PUBLIC_URL + reverse("desk_welcome:open", args=[run_atomic(links.issue)])
    return f"Set the company up here, once, within a week: {address}"
