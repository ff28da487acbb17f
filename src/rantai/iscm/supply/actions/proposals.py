"""Decide proposals: accept, change, dismiss, take back; they go on as requisitions, production orders, transfers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.production.actions import orders as production
from rantai.iscm.production.queries.structure import Ways
from rantai.iscm.supply import states
from rantai.iscm.supply.models import Dismissal, PlannedOrder
from rantai.kernel import changes, decisions, revisions
from rantai.kernel.models import ApprovalPolicy, DecisionReason, DecisionRecord
from rantai.kernel.quantities import MAX_AMOUNT, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import facade as srm
from rantai.srm.messages import PurchaseRequest

BOUGHT = ("purchase", "dropship")
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class ProposalGone(Exception):
    """A proposal that a newer plan replaced, or that somebody decided already."""

    def __init__(self, order: PlannedOrder) -> None:
        self.order = order
        super().__init__(
            _("Proposal %(number)s for %(item)s is no longer open: it is %(state)s. Look at the plan as it stands now.")
            % {"number": order, "item": order.item.code, "state": _name(order)}
        )


class BadFigure(ValueError):
    """A quantity or day that nobody could order."""


def accept_proposals(
    orders: Iterable[int], *, by: str, at: datetime, policy: ApprovalPolicy | None = None
) -> list[PlannedOrder]:
    """Accept open proposals of the current plan as they stand. Raises ProposalGone before anything is written.

    Locks proposals in id order, then writes what they become: requisitions, production orders, transfers,
    which buyers, production and the warehouse release. Raises NotMade.
    """
    require_transaction()
    rows = _lock_open(orders)
    decisions.decide(_records(rows), state="accepted", by=by, policy=policy)
    return _accept(rows, by=by, at=at, policy=policy)


def change_proposal(
    order_id: int, *, revision: int, units: Quantity, due_on: date, by: str, at: datetime, note: str = ""
) -> PlannedOrder:
    """Accept a proposal with another quantity or day. Raises ProposalGone, RevisionConflict, BadFigure."""
    require_transaction()
    _check_figures(units, due_on)
    (order,) = _lock_open([order_id])
    shift = due_on - order.due_on
    revisions.take(
        order,
        expected=revision,
        units=units.amount,
        amount=order.amount * units.amount // order.units,
        start_on=max(at.date(), order.start_on + shift),
        due_on=due_on,
        note=note[:200],
        changed_seq=changes.next_change(),
    )
    decisions.decide(_records([order]), state="changed", by=by)
    _accept([order], by=by, at=at, policy=None)
    return order


def dismiss_proposals(orders: Iterable[int], *, by: str, at: datetime, note: str = "") -> list[PlannedOrder]:
    """Let proposals go, and remember what was let go. Raises ProposalGone."""
    require_transaction()
    rows = _lock_open(orders)
    decisions.decide(_records(rows), state="dismissed", by=by)
    for row in rows:
        states.planned_order.move(row, "dismissed")
    _stamp(rows, by=by, at=at, note=note[:200])
    behind = _list_demands(rows)
    Dismissal.objects.bulk_create(
        [
            Dismissal(
                identity=row.identity, order=row, units=row.units, demand_ids=behind.get(row.decision_id, []),
                due_on=row.due_on, by=by, at=at,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["identity"],
        update_fields=["order", "units", "demand_ids", "due_on", "by", "at"],
    )  # fmt: skip
    return rows


def reopen_proposals(orders: Iterable[int], *, at: datetime) -> list[PlannedOrder]:
    """Take dismissals back: the proposals of the current plan are open again, with the same reasons."""
    require_transaction()
    rows = PlannedOrder.objects.select_for_update(of=("self",)).filter(pk__in=list(orders), state="dismissed")
    found = list(rows.filter(run__state="current").order_by("id"))
    for row in found:
        states.planned_order.move(row, "proposed")
        row.decision = _propose_again(row)
        row.decided_by, row.decided_at = "", None
    PlannedOrder.objects.bulk_update(found, ["decision", "decided_by", "decided_at"])
    Dismissal.objects.filter(identity__in=[row.identity for row in found]).delete()
    return found


def _accept(
    rows: Sequence[PlannedOrder], *, by: str, at: datetime, policy: ApprovalPolicy | None
) -> list[PlannedOrder]:
    for row in rows:
        states.planned_order.move(row, "accepted")
    _stamp(rows, by=by, at=at)
    # Whoever accepts what was dismissed in an earlier plan has changed their mind.
    Dismissal.objects.filter(identity__in=[row.identity for row in rows]).delete()
    _request(rows, by=by, policy=policy)
    _plan_work(rows, by=by, at=at)
    return list(rows)


def _request(rows: Sequence[PlannedOrder], *, by: str, policy: ApprovalPolicy | None) -> None:
    bought = [row for row in rows if row.kind in BOUGHT]
    if not bought:
        return
    demands = Demand.objects.in_bulk([row.demand_id for row in bought if row.demand_id])
    asked = [_to_request(row, demands.get(row.demand_id or 0), by=by, policy=policy) for row in bought]
    for row, made in zip(bought, srm.request_purchase(asked), strict=True):
        _become(row, DocRef("purchase_requisition", made.requisition_id))
    PlannedOrder.objects.bulk_update(bought, ["document_kind", "document_id"], batch_size=500)


def _plan_work(rows: Sequence[PlannedOrder], *, by: str, at: datetime) -> None:
    """Write production orders and transfers, which production and the warehouse release. Raises NotMade."""
    inside = [row for row in rows if row.kind not in BOUGHT]
    if not inside:
        return
    ways = Ways([row.item_id for row in inside if row.kind == "production"], on=at.date())
    behind = _list_pegs(inside)
    for row in inside:
        if row.kind == "production":
            made = production.plan_order(_to_production(row, behind.get(row.pk, ())), ways, at=at, by=by)
            _become(row, made.ref)
        else:
            _become(row, transfers.plan_transfer(_to_transfer(row), at=at, by=by).ref)
    PlannedOrder.objects.bulk_update(inside, ["document_kind", "document_id"], batch_size=500)


def _become(row: PlannedOrder, ref: DocRef) -> None:
    states.planned_order.move(row, "released")
    row.document_kind, row.document_id = ref.kind, ref.id


def _to_production(row: PlannedOrder, pegs: Sequence[production.PegDraft]) -> production.ProductionDraft:
    return production.ProductionDraft(
        company_id=row.company_id,
        item_id=row.item_id,
        location_id=row.location_id or 0,
        units=row.units,
        due_on=row.due_on,
        cause=DocRef("planned_order", row.pk),
        source_id=row.source_id,
        pegs=tuple(pegs),
    )


def _to_transfer(row: PlannedOrder) -> transfers.TransferDraft:
    return transfers.TransferDraft(
        company_id=row.company_id,
        origin_id=row.origin_id or 0,
        destination_id=row.location_id or 0,
        ship_on=row.start_on,
        due_on=row.due_on,
        lines=((row.item_id, row.units),),
        cause=DocRef("planned_order", row.pk),
    )


def _list_pegs(rows: Sequence[PlannedOrder]) -> dict[int, list[production.PegDraft]]:
    """Return the customers' demands of the made item itself, by proposal."""
    by_record = {row.decision_id: row for row in rows}
    reasons = list(DecisionReason.objects.filter(decision_id__in=_records(rows), ref_kind="demand").order_by("id"))
    demands = Demand.objects.in_bulk([reason.ref_id for reason in reasons if reason.ref_id])
    found: dict[int, list[production.PegDraft]] = {}
    for reason in reasons:
        row, demand = by_record[reason.decision_id], demands.get(reason.ref_id or 0)
        if demand and demand.item_id == row.item_id:
            found.setdefault(row.pk, []).append(_to_peg(demand, reason.units))
    return found


