"""What an agreement is called: its number, the paper's, or which draft it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rantai.crm.selling.models import SalesAgreement


def name_agreement(held: SalesAgreement) -> str:
    """Return what an agreement is called."""
    return say_name(held.pk, number=held.number, reference=held.reference, state=held.state)


def say_name(agreement_id: int, *, number: str, reference: str, state: str) -> str:
    """Return what an agreement with these is called."""
    text = _("Draft %(id)s") if state == "draft" else _("Agreement %(id)s")
    return number or reference or text % {"id": agreement_id}
