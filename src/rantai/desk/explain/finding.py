"""Find what somebody asks about by the name that people have for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from rantai.crm import facade as crm
from rantai.desk.explain import rules
from rantai.iscm import facade as iscm
from rantai.kernel.hits import Hit
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm

_MOST = 5
_LINES: dict[str, Callable[[Iterable[int]], dict[int, tuple[int, int]]]] = {
    "sales_order": crm.number_lines,
    "purchase_order": srm.number_lines,
}


class UnknownReference(LookupError):
    """Nothing is called as asked; says what comes close."""

    def __init__(self, text: str, close: Iterable[str]) -> None:
        self.text, self.close = text, tuple(close)
        near = ", ".join(self.close)
        hint = _("Close to it: %(near)s.") % {"near": near} if near else _("Nothing comes close.")
        form = _("Write a number such as SO-00012, PO-00016/1 or MO-00003, or kind:id with one of %(kinds)s.") % {
            "kinds": ", ".join(rules.KINDS)
        }
        super().__init__(_("Nothing is called '%(text)s'.") % {"text": text} + f" {hint} {form}")


def find_ref(text: str) -> DocRef:
    """Return what a number, with a line or without, or kind:id[/line] names; raises UnknownReference."""
    typed = text.strip()
    if ":" in typed:
        return _read_ref(typed)
    number, _slash, position = typed.partition("/")
    found = [hit for hit in _search(number) if hit.is_exact and hit.ref.kind in rules.KINDS]
    if not found or (position and not position.isdigit()):
        raise UnknownReference(text, _list_close(number))
    ref = found[0].ref
    return _find_line(ref, int(position), text=typed, number=found[0].label) if position else ref


def _read_ref(text: str) -> DocRef:
    try:
        ref = DocRef.parse(text)
    except ValueError:
        raise UnknownReference(text, [kind for kind in rules.KINDS if kind.startswith(text[:3])]) from None
    if ref.kind not in rules.KINDS:
        raise UnknownReference(text, [kind for kind in rules.KINDS if kind.startswith(ref.kind[:3])])
    return ref


def _find_line(ref: DocRef, position: int, *, text: str, number: str) -> DocRef:
    places = _LINES[ref.kind]([ref.id]) if ref.kind in _LINES else {}
    for line, (_order, place) in places.items():
        if place == position:
            return DocRef(ref.kind, ref.id, line)
    raise UnknownReference(text, [f"{number}/{place}" for _order, place in sorted(places.values())] or [number])


def _search(text: str) -> list[Hit]:
    if not text:
        return []
    return [*crm.search(text, limit=_MOST), *iscm.search(text, limit=_MOST), *srm.search(text, limit=_MOST)]


def _list_close(text: str) -> list[str]:
    """Return numbers that begin as the text does, the longest beginning that anything has."""
    letters = re.match(r"[A-Za-z]*-?", text)
    least = max(len(letters[0]) if letters else 0, 1)
    for length in range(len(text), least, -1):
        found = [hit.label for hit in _search(text[:length]) if hit.ref.kind in rules.KINDS]
        if found:
            return list(dict.fromkeys(found))[:_MOST]
    return []
