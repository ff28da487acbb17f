"""Data that people read in their own language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

FALLBACKS = ("en", "id", "zh-hans")


def pick(texts: Mapping[str, str], language: str | None = None) -> str:
    """Return the text in `language` (default: the active one), else the first that exists."""
    wanted = language or get_language() or "en"
    for candidate in (wanted, *FALLBACKS):
        if texts.get(candidate):
            return texts[candidate]
    return next((text for text in texts.values() if text), "")
