"""Record, change and cancel demand together with its promise, in the transaction of the house above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import QuerySet

from rantai.iscm import events, messages
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import withdrawals
from rantai.iscm.promising.actions import keeping, promises, takes
from rantai.iscm.promising.models import SlotTake
from rantai.iscm.promising.queries import asks
from rantai.kernel import changes, inserts, outbox
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import require_transaction


def record_demand(order: messages.DemandOrder) -> tuple[messages.RecordedDemand, ...]:
    """Take what was offered and record demands, takes and promises.

    Locks slots in ascending id order. A refused offer is asked once more, then what is left is taken; such lines
    say `promise_changed`. Raises DemandExists. Records PromiseRevised (first) for each line.
    """
    require_transaction()
    wishes = _wish(order)
    seq = changes.next_change()
    takes.take(wishes, company_id=order.company_id, demand_class=order.demand_class, as_of=order.as_of, seq=seq)
    ships_from = {
        line.key: line.location_id or _first_location(wish) for line, wish in zip(order.lines, wishes, strict=True)
    }
    zones = {wish.ask.address_id: wish.offer.zone for wish in wishes if wish.offer.zone}
    rows = demand_actions.record_demands(order, ships_from=ships_from, zones=zones, seq=seq)
    standings = [
        _stand(demand, wish, line.replaces) for demand, wish, line in zip(rows, wishes, order.lines, strict=True)
    ]
    inserts.send([take for standing in standings for take in standing.takes])
    promises.give_first(standings, at=order.as_of)
    return tuple(_answer(standing, wish) for standing, wish in zip(standings, wishes, strict=True))


def change_demand(change: messages.DemandChange, *, as_of: datetime, by: str = "") -> messages.RecordedDemand:
    """Give a recorded demand another quantity or day and promise it anew; quantity zero cancels the rest.

    What the warehouse has not packed yet is taken back first where the quantity falls below it. Raises
    RevisionConflict, CannotReduce. Records PromiseRevised with the change's cause.
    """
    require_transaction()
    demand = _lock_one(change.key)
    if demand.revision != change.expected_revision:
        raise RevisionConflict(demand, change.expected_revision, demand.revision)
    if change.units.amount < demand.fulfilled:
        raise demand_actions.CannotReduce(demand, change.units.amount, demand.fulfilled)
    if not change.units:
        cause = "cancelled" if change.cause == "customer" else change.cause
        _cancel([demand], cause=cause, cause_ref=change.cause_ref, as_of=as_of, by=by)
        return _answer_now(demand)
    if change.units.amount < demand.fulfilled + demand.reserved:
        demand = _withdraw([demand], at=as_of, by=by)[0]
    seq = changes.next_change()
    _give_back([demand], as_of=as_of, seq=seq)
    demand_actions.change_demand(
        demand, units=change.units.amount, requested_on=change.requested_on, expected_revision=change.expected_revision
    )
    wish = _promise_open(demand, change.offer, as_of=as_of, seq=seq)
    netting.consume_again([demand])
    standing = promises.read_standings([demand])[0]
    standing.reason = wish.offer.reason if wish else ""
    write = promises.revise if demand.state == "open" else promises.close
    write([standing], cause=change.cause, cause_ref=change.cause_ref, at=as_of)
    _announce_changed([demand])
    _announce_freed([demand])
    return _answer_now(demand, is_changed=bool(wish and wish.is_changed))


def cancel_demands(ref: DocRef, *, as_of: datetime, by: str) -> int:
    """Cancel what a document still wants and release its supply; return how many demands were open.

    Units that have left stay fulfilled. Raises CannotWithdraw where units are packed.
    """
    require_transaction()
    rows = [row for row in demands.lock_order(ref) if row.state == "open" and ref.line in (0, row.line)]
    _cancel(rows, cause="cancelled", cause_ref="", as_of=as_of, by=by)
    return len(rows)


def promise_again(
    rows: Sequence[Demand], *, cause: str, cause_ref: str, floors: Mapping[int, date] | None = None,
    refused: tuple[int, ...] = (), reason: str = "", as_of: datetime,
) -> None:  # fmt: skip
    """Find supply for open units that nothing speaks for, and tell what moved. The demands are locked.

    `floors` are days that were said: what is found for these demands is not promised for an earlier one. `refused`
    are partners who let units go and are not asked again; `reason` says why units stay without a date.
    """
    require_transaction()
    seq = changes.next_change()
    reasons: dict[int, str] = {}
    for demand in rows:
        floor = (floors or {}).get(demand.pk)
        wish = _promise_open(demand, None, as_of=as_of, seq=seq, floor=floor, refused=refused)
        if wish:
            reasons[demand.pk] = reason or wish.offer.reason
    standings = promises.read_standings(rows)
    for standing in standings:
        standing.reason = reasons.get(standing.demand.pk, "")
    promises.revise(standings, cause=cause, cause_ref=cause_ref, at=as_of)


def find_backed(
    demand: Demand, units: int, *, not_after: date | None = None, as_of: datetime, seq: int
) -> list[SlotTake]:
    """Take what slots offer for units of a demand and nothing less sure; the rows are not written yet.

    With `not_after`, what is not here yet has to be at the customer's by then.
    """
    if units <= 0:
        return []
    line = to_ask_line(demand, units)
    offer = _ask(demand, line, as_of)
    slices = (part for part in offer.slices if part.slots)
    in_time = (part for part in slices if not_after is None or part.basis == "stock" or part.p80_on <= not_after)
    backed = replace(offer, slices=tuple(in_time))
    refused = takes.take_once([takes.Wish(ask=line, offer=backed)], seq=seq)
    return [] if refused else takes.to_takes(demand.pk, backed)


def to_ask_line(demand: Demand, units: int) -> messages.AskLine:
    """Return the question for units of a recorded demand."""
    return messages.AskLine(
        line=demand.line,
        schedule=demand.schedule,
        item_id=demand.item_id,
        units=Quantity(units),
        requested_on=demand.requested_on,
        address_id=demand.address_id,
        allow_partial=not demand.ships_complete,
        floor_units=Quantity(max(0, demand.floor_units - (demand.units - units))),
    )


def _wish(order: messages.DemandOrder) -> list[takes.Wish]:
    lines = [
        messages.AskLine(
            line=line.key.line,
            schedule=line.key.schedule,
            item_id=line.item_id,
            units=line.units,
            requested_on=line.requested_on,
            address_id=line.address_id,
            location_id=line.location_id,
            allow_partial=not line.ships_complete,
            floor_units=line.stake.floor_units,
        )
        for line in order.lines
    ]
    unusable = [
        ask for ask, line in zip(lines, order.lines, strict=True) if not _is_usable(line.offer, ask, order.as_of)
    ]
    asked: dict[tuple[int, int], messages.OfferLine] = {}
    if unusable:
        ask = messages.Ask(
            company_id=order.company_id, lines=tuple(unusable), demand_class=order.demand_class, as_of=order.as_of
        )
        asked = {(offer.line, offer.schedule): offer for offer in asks.promise_alone(ask).lines}
    wishes = []
    for ask_line, line in zip(lines, order.lines, strict=True):
        fresh = asked.get((ask_line.line, ask_line.schedule))
        offer = fresh or line.offer
        assert offer is not None
        wishes.append(takes.Wish(ask=ask_line, offer=offer, is_changed=bool(fresh and line.offer)))
    return wishes


def _is_usable(offer: messages.OfferLine | None, ask: messages.AskLine, as_of: datetime) -> bool:
    """Tell whether an offer answers this line and none of its days has gone by."""
    if offer is None or offer.item_id != ask.item_id:
        return False
    units = sum(part.units.amount for part in offer.slices) + offer.unpromised.amount
    backed = all(part.slots or part.basis not in ("stock", "receipt") for part in offer.slices)
    yesterday = as_of.date().toordinal() - 1
    return units == ask.units.amount and backed and all(part.ship_on.toordinal() >= yesterday for part in offer.slices)


def _first_location(wish: takes.Wish) -> int | None:
    return next((part.location_id for part in wish.offer.slices), None)


def _stand(demand: Demand, wish: takes.Wish, replaces: str) -> promises.Standing:
    return promises.Standing(
        demand=demand,
        takes=takes.to_takes(demand.pk, wish.offer),
        unpromised=wish.offer.unpromised.amount,
        reason=wish.offer.reason,
        relies_on=sorted({str(ref) for ref in takes.list_relied(wish.offer)}),
        cause_ref=replaces,
    )


def _promise_open(
    demand: Demand, offer: messages.OfferLine | None, *, as_of: datetime, seq: int, floor: date | None = None,
    refused: tuple[int, ...] = (),
) -> takes.Wish | None:  # fmt: skip
    """Take supply for the units of a demand that nothing speaks for; None where there are none."""
    open_units = promises.read_standings([demand])[0].unpromised
    if open_units <= 0 or demand.state != "open":
        return None
    line = replace(to_ask_line(demand, open_units), refused=refused)
    fresh = None if _is_usable(offer, line, as_of) else _ask(demand, line, as_of)
    wish = takes.Wish(ask=line, offer=fresh or offer, is_changed=bool(fresh and offer))  # type: ignore[arg-type]
    takes.take([wish], company_id=demand.company_id, demand_class=demand.demand_class, as_of=as_of, seq=seq)
    rows = takes.to_takes(demand.pk, wish.offer)
    for row in rows:
        row.promised_on = max(row.promised_on, floor or row.promised_on)
    inserts.add(rows)
    return wish


def _ask(demand: Demand, line: messages.AskLine, as_of: datetime) -> messages.OfferLine:
    ask = messages.Ask(company_id=demand.company_id, lines=(line,), demand_class=demand.demand_class, as_of=as_of)
    return asks.promise_alone(ask).lines[0]


def _cancel(rows: Sequence[Demand], *, cause: str, cause_ref: str, as_of: datetime, by: str) -> None:
    held = _withdraw([row for row in rows if row.reserved], at=as_of, by=by)
    fresh = {row.pk: row for row in held}
    wanted = [fresh.get(row.pk, row) for row in rows]
    _give_back(wanted, as_of=as_of, seq=changes.next_change())
    for demand in wanted:
        demand_actions.cancel_rest(demand)
    netting.consume_again(wanted)
    promises.close(promises.read_standings(wanted), cause=cause, cause_ref=cause_ref, at=as_of)
    _announce_changed(wanted)
    _announce_freed(wanted)


def _withdraw(rows: Sequence[Demand], *, at: datetime, by: str) -> list[Demand]:
    """Take demands off the shipments that have not been packed; their stock is free again."""
    withdrawals.withdraw_demands([row.pk for row in rows], at=at, by=by)
    return demand_actions.settle_demands([row.pk for row in rows])


def _give_back(rows: Sequence[Demand], *, as_of: datetime, seq: int) -> None:
    """Let go of what demands have; what was kept for their class is kept for it again."""
    if takes.give_back(_open_takes(rows), seq=seq):
        keeping.keep_items({row.item_id for row in rows}, today=as_of.date())


def _open_takes(rows: Sequence[Demand]) -> QuerySet[SlotTake]:
    return SlotTake.objects.filter(demand_id__in=[row.pk for row in rows])


def _announce_changed(rows: Sequence[Demand]) -> None:
    """Say that demands changed, so that what is made or bought for them follows."""
    outbox.record(
        *(
            events.DemandChanged(
                order_kind=row.kind, order_id=row.order_id, line=row.line, schedule=row.schedule, demand_id=row.pk,
                open_units=row.units - row.fulfilled - row.cancelled - row.reserved,
            )
            for row in rows
        )
    )  # fmt: skip


def _announce_freed(rows: Sequence[Demand]) -> None:
    """Say that supply became free, so that others who wait for it are looked at."""
    pairs = sorted({(row.item_id, row.location_id) for row in rows if row.location_id})
    if pairs:
        outbox.record(*(events.SupplyFreed(item_id=item, location_id=place) for item, place in pairs))


def _lock_one(key: messages.DemandKey) -> Demand:
    return Demand.objects.select_for_update().get(
        kind=key.kind, order_id=key.order_id, line=key.line, schedule=key.schedule, generation=key.generation
    )


def _answer_now(demand: Demand, *, is_changed: bool = False) -> messages.RecordedDemand:
    standing = promises.read_standings([demand])[0]
    return _to_recorded(standing, is_changed=is_changed)


def _answer(standing: promises.Standing, wish: takes.Wish) -> messages.RecordedDemand:
    return _to_recorded(standing, is_changed=wish.is_changed)


def _to_recorded(standing: promises.Standing, *, is_changed: bool) -> messages.RecordedDemand:
    return messages.RecordedDemand(
        key=demands.key_of(standing.demand),
        demand_id=standing.demand.pk,
        revision=standing.demand.revision,
        slices=tuple(
            messages.PromisedSlice(
                units=Quantity(take.units),
                basis=take.basis,
                location_id=take.location_id,
                ship_on=take.ship_on,
                promised_on=take.promised_on,
                p80_on=take.p80_on,
            )
            for take in standing.takes
        ),
        unpromised=Quantity(standing.unpromised),
        promise_changed=is_changed,
    )
