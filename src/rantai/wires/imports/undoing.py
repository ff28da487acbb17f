"""Take an import back while nothing cites it, and say what keeps the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from rantai.crm import facade as crm
from rantai.iscm import facade as iscm
from rantai.kernel import clock, jobs
from rantai.kernel.models import ExternalRef
from rantai.kernel.transactions import run_atomic
from rantai.srm import facade as srm
from rantai.wires.imports import history, removals, states
from rantai.wires.imports.kinds import stock
from rantai.wires.imports.kinds.kind import parts
from rantai.wires.imports.models import ImportedMaster, ImportRun

_BATCH = 200

REFUSED: tuple[type[Exception], ...] = (*iscm.REFUSALS, crm.OrderRefused)
"""Why an order that came with a file may not be cancelled any more."""


class CannotUndo(Exception):
    """An import whose goods or orders are in use already; the text says which."""


def undo(job: jobs.Run, run: ImportRun) -> dict[str, Any]:
    """Take back history, stock, orders, then the masters that nobody cites; raises CannotUndo."""
    if run.state == "undone":
        return {**run.account.get("undo", {}), "already_undone": True}
    job.progress(0, None, _("Taking back"))
    taken = {name: take(run) for name, take in _FIRST.items()}
    if run.kind == "orders":
        history.remove_history(run)
    kept = _remove_masters(job, run)
    figures = {
        **{name: count for name, count in taken.items() if count},
        "masters_removed": kept.pop("removed"),
        "kept": kept,
    }
    run_atomic(partial(_finish, run, figures))
    return figures


def _take_stock(run: ImportRun) -> int:
    """Take opening stock back, batch by batch; goods that were used keep all that is left."""
    rows = ExternalRef.objects.filter(source=stock.SOURCE, kind=stock.KEY_KIND, target_id=run.pk)
    count = rows.count()
    try:
        # a batch was posted under the place of its first row
        for place in list(rows.order_by("id").values_list("key", flat=True)):
            run_atomic(partial(_remove_opening, f"import:{run.pk}/{place}"[:100]))
    except Exception as error:
        if type(error).__name__ != "NotEnoughStock":  # a name of iscm that its door does not show
            raise
        raise CannotUndo(
            _("Opening stock of this import is in use: %(what)s Count the stock instead.") % {"what": error}
        ) from error
    run_atomic(rows.delete)
    return count


def _remove_opening(key: str) -> None:
    iscm.remove_opening_stock(key)


def _take_purchases(run: ImportRun) -> int:
    if run.kind != "open-purchases":
        return 0
    return run_atomic(partial(srm.remove_open_purchases, f"import:{run.pk}", by=f"import:{run.pk}"))


def _take_sales(run: ImportRun) -> int:
    """Cancel the orders that this import brought; one that is on its way cannot be."""
    count = 0
    for order_id in list(run.masters.filter(kind="sales_order").values_list("target_id", flat=True)):
        order = crm.get_order(order_id)
        if order.state == "cancelled":
            continue
        try:
            crm.cancel_order(order_id, revision=order.revision, by=f"import:{run.pk}")
        except REFUSED as refusal:
            raise CannotUndo(
                _("Order %(number)s is on its way: %(why)s") % {"number": order.number, "why": refusal}
            ) from refusal
        count += 1
    return count


def _take_retail(run: ImportRun) -> int:
    return run_atomic(partial(crm.remove_retail_sales, run.pk)) if run.kind == "sell-out" else 0


_FIRST: dict[str, Callable[[ImportRun], int]] = {
    "sales_orders_cancelled": _take_sales,
    "purchase_orders_cancelled": _take_purchases,
    "stock_places_emptied": _take_stock,
    "retail_sales_removed": _take_retail,
}


def _remove_masters(job: jobs.Run, run: ImportRun) -> dict[str, Any]:
    """Delete what this import brought first and nobody cites, users before what they use."""
    removed = 0
    kept: dict[str, Any] = {}
    for kind in removals.ORDER:
        ids = list(run.masters.filter(kind=kind).order_by("id").values_list("target_id", flat=True))
        citations = removals.find_citations(kind, ids)
        free = [pk for pk in ids if pk not in citations]
        for part in parts(free, _BATCH):
            run_atomic(partial(_remove, run, kind, list(part)))
            removed += len(part)
            job.progress(removed, None, _("Taking back"))
        if citations:
            kept[kind] = {"count": len(citations), "by": sorted(set().union(*citations.values()))}
    return {"removed": removed, **kept}


def _remove(run: ImportRun, kind: str, ids: list[int]) -> None:
    removals.remove(kind, ids)
    ImportedMaster.objects.filter(run=run, kind=kind, target_id__in=ids).delete()


def _finish(run: ImportRun, figures: dict[str, Any]) -> None:
    ExternalRef.objects.filter(source=run.source, kind="past_order", target_id=run.pk).delete()
    ImportRun.objects.filter(pk=run.pk).update(account={**run.account, "undo": figures}, updated_at=clock.now())
    states.IMPORTS.move(run, "undone")
