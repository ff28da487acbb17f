"""How often one visitor may knock: enough for people, too little for guessing."""

from __future__ import annotations

from django.http import HttpRequest

from rantai.kernel import throttles

READS_A_MINUTE = 120
WRITES_A_MINUTE = 20


def is_too_often(request: HttpRequest, *, token: str) -> bool:
    """Count this request and tell whether the visitor's minute is used up; a write counts for its link too."""
    visitor = request.META.get("REMOTE_ADDR", "")
    if request.method != "POST":
        return throttles.is_used_up(f"dock:r:{visitor}", a_minute=READS_A_MINUTE)
    by_visitor = throttles.is_used_up(f"dock:w:{visitor}", a_minute=WRITES_A_MINUTE)
    return by_visitor or throttles.is_used_up(f"dock:w:{token[:64]}", a_minute=WRITES_A_MINUTE)
