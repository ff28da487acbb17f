"""Move goods between our own sites: released, shipped into transit, received."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.utils.translation import gettext as _

from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as parties
from rantai.iscm import events
from rantai.iscm.fulfilment import states
from rantai.iscm.fulfilment.models import TransferLine, TransferOrder
from rantai.iscm.inventory.actions import moves, work
from rantai.kernel import audit, changes, outbox, revisions
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class NothingToShip(Exception):
    """A transfer for which no stock is held."""

    def __init__(self, transfer: TransferOrder) -> None:
        self.transfer = transfer
        super().__init__(
            _("Nothing is held for %(transfer)s: %(place)s has none to give. Wait for stock, or cancel it.")
            % {"transfer": transfer, "place": transfer.origin.name}
        )


class WrongArrival(ValueError):
    """More units than are on the way, or fewer than none."""

    def __init__(self, line: TransferLine, units: int) -> None:
        self.line, self.units = line, units
        super().__init__(
            _("%(units)s of %(item)s cannot have arrived: %(coming)s are on the way. Enter that or less.")
            % {"units": Quantity(units), "item": line.item.code, "coming": Quantity(line.shipped - line.received)}
        )


class NotATransfer(ValueError):
    """A transfer of nothing, or from a place to itself."""

    def __init__(self) -> None:
        super().__init__(_("Name two different places and at least one item with a quantity above zero."))


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferDraft:
    """Units of items that shall go from one site to another; the same cause twice is one transfer."""

    company_id: int
    origin_id: int
    destination_id: int
    ship_on: date
    due_on: date
    lines: tuple[tuple[int, int], ...]
    """Item and units."""
    cause: DocRef


def plan_transfer(draft: TransferDraft, *, at: datetime, by: str) -> TransferOrder:
    """Write a transfer that nobody has released yet. Raises NotATransfer."""
    require_transaction()
    known = TransferOrder.objects.filter(
        cause_kind=draft.cause.kind, cause_id=draft.cause.id, cause_line=draft.cause.line
    ).exclude(cause_kind="manual")
    if found := known.first():
        return found
    if draft.origin_id == draft.destination_id or not draft.lines or any(units <= 0 for _item, units in draft.lines):
        raise NotATransfer
    transfer = TransferOrder.objects.create(
        company_id=draft.company_id, number=parties.next_number(draft.company_id, "transfer_order"),
        origin_id=draft.origin_id, destination_id=draft.destination_id, ship_on=draft.ship_on,
        due_on=max(draft.due_on, draft.ship_on), cause_kind=draft.cause.kind, cause_id=draft.cause.id,
        cause_line=draft.cause.line, planned_at=at, planned_by=by, changed_seq=changes.next_change(),
    )  # fmt: skip
    merged: dict[int, int] = {}
    for item_id, units in draft.lines:
        merged[item_id] = merged.get(item_id, 0) + units
    TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, item_id=item_id, units=units) for item_id, units in merged.items()
    )
    audit.record(transfer.ref, action="planned", by=by)
    return transfer


def release_transfer(transfer: TransferOrder, *, revision: int | None = None, at: datetime, by: str) -> None:
    """Let a transfer go to the warehouse. Records TransferChanged; its handler holds stock that nobody was promised.

    Raises IllegalTransition, RevisionConflict.
    """
    require_transaction()
    _require_revision(transfer, revision)
    states.transfer.move(transfer, "released")
    _touch(transfer, released_at=at)
    audit.record(transfer.ref, action="released", by=by)
    _announce(transfer)


def hold_line(line: TransferLine, *, units: int, at: datetime) -> int:
    """Hold free stock of the origin for a line, as far as it goes; return the units. Stock is locked last."""
    require_transaction()
    wanted = min(units, line.units - line.held - line.shipped)
    if wanted <= 0:
        return 0
    rows = work.hold_stock(
        holder_of(line), item_id=line.item_id, location_id=line.transfer.origin_id, units=wanted, at=at
    )
    count = sum(row.units for row in rows)
    TransferLine.objects.filter(pk=line.pk).update(held=F("held") + count)
    TransferOrder.objects.filter(pk=line.transfer_id).update(changed_seq=changes.next_change())
    line.held += count
    return count


def ship_transfer(
    transfer: TransferOrder, *, carrier: str = "", tracking: str = "", revision: int | None = None, at: datetime,
    by: str,
) -> None:  # fmt: skip
    """Send what is held: it is in transit, on nobody's shelf. What is not held is not sent.

    Raises IllegalTransition, NothingToShip. Records TransferChanged.
    """
    require_transaction()
    _require_revision(transfer, revision)
    lines = [line for line in list_lines(transfer) if line.held]
    if not lines:
        raise NothingToShip(transfer)
    states.transfer.move(transfer, "shipped")
    _touch(transfer, shipped_at=at, carrier=carrier, tracking=tracking)
    audit.record(transfer.ref, action="shipped", by=by)
    _announce(transfer)
    target = moves.Account(location_id=locations.get_account(transfer.company_id, "transit"))
    for line in lines:
        work.issue_stock(
            holder_of(line), target=target, reason="transfer_out", company_id=transfer.company_id, at=at, by=by
        )
        TransferLine.objects.filter(pk=line.pk).update(shipped=F("shipped") + line.held, held=0)


def receive_transfer(
    transfer: TransferOrder, *, arrived: Mapping[int, int] | None = None, revision: int | None = None, at: datetime,
    by: str,
) -> None:  # fmt: skip
    """Receive what is on the way, all of it or, by line id, fewer units; the rest stays in transit.

    Raises IllegalTransition, WrongArrival. Records TransferChanged.
    """
    require_transaction()
    _require_revision(transfer, revision)
    lines = list_lines(transfer)
    counted = {line.pk: (arrived or {}).get(line.pk, line.shipped - line.received) for line in lines}
    for line in lines:
        if not 0 <= counted[line.pk] <= line.shipped - line.received:
            raise WrongArrival(line, counted[line.pk])
    is_whole = all(counted[line.pk] == line.shipped - line.received for line in lines)
    if is_whole or transfer.state != "shipped":
        states.transfer.move(transfer, "received")
    _touch(transfer, received_at=at)
    audit.record(transfer.ref, action="received", by=by, changes={"units": [None, counted]})
    for line in lines:
        TransferLine.objects.filter(pk=line.pk).update(received=F("received") + counted[line.pk])
    _announce(transfer)
    posted = [move for line in lines for move in _arrive(transfer, line, counted[line.pk])]
    moves.post_moves(posted, company_id=transfer.company_id, at=at, by=by)


def cancel_transfer(transfer: TransferOrder, *, revision: int | None = None, at: datetime, by: str) -> None:
    """Cancel a transfer that has not left; what was held is free. Raises IllegalTransition. Records TransferChanged."""
    require_transaction()
    _require_revision(transfer, revision)
    states.transfer.move(transfer, "cancelled")
    _touch(transfer, ended_at=at)
    audit.record(transfer.ref, action="cancelled", by=by)
    _announce(transfer)
    for line in list_lines(transfer):
        work.free_stock(holder_of(line), at=at)
    TransferLine.objects.filter(transfer=transfer).update(held=0)


def lock_transfer(transfer_id: int) -> TransferOrder:
    """Return one transfer, locked."""
    found = TransferOrder.objects.select_for_update(of=("self",)).select_related("origin", "destination")
    return found.get(pk=transfer_id)


def list_planned_for(cause_kind: str, cause_ids: Iterable[int]) -> list[int]:
    """Return the ids of transfers that documents caused and that nobody has released, in ascending order."""
    rows = TransferOrder.objects.filter(cause_kind=cause_kind, cause_id__in=list(cause_ids), state="planned")
    return list(rows.order_by("id").values_list("pk", flat=True))


def list_lines(transfer: TransferOrder) -> list[TransferLine]:
    """Return the lines of a transfer in their order."""
    return list(TransferLine.objects.filter(transfer=transfer).select_related("item__base_unit").order_by("id"))


def holder_of(line: TransferLine) -> DocRef:
    """Return how stock names the line that holds it."""
    return DocRef("transfer_order", line.transfer_id, line.pk)


def list_violations() -> Iterator[Violation]:
    """Check that lines hold and ship what stock says, and that the transit account holds what is on the way."""
    found = rows(
        "SELECT l.id, l.held, l.shipped, COALESCE(h.units, 0), COALESCE(i.units, 0) FROM iscm_fulfilment_transferline l"
        " LEFT JOIN (SELECT holder_line, SUM(units) AS units FROM iscm_inventory_workreservation WHERE state = 'held'"
        " AND holder_kind = 'transfer_order' GROUP BY holder_line) h ON h.holder_line = l.id"
        " LEFT JOIN (SELECT holder_line, SUM(units) AS units FROM iscm_inventory_workreservation WHERE state = 'issued'"
        " AND holder_kind = 'transfer_order' GROUP BY holder_line) i ON i.holder_line = l.id"
        " WHERE l.held <> COALESCE(h.units, 0) OR l.shipped <> COALESCE(i.units, 0)"
    )
    for pk, held, shipped, holds, issued in found:
        text = f"held {held} (stock says {holds}), shipped {shipped} (stock says {issued})"
        yield Violation(rule="transfer.line_follows_stock", subject=f"transfer line {pk}", message=text)
    transit = rows(
        "SELECT b.item_id, b.on_hand, COALESCE(t.units, 0) FROM"
        " (SELECT x.item_id, SUM(x.on_hand) AS on_hand FROM iscm_inventory_stockbalance x"
        " JOIN foundation_locations_location p ON p.id = x.location_id AND p.kind = 'transit' GROUP BY x.item_id) b"
        " LEFT JOIN (SELECT item_id, SUM(shipped - received) AS units FROM iscm_fulfilment_transferline"
        " GROUP BY item_id) t ON t.item_id = b.item_id WHERE b.on_hand <> COALESCE(t.units, 0)"
    )
    for item, on_hand, coming in transit:
        text = f"{on_hand} are in transit, transfers say {coming}"
        yield Violation(rule="transfer.transit_is_on_the_way", subject=f"item {item}", message=text)


def _arrive(transfer: TransferOrder, line: TransferLine, units: int) -> Sequence[moves.Move]:
    """Return the moves out of transit, lot by lot in the order in which they left."""
    if not units:
        return []
    source = moves.Account(location_id=locations.get_account(transfer.company_id, "transit"))
    target = moves.Account(location_id=transfer.destination_id)
    found, skip, rest = [], line.received, units
    for row in work.list_issued(holder_of(line)):
        passed = min(skip, row.units)
        skip -= passed
        count = min(rest, row.units - passed)
        rest -= count
        if count:
            found.append(
                moves.Move(
                    item_id=line.item_id, units=count, source=source, target=target, lot_id=row.balance.lot_id,
                    serial=row.balance.serial, unit_cost=row.balance.item.standard_cost, reason="transfer_in",
                    ref=holder_of(line),
                )
            )  # fmt: skip
    return found


def _require_revision(transfer: TransferOrder, revision: int | None) -> None:
    if revision is not None and revision != transfer.revision:
        raise revisions.RevisionConflict(transfer, revision, transfer.revision)


def _touch(transfer: TransferOrder, **values: object) -> None:
    transfer.revision += 1
    TransferOrder.objects.filter(pk=transfer.pk).update(
        revision=transfer.revision, changed_seq=changes.next_change(), **values
    )
    for name, value in values.items():
        setattr(transfer, name, value)


def _announce(transfer: TransferOrder) -> None:
    outbox.record(
        events.TransferChanged(
            transfer_order_id=transfer.pk, origin_id=transfer.origin_id, destination_id=transfer.destination_id,
            state=transfer.state,
        )
    )  # fmt: skip
