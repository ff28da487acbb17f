"""Work in the background: a paper is printed after the goods left, for printing is slow and must not hold them up."""

from __future__ import annotations

from functools import partial

import structlog

from rantai.foundation.documents.papers import PaperNotPrintable
from rantai.iscm.fulfilment.actions import papers
from rantai.iscm.fulfilment.models import Shipment
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic

log = structlog.get_logger(__name__)


@jobs.task(papers.PRINT_TASK)
def print_delivery_note(run: jobs.Run, *, shipment_id: int) -> dict[str, int | None]:
    """Print the note of a shipment that left, and hang it there; one that turned round meanwhile needs none."""
    left_at = Shipment.objects.values_list("shipped_at", flat=True).get(pk=shipment_id)
    if left_at is None:
        return {"attachment": None}
    keep = partial(
        papers.keep_delivery_note,
        shipment_id,
        printed=_print(shipment_id),
        shipped_at=left_at,
        by=run.actor or "system",
    )
    return {"attachment": run_atomic(keep)}


def _print(shipment_id: int) -> bytes | None:
    """Return the note, or None where the company's own template is broken: the customer is told all the same."""
    try:
        return papers.render_delivery_note(shipment_id)
    except PaperNotPrintable as problem:
        log.warning("delivery note not printed", shipment=shipment_id, reason=problem.reason)
        return None
