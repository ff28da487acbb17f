"""Views of a list that people keep for themselves; settings name who knows them, as the ui knows no user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from rantai.ui import shapes

PREFIX = "kept-"


@dataclass(frozen=True, slots=True)
class Kept:
    """A list under a name of somebody's own."""

    id: int
    name: str
    query: str
    is_own: bool


class _Stored(Protocol):
    pk: int
    query: str


def list_kept(request: HttpRequest) -> Sequence[Kept]:
    """Return the views that the reader kept of this page: UI_SAVED_VIEWS names (request, URL name) → Kept rows."""
    path = getattr(settings, "UI_SAVED_VIEWS", "")
    match = getattr(request, "resolver_match", None)
    if not path or match is None or not getattr(request, "user", None):
        return ()
    kept: Sequence[Kept] = import_string(path)(request, match.view_name)
    return kept


def address_of(row: _Stored) -> str:
    """Return the words of the address at which a kept view is found again."""
    return f"{row.query}&view={PREFIX}{row.pk}".lstrip("&")


def to_tab(kept: Kept, current: str) -> shapes.Tab:
    """Return the tab of a kept view."""
    name = f"{PREFIX}{kept.id}"
    return shapes.Tab(kept.name, "?" + f"{kept.query}&view={name}".lstrip("&"), name == current)


def find_current(kept: Sequence[Kept], current: str) -> Kept | None:
    """Return the one of the reader's own views that is in force, to replace it or take it away."""
    return next((one for one in kept if one.is_own and f"{PREFIX}{one.id}" == current), None)
