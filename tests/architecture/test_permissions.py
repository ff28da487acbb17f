"""Every address asks for a permission, or says that it is public."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path

# They check for themselves who may enter: sign-in pages, the choice of language, the API's keys.
TRUSTED = ("allauth.", "django.views.i18n", "ninja.")


def list_patterns(entries: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in entries:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from list_patterns(entry.url_patterns, address)
        else:
            yield address, entry.callback


def is_guarded(view: Callable[..., Any]) -> bool:
    """Say whether the view names who may enter; rantai.foundation.access.rules sets the attribute."""
    permission = getattr(getattr(view, "view_class", view), "permission", None)
    return isinstance(permission, str) and permission != ""


def find_open_addresses(patterns: Iterable[tuple[str, Any]]) -> list[str]:
    return [
        f"/{address} ({view.__module__}.{getattr(view, '__name__', view)})"
        for address, view in patterns
        if not view.__module__.startswith(TRUSTED) and not is_guarded(view)
    ]


def test_every_address_has_a_permission_or_is_public():
    assert find_open_addresses(list_patterns(get_resolver().url_patterns)) == []


def test_the_rule_sees_an_open_address():
    def show(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def guarded(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    guarded.permission = "orders.view"

    patterns = [path("open/", show), path("guarded/", guarded)]

    assert find_open_addresses(list_patterns(patterns)) == [f"/open/ ({__name__}.show)"]
