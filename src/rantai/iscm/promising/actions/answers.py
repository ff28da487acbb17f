"""Do what a person decided about something that waited: proposals accepted, changed, let go; planned work released."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.actions import overrides, sensing
from rantai.iscm.demand.queries import deviations
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.fulfilment.models import TransferOrder
from rantai.iscm.production.actions import orders as production
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.actions import choices, proposals
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import bundles
from rantai.kernel import clock, needs
from rantai.kernel.needs import Answer, Done, NoSuchNeed
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition

REFUSALS = (
    proposals.ProposalGone,
    proposals.BadFigure,
    choices.NoSuchChoice,
    IllegalTransition,
    production.NotMade,
    transfers.NotATransfer,
    sensing.NothingSuggested,
    overrides.BadOverride,
)
AT_ONCE = 40
"""Rows that one transaction takes, so that nobody waits for long."""


def list_ids(key: str, answer: Answer, *, as_of: datetime) -> list[int]:
    """Return the documents that an answer is for: those named, one by its key, or all of a bundle."""
    today = clock.business_date(as_of, parties.get_company().zone)
    kind, rest = needs.split_key(key)
    if answer.ids:
        return sorted(set(answer.ids))
    if kind == bundles.ONE or (kind == deviations.KIND and rest):
        return [needs.read_id(rest, key)]
    if kind == bundles.MANY:
        return list(bundles.filter_bundle(key, today).order_by("id").values_list("pk", flat=True))
    if kind == "release_production":
        rows = ProductionOrder.objects.filter(state="planned", supplies=None)
        return list(rows.order_by("start_on", "id").values_list("pk", flat=True))
    if kind == "release_transfers":
        planned = TransferOrder.objects.filter(state="planned").order_by("ship_on", "id")
        return list(planned.values_list("pk", flat=True))
    raise NoSuchNeed(key)


def decide(key: str, answer: Answer, ids: Sequence[int], *, as_of: datetime) -> Done:
    """Do it for some documents in the caller's transaction. Raises what the actions raise, NoSuchNeed."""
    require_transaction()
    kind, _rest = needs.split_key(key)
    act = _ACTS.get((bundles.MANY if kind == bundles.ONE else kind, answer.code))
    if act is None:
        raise NoSuchNeed(key)
    return Done(count=act(ids, answer, as_of), ids=tuple(ids))


def _accept(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    return len(proposals.accept_proposals(ids, by=answer.by, at=at))


def _dismiss(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    return len(proposals.dismiss_proposals(ids, by=answer.by, at=at, note=answer.note))


def _reopen(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    return len(proposals.reopen_proposals(ids, at=at))


def _change(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    """Accept one proposal with another quantity, day or supplier."""
    (order_id,) = ids
    order = PlannedOrder.objects.get(pk=order_id)
    revision = answer.revision or order.revision
    if answer.source and answer.source != str(order.source_id):
        order = choices.choose_source(order_id, source_id=int(answer.source), revision=revision)
        revision = order.revision
    proposals.change_proposal(
        order_id,
        revision=revision,
        units=Quantity(answer.units if answer.units is not None else order.units),
        due_on=answer.due_on or order.due_on,
        by=answer.by,
        at=at,
        note=answer.note,
    )
    return 1


def _release_production(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    for order_id in ids:
        production.release_tree(production.lock_order(order_id), at=at, by=answer.by)
    return len(ids)


def _release_transfers(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    for transfer_id in ids:
        transfers.release_transfer(transfers.lock_transfer(transfer_id), at=at, by=answer.by)
    return len(ids)


def _accept_deviations(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    return len([sensing.accept(pk, by=answer.by, at=at, note=answer.note) for pk in ids])


def _dismiss_deviations(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    return len([sensing.dismiss(pk, by=answer.by, at=at, note=answer.note) for pk in ids])


def _reopen_deviations(ids: Sequence[int], answer: Answer, at: datetime) -> int:
    return len([sensing.reopen(pk, by=answer.by, at=at) for pk in ids])


_ACTS: dict[tuple[str, str], Callable[[Sequence[int], Answer, datetime], int]] = {
    (bundles.MANY, "accept"): _accept,
    (bundles.MANY, "dismiss"): _dismiss,
    (bundles.MANY, "reopen"): _reopen,
    (bundles.MANY, "change"): _change,
    (deviations.KIND, "accept"): _accept_deviations,
    (deviations.KIND, "dismiss"): _dismiss_deviations,
    (deviations.KIND, "reopen"): _reopen_deviations,
    ("release_production", "release"): _release_production,
    ("release_transfers", "release"): _release_transfers,
}
