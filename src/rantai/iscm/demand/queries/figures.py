"""What people said of single customers and segments, as it held when a run was frozen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import accounts, value_added
from rantai.iscm.demand.queries.accounts import OTHERS
from rantai.iscm.demand.queries.laying import Table
from rantai.iscm.demand.queries.levels import ALL_CUSTOMERS
from rantai.iscm.demand.queries.overrides import Change

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def read_figures(run: ForecastRun) -> tuple[Ints, Floats]:
    """Return sorted keys of items and customers whom changes named, and what was expected of them at all places.

    `(n, horizon)`, base units; not a number in weeks that no change of theirs reaches. Later changes of others count
    too: a total that left nothing for a figure has cut it (ADR 25).
    """
    changes = value_added.read_changes(run)
    named = [change for change in changes if change.reach.is_of_some]
    if not named:
        return np.zeros(0, dtype=np.int64), np.zeros((0, run.horizon))
    frozen, known = value_added.load_frozen(run), accounts.load(run)
    table = Table(frozen.steps["events"], frozen.rows, frozen.weights, accounts=known, changes=changes)
    for change in changes:
        table.lay(change)
    keys, is_said = _find_said(table, named, run.horizon)
    return keys, np.where(is_said, _add_up(table, known, keys, run.horizon), np.nan)


def _find_said(table: Table, named: list[Change], horizon: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Return which customers of which items changes named, and in which weeks."""
    reached = [(table.rows.find(change.reach), change) for change in named]
    parties = _read_parties(table)
    keys = np.unique(
        np.concatenate([accounts.to_keys(table.rows.item_ids[rows], parties[rows]) for rows, _one in reached])
    )
    is_said = np.zeros((keys.size, horizon), dtype=np.bool_)
    for rows, change in reached:
        own = np.searchsorted(keys, accounts.to_keys(table.rows.item_ids[rows], parties[rows]))
        is_said[np.unique(own), change.start : change.end] = True
    return keys, is_said


def _add_up(table: Table, known: accounts.Accounts, keys: Ints, horizon: int) -> Floats:
    """Add up customers' parts of items: as they were told apart, elsewhere by their share."""
    parties, found = _read_parties(table), np.zeros((keys.size, horizon))
    apart = parties > OTHERS
    own = accounts.to_keys(table.rows.item_ids, np.where(apart, parties, OTHERS))
    place = np.minimum(np.searchsorted(keys, own), keys.size - 1)
    mine = apart & (keys[place] == own)
    np.add.at(found, place[mine], table.mean[mine])
    shares, items = accounts.look_up(known.keys, known.shares, keys), keys >> 31
    for row in np.flatnonzero((parties == ALL_CUSTOMERS) & np.isin(table.rows.item_ids, items)).tolist():
        of_item = items == table.rows.item_ids[row]
        found[of_item] += shares[of_item] * table.mean[row]
    return found


def _read_parties(table: Table) -> Ints:
    assert table.rows.party_ids is not None
    return table.rows.party_ids
