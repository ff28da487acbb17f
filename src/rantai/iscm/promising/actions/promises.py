"""Keep the ledger of promises: every date that was given, with its cause, and what holds now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from rantai.iscm import events
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake
from rantai.iscm.promising.queries import offers
from rantai.kernel import inserts, outbox, rows
from rantai.kernel.transactions import require_transaction


@dataclass(kw_only=True, slots=True)
class Standing:
    """What a demand's open units are promised now."""

    demand: Demand
    takes: list[SlotTake] = field(default_factory=list)
    unpromised: int = 0
    reason: str = ""
    relies_on: list[str] = field(default_factory=list)
    cause_ref: str = ""

    @property
    def promised_on(self) -> date | None:
        """The day by which all units that have a date are there."""
        return max((take.promised_on for take in self.takes), default=None)

    @property
    def basis(self) -> str:
        """The weakest basis among the slices."""
        return max((take.basis for take in self.takes), key=offers.STRENGTH.index, default="")


def give_first(standings: Sequence[Standing], *, at: datetime) -> None:
    """Open the ledger of new demands. Records PromiseRevised with the cause 'first'."""
    require_transaction()
    heads = [_fill_head(rows.make(Promise, demand_id=standing.demand.pk), standing) for standing in standings]
    inserts.send(heads)
    _write(standings, heads, cause="first", cause_ref="", at=at)


def revise(standings: Sequence[Standing], *, cause: str, cause_ref: str, at: datetime) -> list[Promise]:
    """Write a revision where a date or quantity moved; return those. Records PromiseRevised."""
    require_transaction()
    heads = Promise.objects.in_bulk([standing.demand.pk for standing in standings])
    moved: list[Standing] = []
    for standing in standings:
        head = heads[standing.demand.pk]
        before = _state(head)
        _fill_head(head, standing)
        if _state(head) != before:
            head.revision += 1
            moved.append(standing)
    changed = [heads[standing.demand.pk] for standing in moved]
    Promise.objects.bulk_update(changed, _HEAD_FIELDS, batch_size=500)
    _write(moved, changed, cause=cause, cause_ref=cause_ref, at=at)
    return changed


def close(standings: Sequence[Standing], *, cause: str, cause_ref: str, at: datetime) -> None:
    """Write the last revision of demands that want nothing more, though no date moved. Records PromiseRevised."""
    require_transaction()
    heads = Promise.objects.in_bulk([standing.demand.pk for standing in standings])
    closed = [_fill_head(heads[standing.demand.pk], standing) for standing in standings]
    for head in closed:
        head.revision += 1
    Promise.objects.bulk_update(closed, _HEAD_FIELDS, batch_size=500)
    _write(standings, closed, cause=cause, cause_ref=cause_ref, at=at)


def read_standings(demands: Iterable[Demand]) -> list[Standing]:
    """Read what demands are promised now; open units that nothing speaks for are unpromised."""
    found = {demand.pk: Standing(demand=demand) for demand in demands}
    takes: dict[int, list[SlotTake]] = defaultdict(list)
    for take in SlotTake.objects.filter(demand_id__in=list(found)).select_related("slot", "moved_from").order_by("id"):
        takes[take.demand_id].append(take)
    for pk, standing in found.items():
        standing.takes = takes[pk]
        standing.relies_on = sorted(
            {str(offers.cite(slot)) for take in takes[pk] for slot in (take.slot, take.moved_from) if slot}
        )
        open_units = standing.demand.units - standing.demand.fulfilled - standing.demand.cancelled
        standing.unpromised = open_units - standing.demand.reserved - sum(take.units for take in takes[pk])
    return list(found.values())


_HEAD_FIELDS = [
    "revision",
    "promised_on",
    "expected_on",
    "p80_on",
    "p90_on",
    "basis",
    "location",
    "unpromised",
    "reason",
]


def _state(head: Promise) -> tuple[object, ...]:
    return (head.promised_on, head.expected_on, head.p80_on, head.basis, head.unpromised)


def _fill_head(head: Promise, standing: Standing) -> Promise:
    """Write what stands now; while all open units are being shipped the dates stay as they were said."""
    head.unpromised = standing.unpromised
    head.reason = standing.reason if standing.unpromised else ""
    if len(standing.takes) == 1:
        (take,) = standing.takes
        head.promised_on, head.expected_on, head.basis = take.promised_on, take.p50_on, take.basis
        head.p80_on, head.p90_on, head.location_id = take.p80_on, take.p90_on, take.location_id
    elif standing.takes:
        head.promised_on = standing.promised_on
        head.expected_on = max(take.p50_on for take in standing.takes)
        head.p80_on = max(take.p80_on for take in standing.takes)
        head.p90_on = max(take.p90_on for take in standing.takes)
        head.basis = standing.basis
        head.location_id = standing.takes[0].location_id
    elif standing.unpromised:
        head.promised_on = head.expected_on = head.p80_on = head.p90_on = None
        head.basis = ""
    return head


def _write(
    standings: Sequence[Standing], heads: Sequence[Promise], *, cause: str, cause_ref: str, at: datetime
) -> None:
    if not standings:
        return
    slices = [[_slice(take) for take in standing.takes] for standing in standings]
    inserts.send(
        [
            rows.make(
                PromiseRevision,
                demand_id=standing.demand.pk,
                revision=head.revision,
                promised_on=head.promised_on,
                expected_on=head.expected_on,
                p80_on=head.p80_on,
                p90_on=head.p90_on,
                basis=head.basis,
                promised_units=_promised_units(standing),
                unpromised_units=standing.unpromised,
                slices=parts,
                relies_on=standing.relies_on,
                cause=cause,
                cause_ref=standing.cause_ref or cause_ref,
                at=at,
            )
            for standing, head, parts in zip(standings, heads, slices, strict=True)
        ]
    )
    outbox.record(
        *(
            _fact(standing, head, cause, standing.cause_ref or cause_ref, parts)
            for standing, head, parts in zip(standings, heads, slices, strict=True)
        )
    )


def _promised_units(standing: Standing) -> int:
    return standing.demand.reserved + sum(take.units for take in standing.takes)


def _slice(take: SlotTake) -> dict[str, object]:
    return {
        "units": take.units,
        "promised_on": take.promised_on.isoformat(),
        "p80_on": take.p80_on.isoformat(),
        "basis": take.basis,
        "location_id": take.location_id,
    }


def _fact(
    standing: Standing, head: Promise, cause: str, cause_ref: str, slices: Sequence[dict[str, object]]
) -> events.PromiseRevised:  # fmt: skip
    demand = standing.demand
    return events.PromiseRevised(
        order_kind=demand.kind,
        order_id=demand.order_id,
        line=demand.line,
        schedule=demand.schedule,
        demand_id=demand.pk,
        revision=head.revision,
        promised_on=head.promised_on,
        expected_on=head.expected_on,
        p50_on=head.expected_on,
        p80_on=head.p80_on,
        p90_on=head.p90_on,
        basis=head.basis,
        location_id=head.location_id,
        promised_units=_promised_units(standing),
        unpromised_units=standing.unpromised,
        cause=cause,
        cause_ref=cause_ref,
        slices=tuple(json.dumps(part) for part in slices),
    )
