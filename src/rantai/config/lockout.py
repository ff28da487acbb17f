"""Name the account of a failed sign-in for the brute-force guard without keeping who it is."""

from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def hash_account(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return a keyed hash of the e-mail address: equal for equal accounts, readable for nobody."""
    given = credentials or {}
    posted = request.POST.get("login", "") if request is not None else ""
    address = given.get("email") or given.get("username") or posted
    if not address:
        return ""
    return salted_hmac("rantai.sign-in", str(address).strip().lower()).hexdigest()
