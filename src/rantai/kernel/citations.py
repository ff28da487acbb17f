"""What cited documents are called and where their pages are: a citation is shown in words, never as kind and id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from rantai.kernel.refs import PAGES, DocRef

Numbers = Callable[[Collection[int]], Mapping[int, object]]

NAMES: dict[str, tuple[Any, Numbers | None]] = {}
"""Kind of document → its word, and who knows the numbers of some ids; filled by config.wiring."""

LISTS: dict[str, str] = {}
"""Kind of document → URL name of the page of all, where one alone has no page of its own; filled by config.wiring."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A cited document as people read it."""

    label: str
    href: str = ""


def describe(refs: Iterable[DocRef]) -> dict[DocRef, Citation]:
    """Return each citation in words with its page; one query a kind. What has no word yet is called by nothing."""
    by_kind: dict[str, list[DocRef]] = defaultdict(list)
    for ref in dict.fromkeys(refs):
        by_kind[ref.kind].append(ref)
    return {ref: one for kind, found in by_kind.items() for ref, one in _describe(kind, found).items()}


def read(texts: Iterable[str]) -> dict[str, Citation]:
    """Return citations by the text that keeps them; empty and unreadable texts are left out."""
    refs = {text: ref for text in texts if (ref := _parse(text)) is not None}
    known = describe(refs.values())
    return {text: known[ref] for text, ref in refs.items()}


def _describe(kind: str, refs: list[DocRef]) -> dict[DocRef, Citation]:
    word, read_numbers = NAMES.get(kind, ("", None))
    numbers = read_numbers({ref.id for ref in refs}) if read_numbers else {}
    return {
        ref: Citation(label=" ".join(filter(None, (str(word), str(numbers.get(ref.id) or "")))), href=_find_page(ref))
        for ref in refs
    }


def _find_page(ref: DocRef) -> str:
    try:
        return reverse(PAGES[ref.kind], args=[ref.id]) if ref.kind in PAGES else reverse(LISTS[ref.kind])
    except (KeyError, NoReverseMatch):
        return ""


def _parse(text: str) -> DocRef | None:
    try:
        return DocRef.parse(text)
    except ValueError:
        return None
