"""Record, change and close firm demand, and follow what the warehouse did for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.utils.translation import gettext as _

from rantai.foundation.parties.models import Address
from rantai.iscm import messages
from rantai.iscm.demand import queries, states
from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.models import Demand, Milestone
from rantai.iscm.inventory.actions import reservations
from rantai.iscm.inventory.models import Reservation
from rantai.kernel import changes, increments, inserts, revisions, rows, updates
from rantai.kernel.compiled import Compiled
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import require_transaction


class DemandExists(Exception):
    """A schedule line whose demand was recorded before."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            _("%(number)s was handed to the warehouse before. Change its demand instead of recording it again.")
            % {"number": number}
        )


class CannotReduce(Exception):
    """Fewer units than have already left or are being shipped."""

    def __init__(self, demand: Demand, asked: int, bound: int) -> None:
        self.demand, self.asked, self.bound = demand, asked, bound
        super().__init__(
            _(
                "Cannot change %(line)s to %(asked)s: %(bound)s have left or are packed."
                " Keep at least %(bound)s, or ask the warehouse to take the shipment back."
            )
            % {"line": demand, "asked": Quantity(asked), "bound": Quantity(bound)}
        )


def record_demands(
    order: messages.DemandOrder, *, ships_from: Mapping[messages.DemandKey, int | None],
    zones: Mapping[int | None, str], seq: int,
) -> list[Demand]:  # fmt: skip
    """Write one demand for each line, and let it consume its forecast; raises DemandExists where one is known.

    `zones` are the clocks of addresses that the caller knows; others are read.
    """
    require_transaction()
    zones = {**_read_zones(line.address_id for line in order.lines if line.address_id not in zones), **zones}
    demands = [
        _to_row(order, line, ships_from=ships_from[line.key], zone=zones.get(line.address_id, "UTC"), seq=seq)
        for line in order.lines
    ]
    try:
        inserts.add(demands)
    except IntegrityError as error:
        if "demand_one_for_each_line" in str(error) or "iscm_demand_demand.kind" in str(error):
            raise DemandExists(order.number) from error
        raise
    netting.consume_new(demands, seq=seq)
    return demands


def change_demand(demand: Demand, *, units: int, requested_on: date, expected_revision: int) -> Demand:
    """Set the whole quantity and the wanted day; what is no longer wanted counts as never asked.

    Raises RevisionConflict, or CannotReduce where more than `units` are fulfilled or reserved.
    """
    bound = demand.fulfilled + demand.reserved
    if units < bound:
        raise CannotReduce(demand, units, bound)
    zone = _read_zones([demand.address_id]).get(demand.address_id, "UTC")
    revisions.take(
        demand,
        expected=expected_revision,
        units=units + demand.cancelled,
        requested_on=requested_on,
        due_at=end_of_day(requested_on, zone),
        changed_seq=changes.next_change(),
    )
    close_if_done(demand)
    return demand


def cancel_rest(demand: Demand) -> int:
    """Cancel what is neither fulfilled nor reserved; return those units."""
    require_transaction()
    rest = demand.units - demand.fulfilled - demand.reserved - demand.cancelled
    if rest:
        demand.cancelled += rest
        demand.revision += 1
        Demand.objects.filter(pk=demand.pk).update(
            cancelled=demand.cancelled, revision=demand.revision, changed_seq=changes.next_change()
        )
    close_if_done(demand)
    return rest


def add_reserved(units: Mapping[int, int]) -> None:
    """Count units as reserved in bulk: demand id → units."""
    deltas = {pk: (count,) for pk, count in units.items()}
    changed = increments.add(Demand, deltas, columns=("reserved",), changed_seq=changes.next_change())
    assert changed == set(deltas)


def settle_demands(demand_ids: Iterable[int]) -> list[Demand]:
    """Let demands follow their reservations: held is reserved, issued is fulfilled, freed is open again.

    Idempotent, in any order of events. Locks the demands in ascending id order.
    """
    require_transaction()
    demands = queries.lock(demand_ids)
    ids = [demand.pk for demand in demands]
    reservations.end_freed(ids)
    held, issued = _sum_reservations(ids, "held"), _sum_reservations(ids, "issued")
    seq = changes.next_change()
    for demand in demands:
        now = (held.get(demand.pk, 0), issued.get(demand.pk, 0))
        if now != (demand.reserved, demand.fulfilled):
            demand.reserved, demand.fulfilled = now
            counted = {"reserved": now[0], "fulfilled": now[1], "changed_seq": seq}
            updates.change(Demand, where={"id": demand.pk}, to=counted)
        close_if_done(demand)
    return demands


def close_if_done(demand: Demand) -> None:
    """Move a demand to the state that its units say."""
    ended = demand.fulfilled + demand.cancelled == demand.units
    to = ("fulfilled" if demand.fulfilled else "cancelled") if ended else "open"
    if to != demand.state:
        states.demand.move(demand, to)


def update_stakes(update: messages.StakeUpdate) -> int:
    """Write new stakes in bulk; return how many demands were known."""
    require_transaction()
    known = queries.find_by_keys(update.demand_keys)
    seq = changes.next_change()
    changed = []
    for key, stake in zip(update.demand_keys, update.stakes, strict=True):
        if key in known:
            demand = known[key]
            _set_stake(demand, stake)
            demand.changed_seq = seq
            changed.append(demand)
    fields = ["margin_per_unit", "lifetime_value", "churn_sensitivity", "floor_units", "penalty_per_day", "changed_seq"]
    Demand.objects.bulk_update(changed, fields, batch_size=500)
    return len(changed)


def note_milestones(reached: Sequence[Milestone]) -> None:
    """Remember stages that demands reached; one that is known is left alone."""
    require_transaction()
    inserts.add_missing(reached)


def end_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which a day ends at a place."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def _read_zones(address_ids: Iterable[int | None]) -> dict[int | None, str]:
    return dict(_ZONES.read(sorted({pk for pk in address_ids if pk})))


_ZONES = Compiled(lambda ids: Address.objects.filter(pk__in=ids).values_list("pk", "zone"))


def _sum_reservations(demand_ids: list[int], state: str) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for demand_id, units in _RESERVED.read(demand_ids, state):
        found[demand_id] += units
    return found


_RESERVED = Compiled(
    lambda ids, state: Reservation.objects.filter(demand_id__in=ids, state=state).values_list("demand_id", "units")
)


def _set_stake(demand: Demand, stake: messages.Stake) -> None:
    demand.margin_per_unit = stake.margin_per_unit
    demand.lifetime_value = stake.lifetime_value
    demand.churn_sensitivity = stake.churn_sensitivity
    demand.floor_units = stake.floor_units.amount
    demand.penalty_per_day = stake.penalty_per_day


def _to_row(
    order: messages.DemandOrder, line: messages.DemandLine, *, ships_from: int | None, zone: str, seq: int
) -> Demand:
    demand = rows.make(
        Demand,
        company_id=order.company_id,
        kind=line.key.kind,
        order_id=line.key.order_id,
        line=line.key.line,
        schedule=line.key.schedule,
        generation=line.key.generation,
        number=order.number,
        party_id=order.party_id,
        address_id=line.address_id,
        item_id=line.item_id,
        location_id=ships_from,
        units=line.units.amount,
        requested_on=line.requested_on,
        due_at=end_of_day(line.requested_on, zone),
        ships_complete=line.ships_complete,
        demand_class=order.demand_class,
        recorded_at=order.as_of,
        recorded_by=order.by,
        changed_seq=seq,
    )
    _set_stake(demand, line.stake)
    return demand
