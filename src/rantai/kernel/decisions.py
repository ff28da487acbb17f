"""Proposals with their reasons as data, and the policies that may accept them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rantai.kernel import clock
from rantai.kernel.models import ApprovalPolicy, DecisionReason, DecisionRecord
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class ReasonsDoNotAddUp(Exception):
    """A proposal whose reasons explain more or fewer units than it has."""

    def __init__(self, subject: DocRef, units: int, explained: int) -> None:
        self.subject, self.units, self.explained = subject, units, explained
        super().__init__(f"{subject} proposes {Quantity(units)} units but its reasons explain {Quantity(explained)}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One cause and the units that it accounts for."""

    code: str
    units: Quantity
    ref: DocRef | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What an engine proposes, before anybody decided."""

    kind: str
    subject: DocRef
    units: Quantity
    reasons: tuple[Reason, ...]
    inputs: dict[str, Any] = field(default_factory=dict)
    alternatives: list[Any] = field(default_factory=list)
    engine: str = ""
    run_id: int | None = None


def record_proposals(proposals: Sequence[Proposal]) -> list[DecisionRecord]:
    """Store proposals with their reasons in bulk; raises ReasonsDoNotAddUp before anything is written."""
    require_transaction()
    for proposal in proposals:
        explained = sum(reason.units.amount for reason in proposal.reasons)
        if explained != proposal.units.amount:
            raise ReasonsDoNotAddUp(proposal.subject, proposal.units.amount, explained)
    at = clock.now()
    records = DecisionRecord.objects.bulk_create(
        [
            DecisionRecord(
                kind=proposal.kind,
                subject_kind=proposal.subject.kind,
                subject_id=proposal.subject.id,
                units=proposal.units.amount,
                inputs=proposal.inputs,
                alternatives=proposal.alternatives,
                engine=proposal.engine,
                run_id=proposal.run_id,
                proposed_at=at,
            )
            for proposal in proposals
        ],
        batch_size=1000,
    )
    DecisionReason.objects.bulk_create(_reason_rows(records, proposals), batch_size=2000)
    return records


def decide(record_ids: Iterable[int], *, state: str, by: str, policy: ApprovalPolicy | None = None) -> int:
    """Mark open proposals accepted, changed, dismissed or superseded; return how many were open."""
    require_transaction()
    return DecisionRecord.objects.filter(pk__in=list(record_ids), state="proposed").update(
        state=state, decided_at=clock.now(), decided_by=by, policy=policy
    )


def find_policy(
    kind: str, *, amount: int, starts_on: date, as_of: date, demand_class: str = ""
) -> ApprovalPolicy | None:
    """Return a policy that covers the proposal, or None: then a person decides."""
    rows = ApprovalPolicy.objects.filter(
        kind=kind,
        ended_at=None,
        max_amount__gte=amount,
        horizon_days__gte=max(0, (starts_on - as_of).days),
        demand_class__in=["", demand_class],
    )
    return rows.order_by("max_amount", "id").first()


def _reason_rows(records: Sequence[DecisionRecord], proposals: Sequence[Proposal]) -> list[DecisionReason]:
    return [
        DecisionReason(
            decision=record,
            code=reason.code,
            units=reason.units.amount,
            ref_kind=reason.ref.kind if reason.ref else "",
            ref_id=reason.ref.id if reason.ref else None,
            detail=reason.detail,
        )
        for record, proposal in zip(records, proposals, strict=True)
        for reason in proposal.reasons
    ]