def _to_peg(demand: Demand, units: int) -> production.PegDraft:
    return production.PegDraft(
        demand_id=demand.pk,
        order_kind=demand.kind,
        order_id=demand.order_id,
        line=demand.line,
        schedule=demand.schedule,
        number=demand.number,
        units=units,
    )


def _to_request(row: PlannedOrder, demand: Demand | None, *, by: str, policy: ApprovalPolicy | None) -> PurchaseRequest:
    return PurchaseRequest(
        company_id=row.company_id,
        cause=DocRef("planned_order", row.pk),
        item_id=row.item_id,
        supplier_id=row.supplier_id,
        source_id=row.source_id,
        location_id=row.location_id,
        units=Quantity(row.units),
        due_on=row.due_on,
        order_on=row.start_on,
        unit_cost=row.unit_cost,
        currency=row.currency,
        drop_to_address_id=demand.address_id if demand else None,
        drop_for_number=demand.number if demand else "",
        value_at_stake=row.stake,
        policy_id=policy.pk if policy else None,
        by=by,
    )


def _lock_open(ids: Iterable[int]) -> list[PlannedOrder]:
    rows = PlannedOrder.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    found = list(rows.select_related("item", "run").order_by("id"))
    for row in found:
        if row.state != "proposed" or row.run.state != "current":
            raise ProposalGone(row)
    return found


def _stamp(rows: Sequence[PlannedOrder], *, by: str, at: datetime, note: str | None = None) -> None:
    seq = changes.next_change()
    for row in rows:
        row.decided_by, row.decided_at, row.changed_seq = by, at, seq
        row.note = row.note if note is None else note
    PlannedOrder.objects.bulk_update(rows, ["decided_by", "decided_at", "changed_seq", "note"], batch_size=500)


def _records(rows: Sequence[PlannedOrder]) -> list[int]:
    return [row.decision_id for row in rows if row.decision_id]


def _list_demands(rows: Sequence[PlannedOrder]) -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = {}
    reasons = DecisionReason.objects.filter(decision_id__in=_records(rows), ref_kind="demand").order_by("ref_id")
    for decision_id, demand_id in reasons.values_list("decision_id", "ref_id"):
        found.setdefault(decision_id, []).append(demand_id or 0)
    return found


def _propose_again(row: PlannedOrder) -> DecisionRecord | None:
    old = row.decision
    if old is None:
        return None
    reasons = tuple(
        decisions.Reason(
            code=reason.code,
            units=Quantity(reason.units),
            ref=DocRef(reason.ref_kind, reason.ref_id or 0) if reason.ref_kind else None,
            detail=reason.detail,
        )
        for reason in old.reasons.order_by("id")
    )
    proposal = decisions.Proposal(
        kind=old.kind, subject=DocRef("planned_order", row.pk), units=Quantity(old.units), reasons=reasons,
        inputs=old.inputs, engine=old.engine, run_id=old.run_id,
    )  # fmt: skip
    return decisions.record_proposals([proposal])[0]


def _check_figures(units: Quantity, due_on: date) -> None:
    if not 0 < units.amount <= MAX_AMOUNT:
        raise BadFigure(_("%(units)s cannot be ordered. Give a quantity above zero.") % {"units": units})
    if not EARLIEST <= due_on <= LATEST:
        raise BadFigure(_("%(day)s is no day to plan for. Give a day between 2000 and 2199.") % {"day": due_on})


def _name(order: PlannedOrder) -> str:
    if order.state == "proposed":
        return _("part of an older plan")
    return {
        "accepted": _("accepted"),
        "released": _("ordered"),
        "dismissed": _("dismissed"),
        "superseded": _("replaced by a newer plan"),
    }[order.state]
