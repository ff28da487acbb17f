"""Ask the plan that is held, as it stands with all that is committed, when units could be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rantai.iscm.supply import bridge
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.queries import keys
from rantai_engines.planning.asking import Answers, LeanKind, Wanted

PATIENCE_SECONDS = 0.15
"""How long to wait for whoever changes the plan; then the asked part is planned anew instead."""
_BASES = {LeanKind.ON_HAND: "stock", LeanKind.RECEIPT: "receipt"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A line: units, and the item-locations (keys) that would do with the instants by which, best first."""

    units: int
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Had:
    """What a line could have: all at one item-location (key)."""

    place: int
    parts: tuple[bridge.Answered, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the lines of a question could have, and how long the plan was busy with it."""

    had: tuple[Had, ...]
    seconds: float


@dataclass(kw_only=True, slots=True)
class _Supply:
    """Units that are there from an instant on."""

    since: int
    basis: str
    source_id: int
    units: int


NOTHING = Had(place=0, parts=())


def ask(
    follower: Follower, lines: Sequence[Asked], held: Sequence[bridge.Spoken], *, at: int, without: Sequence[int]
) -> Told | None:  # fmt: skip
    """Return what each line could have, in their order; None where the plan that is held cannot say by now.

    `held` is what the asker takes of stock and receipts for units of which it does not ask: nobody else is given it.
    `without` are demands that are about to let go of what they have.
    """
    taken = list(_list_taken(follower, held, at))
    found = follower.ask(
        [*taken, *(_to_wanted(follower, line) for line in lines)], at=at, patience=PATIENCE_SECONDS,
        without=[int(keys.tag(pk, keys.ORDER)) for pk in without],
    )  # fmt: skip
    if found is None:
        return None
    answers, seconds = found
    had = tuple(_read(follower, answers, len(taken) + number) for number in range(len(lines)))
    return Told(had=had, seconds=seconds)


def _list_taken(follower: Follower, held: Sequence[bridge.Spoken], at: int) -> Iterator[Wanted]:
    receipts = follower.held.facts.receipts
    for row in held:
        place = follower.find_row(row.place)
        if place is not None:
            known = receipts.rows.get(row.receipt_key)
            due = at if known is None else int(receipts.columns["time"][known])
            yield Wanted(item_location=place, quantity=row.units, due=due)


def _to_wanted(follower: Follower, line: Asked) -> Wanted:
    rows = [(row, due) for place, due in line.places if (row := follower.find_row(place)) is not None]
    (first, due), *others = rows
    return Wanted(item_location=first, quantity=line.units, due=due, keeps=True, others=tuple(others))


def _read(follower: Follower, found: Answers, line: int) -> Had:
    """Return the slices of a line by what they come from: what would be made for it first, then what is there."""
    row, slices = int(found.item_location[line]), found.slices
    supplies = [*_list_made(follower, found, line, row), *_list_leans(follower, found, line, row)]
    mine = np.flatnonzero(slices.line == line)
    given = sorted(zip(slices.time[mine].tolist(), slices.quantity[mine].tolist(), strict=True))
    parts = tuple(part for time, units in given for part in _share(time, units, supplies))
    return Had(place=int(follower.problem["item_locations"]["key"][row]), parts=parts)


def _list_made(follower: Follower, found: Answers, line: int, row: int) -> Iterator[_Supply]:
    """Yield the orders that would be planned for a line at its place, by their ends."""
    orders = found.orders
    own = np.flatnonzero((orders.line == line) & (orders.item_location == row))
    for at in own[np.argsort(orders.end[own], kind="stable")].tolist():
        source = follower.problem["sources"]["source_id"][orders.source[at]]
        yield _Supply(
            since=int(orders.end[at]), basis="plan", source_id=int(source), units=int(orders.quantity[at])
        )  # fmt: skip


def _list_leans(follower: Follower, found: Answers, line: int, row: int) -> Iterator[_Supply]:
    """Yield what else a line leans on at its place: supplies that there are, orders planned for others."""
    leans, orders, sources = found.leans, found.orders, follower.problem["sources"]["source_id"]
    for at in np.flatnonzero((leans.line == line) & (leans.item_location == row)).tolist():
        kind, supply, source = LeanKind(leans.kind[at]), int(leans.supply[at]), 0
        if kind == LeanKind.NEW_ORDER:
            if orders.line[supply] == line:
                continue
            source = int(sources[orders.source[supply]])
        elif kind == LeanKind.ORDER:
            source = int(sources[supply])
        yield _Supply(
            since=int(leans.time[at]), basis=_BASES.get(kind, "plan"), source_id=source, units=int(leans.quantity[at])
        )  # fmt: skip


def _share(time: int, units: int, supplies: list[_Supply]) -> Iterator[bridge.Answered]:
    """Yield units that are had at an instant, cut where the supply that they come from changes."""
    for supply in supplies:
        part = min(units, supply.units) if supply.since <= time else 0
        if part:
            supply.units, units = supply.units - part, units - part
            yield bridge.Answered(
                line=0, time=time, quantity=part, basis=supply.basis, source_id=supply.source_id
            )  # fmt: skip
    if units:
        yield bridge.Answered(line=0, time=time, quantity=units, basis="stock", source_id=0)
