"""Who sees what is shared with suppliers: whoever sees purchases; and what suppliers usually say, in any language."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy, override

PERMISSIONS: dict[str, tuple[str, ...]] = {}

REASONS: dict[str, Any] = {
    "supplier": gettext_lazy("Our own supplier is late"),
    "capacity": gettext_lazy("Not enough capacity"),
    "quality": gettext_lazy("Machine or quality problem"),
    "transport": gettext_lazy("Transport or customs"),
    "ended": gettext_lazy("We do not make it any more"),
}
"""What most suppliers say when they promise something else than was asked."""


def say_reason(typed: str) -> str:
    """Return a supplier's reason in the reader's language where it is a usual one, else as it was typed."""
    code = _list_known().get(typed.strip().casefold())
    return str(REASONS[code]) if code else typed


@cache
def _list_known() -> dict[str, str]:
    """Return what a usual reason may read like, in every language, with its code."""
    known = {code: code for code in REASONS}
    for language, _name in settings.LANGUAGES:
        with override(language):
            known |= {str(words).casefold(): code for code, words in REASONS.items()}
    return known
