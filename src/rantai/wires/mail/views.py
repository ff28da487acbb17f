"""The door of a marketing mail: no more of it."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rantai.foundation.access import queries as access
from rantai.foundation.access import rules
from rantai.foundation.parties import actions as parties
from rantai.kernel.transactions import run_atomic


@rules.public
@csrf_exempt  # a mail program posts here on its own (RFC 8058); the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Take back a party's consent to marketing by e-mail; the same answer for a link that is none."""
    link = access.find_link(token, "unsubscribe")
    if request.method == "POST" and link and link.party_id:
        withdraw = partial(
            parties.record_consent, link.party_id, purpose="marketing", channel="email", granted=False, source="mail"
        )
        run_atomic(withdraw)
    context = {"done": request.method == "POST", "company_name": ""}
    return render(request, "wires/mail/unsubscribe.html", context)
