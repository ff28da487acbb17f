"""Let orders consume the forecast that foresaw them: at confirmation, when they change, and anew with each forecast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from rantai.foundation.items.models import Item
from rantai.iscm.demand import bridge
from rantai.iscm.demand.models import Demand, ForecastRun
from rantai.iscm.demand.models.consumption import MOST_WEEKS, ForecastBalance, ForecastConsumption
from rantai.iscm.demand.queries import accounts, consumption, forecasts, history
from rantai.iscm.demand.queries.forecasts import CurrentForecast
from rantai.kernel import changes, inserts, statements
from rantai.kernel.transactions import require_transaction

Ints = NDArray[np.int64]
Consume = Callable[[Sequence[ForecastBalance], Sequence[bridge.Wanted]], list[bridge.Taken]]

AT_ONCE = 1_000
"""Rows of one statement: SQLite takes 32,766 values."""


def consume_new(demands: Sequence[Demand], *, seq: int) -> None:
    """Let demands that have just been recorded consume their forecast: two statements on PostgreSQL, three on SQLite.

    Locks balances in ascending id order, after slots and demands. They are of one document, hence of one customer.
    """
    require_transaction()
    balances = consumption.lock_balances([row.item_id for row in demands], demands[0].party_id) if demands else []
    if balances:
        wanted = _to_wanted(demands, balances)
        takes = bridge.consume(balances, wanted)
        _keep(_apply(balances, takes), _to_ledger(balances, wanted, takes), seq=seq)


def consume_again(demands: Sequence[Demand]) -> None:
    """Give back what changed demands had consumed, and let what they still want consume anew.

    Locks balances in ascending id order, after slots and demands. They are of one document, hence of one customer.
    """
    require_transaction()
    balances = consumption.lock_balances([row.item_id for row in demands], demands[0].party_id) if demands else []
    if not balances:
        return
    held = ForecastConsumption.objects.filter(demand_id__in=[row.pk for row in demands])
    given = _give_back(balances, list(held))
    held.delete()
    wanted = _to_wanted([row for row in demands if row.units > row.cancelled], balances)
    takes = bridge.consume(balances, wanted)
    touched = {row.pk: row for row in (*given, *_apply(balances, takes))}
    _keep([touched[pk] for pk in sorted(touched)], _to_ledger(balances, wanted, takes), seq=changes.next_change())


def renet_items(item_ids: Iterable[int], *, consume: Consume = bridge.consume) -> int:
    """Net the current forecast of some items against all demand anew, in a fixed number of queries.

    For whoever changes what is forecast of them, in the same transaction. Locks their balances in ascending id
    order; who confirms meanwhile waits, and consumes of what is written here. Returns how many balances there are.
    """
    require_transaction()
    run, items = forecasts.find_run(), sorted(set(item_ids))
    if run is None or not items:
        return 0
    return renet(run, forecasts.load_run(run), items, consume=consume)


def renet(
    run: ForecastRun, forecast: CurrentForecast, item_ids: Sequence[int], *, consume: Consume = bridge.consume_many
) -> int:
    """Net some items of a forecast that was read before against all demand anew; return how many balances there are.

    Locks their balances in ascending id order. Raises nothing where a demand finds no forecast: it was not foreseen.
    """
    require_transaction()
    known = {key_of(row): row.pk for row in consumption.lock_items(item_ids)}
    ForecastConsumption.objects.filter(balance__item_id__in=item_ids).delete()
    balances = _lay_out(run, forecast, item_ids, seq=changes.next_change())
    for row in balances:
        row.pk = known.pop(key_of(row), None)
    ForecastBalance.objects.filter(pk__in=list(known.values())).delete()
    until = run.first_week + timedelta(weeks=run.horizon + MOST_WEEKS)
    demands = consumption.list_consumers(item_ids, since=run.first_week, until=until)
    wanted = _to_wanted(demands, balances) if balances else []
    takes = consume(balances, wanted) if wanted else []
    _apply(balances, takes)
    _save(balances)
    inserts.send(_to_ledger(balances, wanted, takes))
    return len(balances)


def key_of(row: ForecastBalance) -> tuple[int, int, int | None]:
    """Return whose forecast of what and where a balance is."""
    return row.item_id, row.location_id, row.party_id


def _lay_out(
    run: ForecastRun, forecast: CurrentForecast, item_ids: Sequence[int], *, seq: int
) -> list[ForecastBalance]:
    """Return the balances that the forecast asks for, with nothing consumed; without a place there is none."""
    windows = consumption.Windows()
    categories = dict(Item.objects.filter(pk__in=item_ids).values_list("id", "category_id"))
    rows = np.flatnonzero(np.isin(forecast.item_ids, item_ids) & (forecast.location_ids != history.NOWHERE))
    pairs = list(zip(forecast.item_ids[rows].tolist(), forecast.location_ids[rows].tolist(), strict=True))
    parts = accounts.list_parts(run, rows, forecast.item_ids[rows], forecast.split)
    found = []
    for row, (item, place), gross in zip(rows, pairs, consumption.to_units(forecast.mean[rows]), strict=True):
        window, left = windows.find(item, categories.get(item)), gross
        low, high = np.searchsorted(parts.rows, [row, row + 1])
        for party, share in zip(parts.party_ids[low + 1 : high].tolist(), parts.shares[low + 1 : high], strict=True):
            own = np.minimum(np.rint(gross * share).astype(np.int64), left)
            left = left - own
            found.append(_to_balance(run, (item, place, party), own, window, seq))
        found.append(_to_balance(run, (item, place, None), left, window, seq))
    return [row for row in found if row.gross_units]


def _to_balance(
    run: ForecastRun, key: tuple[int, int, int | None], gross: Ints, window: consumption.Window, seq: int
) -> ForecastBalance:
    item, place, party = key
    return ForecastBalance(
        run=run,
        item_id=item,
        location_id=place,
        party_id=party,
        first_week=run.first_week,
        weeks_back=window.weeks_back,
        weeks_forward=window.weeks_forward,
        gross=consumption.pack_units(gross),
        consumed=consumption.pack_units(np.zeros_like(gross)),
        gross_units=int(gross.sum()),
        changed_seq=seq,
    )


def _to_wanted(demands: Sequence[Demand], balances: Sequence[ForecastBalance]) -> list[bridge.Wanted]:
    """Return demands as they consume; one without a site of ours counts at the first, as it does in the forecast."""
    known = {(row.item_id, row.location_id) for row in balances}
    items = {row.item_id for row in balances}
    mine = [row for row in demands if row.item_id in items]
    strays = any((row.item_id, row.location_id) not in known for row in mine)
    sites = history.find_places().tolist() if strays else []
    return [
        bridge.Wanted(
            demand_id=row.pk,
            item_id=row.item_id,
            location_id=_place(row, known, sites),
            party_id=row.party_id,
            on=row.requested_on,
            units=row.units - row.cancelled,
        )
        for row in mine
    ]


def _place(demand: Demand, known: set[tuple[int, int]], sites: Sequence[int]) -> int:
    place = demand.location_id
    if place is not None and ((demand.item_id, place) in known or place in sites):
        return place
    return sites[0] if sites else history.NOWHERE


def _give_back(balances: Sequence[ForecastBalance], held: Sequence[ForecastConsumption]) -> list[ForecastBalance]:
    """Take what demands hold off the balances, in memory; return those that changed."""
    rows = {row.pk: row for row in balances}
    for one in held:
        row = rows[one.balance_id]
        taken = consumption.read_units(row.consumed)
        taken[(one.week - row.first_week).days // 7] -= one.units
        row.consumed, row.consumed_units = consumption.pack_units(taken), row.consumed_units - one.units
    return [rows[pk] for pk in sorted({one.balance_id for one in held})]


def _apply(balances: Sequence[ForecastBalance], takes: Sequence[bridge.Taken]) -> list[ForecastBalance]:
    """Count what was taken as consumed, in memory; return the balances that changed."""
    taken = {place: consumption.read_units(balances[place].consumed) for place in {take.balance for take in takes}}
    for take in takes:
        taken[take.balance][take.week] += take.units
    for place, units in taken.items():
        balances[place].consumed, balances[place].consumed_units = consumption.pack_units(units), int(units.sum())
    return [balances[place] for place in sorted(taken)]


def _to_ledger(
    balances: Sequence[ForecastBalance], wanted: Sequence[bridge.Wanted], takes: Sequence[bridge.Taken]
) -> list[ForecastConsumption]:
    return [
        ForecastConsumption(
            demand_id=wanted[take.wanted].demand_id,
            balance_id=balances[take.balance].pk,
            week=balances[take.balance].first_week + timedelta(weeks=take.week),
            units=take.units,
        )
        for take in takes
    ]


def _keep(balances: Sequence[ForecastBalance], ledger: Sequence[ForecastConsumption], *, seq: int) -> None:
    """Write what is consumed and by whom; on PostgreSQL both in one statement that nobody waits for."""
    for row in balances:
        row.changed_seq = seq
    if connection.vendor == "postgresql" and balances and 0 < len(ledger) <= AT_ONCE >= len(balances):
        said = statements.list_values(len(ledger), "bigint", "bigint", "date", "bigint")
        values = [part for one in ledger for part in (one.demand_id, one.balance_id, one.week, one.units)]
        _overwrite(
            balances, before=f"said(demand, balance, week, units) AS ({said}), kept AS ({_LEDGER}), ", values=values
        )
    else:
        _save(balances)
        inserts.send(ledger)


_LEDGER = (
    "INSERT INTO iscm_demand_forecastconsumption (demand_id, balance_id, week, units)"
    " SELECT demand, balance, week, units FROM said"
)
_COLUMNS = {
    "run_id": "bigint", "first_week": "date", "weeks_back": "smallint", "weeks_forward": "smallint", "gross": "bytea",
    "consumed": "bytea", "gross_units": "bigint", "consumed_units": "bigint", "changed_seq": "bigint",
}  # fmt: skip


def _save(balances: Sequence[ForecastBalance]) -> None:
    """Write balances that are known over what they were, and add the new ones, which get their keys."""
    known = sorted((row for row in balances if row.pk), key=lambda row: row.pk)
    for start in range(0, len(known), AT_ONCE):
        _overwrite(known[start : start + AT_ONCE])
    inserts.add([row for row in balances if not row.pk])


def _overwrite(balances: Sequence[ForecastBalance], *, before: str = "", values: Sequence[object] = ()) -> None:
    """Write every column that consumption or a new forecast changes, of at most AT_ONCE balances."""
    kinds = ("bigint", *_COLUMNS.values())
    if connection.vendor != "postgresql":
        # SQLite keeps bytes and days as they come; a cast would make a number of a day
        kinds = tuple({"bytea": "blob", "date": "text"}.get(kind, kind) for kind in kinds)
    told = statements.list_values(len(balances), *kinds)
    day = connection.ops.adapt_datefield_value
    rows = [
        (
            row.pk, row.run_id, day(row.first_week), row.weeks_back, row.weeks_forward, bytes(row.gross),
            bytes(row.consumed), row.gross_units, row.consumed_units, row.changed_seq,
        )
        for row in balances
    ]  # fmt: skip
    sets = ", ".join(f"{name} = told.{name}" for name in _COLUMNS)
    statements.send(
        f"WITH {before}told(id, {', '.join(_COLUMNS)}) AS ({told})"  # noqa: S608 (names of columns, placeholders)
        f" UPDATE iscm_demand_forecastbalance SET {sets} FROM told WHERE iscm_demand_forecastbalance.id = told.id",
        [*values, *(part for row in rows for part in row)],
    )
