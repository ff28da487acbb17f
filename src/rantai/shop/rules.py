"""How often one visitor may knock: enough for a family that waits, too little for guessing."""

from __future__ import annotations

from django.http import HttpRequest

from rantai.kernel import throttles

READS_A_MINUTE = 120
QUESTIONS_A_MINUTE = 3
MISSES_A_MINUTE = 10


def is_too_often(request: HttpRequest) -> bool:
    """Count this request and tell whether the visitor's minute is used up."""
    return throttles.is_used_up(f"shop:r:{_visitor(request)}", a_minute=READS_A_MINUTE)


def is_asking_too_often(request: HttpRequest, *, token: str) -> bool:
    """Count a question, for its visitor and for its link, and tell whether either's minute is used up."""
    by_visitor = throttles.is_used_up(f"shop:q:{_visitor(request)}", a_minute=QUESTIONS_A_MINUTE)
    return throttles.is_used_up(f"shop:q:{token[:64]}", a_minute=QUESTIONS_A_MINUTE) or by_visitor


def is_guessing(request: HttpRequest) -> bool:
    """Count a link that opened nothing and tell whether the visitor tried too many of them."""
    return throttles.is_used_up(f"shop:m:{_visitor(request)}", a_minute=MISSES_A_MINUTE)


def _visitor(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
