"""A request with a key is answered once: its repetition gets the same answer and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rantai.kernel import clock
from rantai.kernel.models import IdempotentAnswer
from rantai.kernel.transactions import run_atomic

HEADER = "Idempotency-Key"

Answer = tuple[int, dict[str, Any]]
Work = Callable[[], Answer]


class KeyReused(Exception):
    """A key that came before with another request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            _("Key %(key)s came before with another body. Use a new key for a new request.") % {"key": key}
        )


class KeyMissing(ValueError):
    """A request that creates a document came without a key."""

    def __init__(self) -> None:
        super().__init__(
            _("Send the header %(header)s with a key of your own for each new document.") % {"header": HEADER}
        )


def once(
    request: HttpRequest, caller: str, work: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """Do `work` and store its answer in the same transaction, or return the stored answer.

    Raises KeyMissing, KeyReused.
    """
    key = request.headers.get(HEADER, "").strip()
    if not key or len(key) > 200:
        raise KeyMissing
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    try:
        return run_atomic(lambda: _answer(caller, key, digest, work))
    except IntegrityError:
        # the same key at the same moment: the other request's answer counts
        return run_atomic(lambda: _answer(caller, key, digest, work))


def _answer(caller: str, key: str, digest: str, work: Work) -> Answer:
    known = IdempotentAnswer.objects.filter(caller=caller, key=key).first()
    if known:
        if known.request_hash != digest:
            raise KeyReused(key)
        return known.status, known.body or {}
    status, body = work()
    with transaction.atomic():
        IdempotentAnswer.objects.create(
            caller=caller, key=key, request_hash=digest, status=status, body=body, created_at=clock.now()
        )
    return status, body
