"""Proposals with their reasons as data, and the policies that may accept them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rantai.kernel import audit, bulk, clock, inserts, statements
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


ReasonRow = tuple[str, int, str, int | None, str]
"""A reason as it stands in the table: code, units in 1/10,000, kind and id of what it names, detail as JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalRows:
    """Proposals of one engine about things of one kind, column by column; `inputs` are JSON, reasons by proposal."""

    kinds: Sequence[str]
    subject_kind: str
    subject_ids: Sequence[int]
    units: Sequence[int]
    inputs: Sequence[str]
    reasons: Sequence[Sequence[ReasonRow]]
    engine: str
    run_id: int


def load_proposals(rows: ProposalRows) -> Sequence[int]:
    """Store what `record_proposals` does, for very many; return their keys in their order. Raises ReasonsDoNotAddUp."""
    require_transaction()
    for subject, units, reasons in zip(rows.subject_ids, rows.units, rows.reasons, strict=True):
        _refuse_gap(DocRef(rows.subject_kind, subject), units, sum(reason[1] for reason in reasons))
    keys = bulk.reserve_keys(DecisionRecord, len(rows.units))
    bulk.add(
        DecisionRecord,
        {
            "id": keys, "kind": rows.kinds, "subject_kind": rows.subject_kind, "subject_id": rows.subject_ids,
            "units": rows.units, "inputs": rows.inputs, "alternatives": "[]", "engine": rows.engine,
            "run_id": rows.run_id, "state": "proposed", "policy_id": None, "proposed_at": clock.now(),
            "decided_at": None, "decided_by": "",
        },
    )  # fmt: skip
    owners = [key for key, reasons in zip(keys, rows.reasons, strict=True) for _reason in reasons]
    columns = zip(*(reason for reasons in rows.reasons for reason in reasons), strict=True)
    names = ("code", "units", "ref_kind", "ref_id", "detail")
    bulk.add(DecisionReason, {"decision_id": owners, **dict(zip(names, columns, strict=False))})
    return keys


def record_proposals(proposals: Sequence[Proposal]) -> Sequence[DecisionRecord]:
    """Store proposals with their reasons, in their order; raises ReasonsDoNotAddUp before anything is written."""
    require_transaction()
    for proposal in proposals:
        explained = sum(reason.units.amount for reason in proposal.reasons)
        _refuse_gap(proposal.subject, proposal.units.amount, explained)
    at = clock.now()
    records = inserts.add(
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
        ]
    )
    inserts.add(_reason_rows(records, proposals))
    return records


def _refuse_gap(subject: DocRef, units: int, explained: int) -> None:
    if explained != units:
        raise ReasonsDoNotAddUp(subject, units, explained)


def decide(record_ids: Iterable[int], *, state: str, by: str, policy: ApprovalPolicy | None = None) -> int:
    """Mark open proposals accepted, changed, dismissed or superseded; return how many were open."""
    require_transaction()
    return DecisionRecord.objects.filter(pk__in=list(record_ids), state="proposed").update(
        state=state, decided_at=clock.now(), decided_by=by, policy=policy
    )


def forget(record_ids: Sequence[int]) -> None:
    """Delete proposals with their reasons, of which there are too many to be read first; some hundreds at a time."""
    require_transaction()
    if not record_ids:
        return
    marks = ", ".join(["%s"] * len(record_ids))
    for table, column in (("kernel_decisionreason", "decision_id"), ("kernel_decisionrecord", "id")):
        statements.write(f"DELETE FROM {table} WHERE {column} IN ({marks})", record_ids)  # noqa: S608 (our own names)


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


def set_policy(
    kind: str, *, max_amount: int, horizon_days: int, demand_class: str = "", role: str = "", by: str
) -> ApprovalPolicy:
    """Let what a policy covers happen without asking, from now on; the policies before it stay until they are ended."""
    require_transaction()
    row = ApprovalPolicy.objects.create(
        kind=kind, max_amount=max_amount, horizon_days=horizon_days, demand_class=demand_class, role=role, set_by=by,
        set_at=clock.now(),
    )  # fmt: skip
    audit.record(DocRef("approval_policy", row.pk), action="set", by=by)
    return row


def end_policy(policy: ApprovalPolicy, *, by: str) -> None:
    """Let a person decide again; what the policy accepted stays accepted."""
    require_transaction()
    if ApprovalPolicy.objects.filter(pk=policy.pk, ended_at=None).update(ended_at=clock.now()):
        audit.record(DocRef("approval_policy", policy.pk), action="ended", by=by)


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
