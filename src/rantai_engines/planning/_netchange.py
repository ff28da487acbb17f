"""Read what an event says, change the facts, and change both held states by it: all or nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from rantai_engines.planning._event import Event, Full, TooMany
from rantai_engines.planning._facts import Facts, GrowingTable
from rantai_engines.planning._held_state import HeldState, firm_kinds
from rantai_engines.planning._limits_changed import add_occupation, change_lead_time, change_maximum, why_not
from rantai_engines.planning._making_way import make_way
from rantai_engines.planning._occupied_anew import change_occupations
from rantai_engines.planning.changes import (
    AddDemand,
    AddOccupation,
    AddReceipt,
    CancelDemand,
    CancelReceipt,
    Change,
    ChangeCalendar,
    ChangeDemand,
    ChangeLeadTime,
    ChangeMaximum,
    ChangeOccupations,
    ChangeReceipt,
    ChangeStock,
    Touched,
    Work,
)
from rantai_engines.planning.solve import Params
from rantai_engines.planning.tables import QUANTITY_LIMIT, InvalidProblem

_GROWTHS = 40


@dataclass(kw_only=True, slots=True)
class Deeds:
    """What an event comes to: demands to be planned again, supplies (instant, units) before it, limits to change."""

    demands: dict[int, None] = field(default_factory=dict)
    receipts: dict[int, tuple[int, int]] = field(default_factory=dict)
    stocks: dict[int, int] = field(default_factory=dict)
    lead_times: dict[int, int] = field(default_factory=dict)
    maximums: dict[int, int] = field(default_factory=dict)
    occupations: list[AddOccupation] = field(default_factory=list)
    works: dict[int, tuple[Work, ...]] = field(default_factory=dict)
    undo: list[Any] = field(default_factory=list)


def apply_changes(
    facts: Facts, plan: HeldState, firm: HeldState, changes: Sequence[Change], *, params: Params, most: int,
    forecasts_give_way: bool,
) -> Touched:  # fmt: skip
    """Change the facts and both states; nothing where more than ``most`` demands would be touched."""
    for change in changes:
        _check_rows(facts, change)
        why = why_not(facts, plan, change)
        if why:
            return Touched(is_provisional=True, why=why)
    for _growth in range(_GROWTHS):
        deeds, events = Deeds(), []
        try:
            for change in changes:
                _read(facts, change, deeds)
            for held in (firm, plan):
                event = Event(
                    facts, held, most=most, promises_first=params.promises_first,
                    forecasts_after=params.forecasts_after_orders,
                )  # fmt: skip
                events.append(event)
                _change(facts, event, deeds, is_firm=held is firm)
            if forecasts_give_way:
                make_way(*events)
            touched = _tell(facts, events[-1])
            for event in events:
                event.keep()
            return touched
        except BaseException as error:
            full = [held.list_full() for held in (plan, firm)]
            for event in reversed(events):
                event.take_back()
            for undo in reversed(deeds.undo):
                undo()
            if isinstance(error, TooMany):
                return Touched(is_provisional=True, why=f"more than {most} demands would be planned again")
            if not isinstance(error, Full):
                raise
            for held, names in zip((plan, firm), full, strict=True):
                if names or not any(full):
                    held.grow(names)
    raise MemoryError("an event needs more room than forty doublings give")


def _change(facts: Facts, event: Event, deeds: Deeds, *, is_firm: bool) -> None:
    """Do to one state what the event says."""
    for resource in deeds.works:
        event.keep_runs(resource)
    kinds = facts.demands.columns["kind"]
    own = [row for row in deeds.demands if not is_firm or firm_kinds(kinds[row])]
    for row in own:
        event.unplan(row)
        for other in event.held.gave_way.get(row, ()):
            event.unplan(other)
    short: dict[int, None] = {}
    now, columns = facts.base.now, facts.receipts.columns
    for row, (time, units) in deeds.receipts.items():
        place, after = int(columns["item_location"][row]), (int(columns["time"][row]), int(columns["quantity"][row]))
        event.change_supply(place, old=(max(time, now), units), new=(max(after[0], now), after[1]))
        short[place] = None
    for place, units in deeds.stocks.items():
        at = int(facts.there_at[place])
        event.change_supply(place, old=(at, units), new=(at, int(facts.places.on_hand[place])))
        short[place] = None
    for source in deeds.lead_times:
        short |= dict.fromkeys(change_lead_time(facts, event, source))
    for resource in deeds.maximums:
        short |= dict.fromkeys(change_maximum(facts, event, resource))
    for occupation in deeds.occupations:
        short |= dict.fromkeys(add_occupation(event, occupation))
    for resource, works in deeds.works.items():
        short |= dict.fromkeys(change_occupations(facts, event, resource, works))
    event.settle(short)
    event.replan(list(event.unplanned))


def _tell(facts: Facts, event: Event) -> Touched:
    """Say what the event touched in the whole plan."""
    orders, added, removed = event.touched_orders()
    keys = facts.demands.columns["key"]
    return Touched(
        demands=tuple(sorted(int(keys[row]) for row in event.unplanned if row >= 0)),
        orders=tuple(sorted(orders)),
        added=tuple(sorted(added)),
        removed=tuple(sorted(removed)),
        item_locations=tuple(sorted(event.touched_places())),
    )


def _read(facts: Facts, change: Change, deeds: Deeds) -> None:
    """Change the facts by one change, and note what it comes to and how to change them back."""
    match change:
        case AddDemand():
            row = _append(facts.demands, "Demands", asdict(change), deeds)
            deeds.demands[row] = None
        case ChangeDemand() | CancelDemand():
            row = _row_of(facts.demands, "Demands", change.key)
            values = {"quantity": 0} if isinstance(change, CancelDemand) else _given(change)
            deeds.demands[row] = None
            _put(facts.demands, "Demands", row, values, deeds)
        case AddReceipt():
            row = _append(facts.receipts, "Receipts", asdict(change), deeds)
            deeds.receipts[row] = (0, 0)
        case ChangeReceipt() | CancelReceipt():
            row = _row_of(facts.receipts, "Receipts", change.key)
            columns = facts.receipts.columns
            deeds.receipts.setdefault(row, (int(columns["time"][row]), int(columns["quantity"][row])))
            values = {"quantity": 0} if isinstance(change, CancelReceipt) else _given(change)
            _put(facts.receipts, "Receipts", row, values, deeds)
        case ChangeStock():
            _check_quantity("ItemLocations", "on_hand", change.on_hand)
            deeds.stocks.setdefault(change.item_location, int(facts.places.on_hand[change.item_location]))
            _set(facts.places.on_hand, change.item_location, change.on_hand, deeds)
        case ChangeLeadTime():
            deeds.lead_times.setdefault(change.source, int(facts.sources.lead_time[change.source]))
            _set(facts.sources.lead_time, change.source, change.lead_time, deeds)
        case ChangeMaximum():
            _check_quantity("Resources", "maximum", change.maximum)
            deeds.maximums.setdefault(change.resource, int(facts.resources.maximum[change.resource]))
            _set(facts.resources.maximum, change.resource, change.maximum, deeds)
        case AddOccupation():
            _check_quantity("Occupations", "quantity", change.quantity)
            deeds.occupations.append(change)
            facts.occupations.append(change)
            deeds.undo.append(facts.occupations.pop)
        case ChangeOccupations():
            for work in change.works:
                _check_quantity("Occupations", "quantity", work.quantity)
            old = facts.works.get(change.resource, ())
            deeds.works.setdefault(change.resource, old)
            facts.works[change.resource] = change.works
            deeds.undo.append(lambda: facts.works.__setitem__(change.resource, old))
        case ChangeCalendar():
            raise AssertionError("a calendar is changed by a full plan")


def _check_rows(facts: Facts, change: Change) -> None:
    """Refuse a change of a row that there is not."""
    match change:
        case AddDemand() | AddReceipt() | ChangeStock():
            check_row("ItemLocations", change.item_location, len(facts.places.key))
        case ChangeLeadTime():
            check_row("Sources", change.source, len(facts.sources.key))
            _check_quantity("Sources", "lead_time", change.lead_time)
        case ChangeMaximum() | AddOccupation() | ChangeOccupations() | ChangeCalendar():
            check_row("Resources", change.resource, len(facts.resources.key))


def check_row(table: str, row: int, count: int) -> None:
    """Refuse a row number that names no row."""
    if not 0 <= row < count:
        raise InvalidProblem(table, "row", row, f"there are {count} rows")


def _given(change: ChangeDemand | ChangeReceipt) -> dict[str, Any]:
    return {name: value for name, value in asdict(change).items() if value is not None and name != "key"}


def _append(table: GrowingTable[Any], name: str, values: dict[str, Any], deeds: Deeds) -> int:
    if values["key"] in table.rows:
        raise InvalidProblem(name, "key", table.rows[values["key"]], f"{values['key']} stands there already")
    _check_quantity(name, "quantity", values["quantity"])
    row = table.append(values)
    deeds.undo.append(table.drop_last)
    return row


def _put(table: GrowingTable[Any], name: str, row: int, values: dict[str, Any], deeds: Deeds) -> None:
    _check_quantity(name, "quantity", values.get("quantity", 0))
    old = {column: table.columns[column][row].item() for column in values}
    table.put(row, values)
    deeds.undo.append(lambda: table.put(row, old))


def _row_of(table: GrowingTable[Any], name: str, key: int) -> int:
    if key not in table.rows:
        raise InvalidProblem(name, "key", -1, f"{key} names no row")
    return table.rows[key]


def _set(column: "np.ndarray[Any, Any]", row: int, value: int, deeds: Deeds) -> None:
    old = column[row].item()
    column[row] = value
    deeds.undo.append(lambda: column.__setitem__(row, old))


def _check_quantity(table: str, column: str, value: int) -> None:
    if not 0 <= value <= QUANTITY_LIMIT:
        raise InvalidProblem(table, column, -1, f"{value} is not between 0 and {QUANTITY_LIMIT}")
