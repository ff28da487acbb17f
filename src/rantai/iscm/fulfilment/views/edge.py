"""What may be refused at the dock for a reason that the reader can do something about."""

from __future__ import annotations

from functools import partial

from django.urls import reverse

from rantai.foundation.documents.actions import FileRefused, FileTooLarge
from rantai.foundation.documents.papers import PaperNotPrintable
from rantai.iscm.fulfilment.actions import receipts, returns, shipments, withdrawals
from rantai.iscm.inventory.views import edge
from rantai.srm import facade as srm
from rantai.ui import clicks

REFUSALS: tuple[type[Exception], ...] = (
    *edge.REFUSALS,
    FileRefused,
    FileTooLarge,
    PaperNotPrintable,
    shipments.WrongQuantity,
    withdrawals.CannotWithdraw,
    returns.CannotReturn,
    receipts.WrongReceipt,
    receipts.LotMissing,
    receipts.AlreadyReversed,
    *srm.RECEIPT_REFUSALS,
)

attempt = partial(clicks.attempt, refusals=REFUSALS)


def shipment_url(shipment_id: int) -> str:
    """Return the page of a shipment."""
    return reverse("iscm_fulfilment:shipment", args=[shipment_id])


def receipt_url(receipt_id: int) -> str:
    """Return the page of a receipt."""
    return reverse("iscm_fulfilment:receipt", args=[receipt_id])
