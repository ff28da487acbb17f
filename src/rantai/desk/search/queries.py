"""Gather hits of the houses, masters and pages, within what a person may open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm import facade as crm
from rantai.desk.search import pages
from rantai.foundation.access.models import User
from rantai.foundation.documents import rules as documents
from rantai.foundation.items import queries as items
from rantai.iscm import facade as iscm
from rantai.kernel.hits import Hit
from rantai.kernel.refs import PAGES, DocRef
from rantai.kernel.texts import pick
from rantai.srm import facade as srm

GROUPS = (
    (gettext_lazy("Customers"), ("party",)),
    (gettext_lazy("Suppliers"), ("supplier",)),
    (gettext_lazy("Items"), ("item",)),
    (gettext_lazy("Sales"), ("sales_order", "invoice")),
    (gettext_lazy("Pipeline"), ("opportunity", "sales_agreement")),
    (gettext_lazy("Operations"), ("shipment", "goods_receipt", "transfer_order", "production_order", "planned_order")),
    (gettext_lazy("Purchasing"), ("purchase_order", "purchase_requisition")),
)
"""Headings with the kinds under them, in the order in which people look."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit as the palette and the page show it."""

    label: str
    note: str
    href: str
    house: str = ""
    icon: str = ""


def find(text: str, *, user: User, limit: int) -> list[tuple[str, list[Shown]]]:
    """Return what is called as typed, under headings; what is called exactly so comes first of all."""
    if not text:
        return []
    found = [hit for hit in search(text, limit=limit) if _may_open(user, hit.ref.kind)]
    exact = [hit for hit in found if hit.is_exact]
    rest = [hit for hit in found if not hit.is_exact]
    groups = [(_("Called so"), [_show(hit) for hit in exact])]
    for name, kinds in GROUPS:
        groups.append((str(name), [_show(hit) for hit in rest if hit.ref.kind in kinds][:limit]))
    known = [Shown(page.label, page.note, page.href, page.house, page.icon) for page in pages.find(text, user=user)]
    groups.append((_("Pages and commands"), known[:limit]))
    return [(name, shown) for name, shown in groups if shown]


def search(text: str, *, limit: int) -> Iterable[Hit]:
    """Yield the hits of every house and of the masters, whoever asks."""
    yield from crm.search(text, limit=limit)
    yield from iscm.search(text, limit=limit)
    yield from srm.search(text, limit=limit)
    for item in items.search_items(text, limit=limit):
        is_exact = item.code.casefold() == text.casefold()
        name = pick(item.name)
        yield Hit(
            ref=DocRef("item", item.pk), label=name or item.code, note=item.code if name else "", house="operations",
            is_exact=is_exact,
        )  # fmt: skip


def _may_open(user: User, kind: str) -> bool:
    return kind in PAGES and user.has_perm(documents.VIEW_PERMISSION.get(kind, ""))


def _show(hit: Hit) -> Shown:
    return Shown(hit.label, hit.note, reverse(PAGES[hit.ref.kind], args=[hit.ref.id]), hit.house)
