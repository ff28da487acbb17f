"""The rooms of stock: what stands where, what is wanted, by which rules, where it should stand, what is too much."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.ui import shapes


def list_rooms(request: HttpRequest, current: str) -> list[shapes.Tab]:
    """Return the rooms as tabs."""
    named = [
        ("stock", _("On hand")),
        ("targets", _("Targets")),
        ("policies", _("Policies")),
        ("placement", _("Placement")),
        ("excess", _("Excess")),
    ]
    return [shapes.Tab(label, reverse(f"iscm_inventory:{name}"), current=name == current) for name, label in named]
