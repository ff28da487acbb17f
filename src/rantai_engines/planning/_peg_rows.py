"""Tie needs to supplies at one item-location of a held state as rows of numbers: ``_pegs_at`` for many at a time."""

import numpy as np

from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import HeldState
from rantai_engines.planning._layout import Ints
from rantai_engines.planning._listing import list_uses
from rantai_engines.planning._pegging import write_pegs
from rantai_engines.planning._pegs_at import list_supplies
from rantai_engines.planning.solution import ConsumerKind

#: What stands at an item-location: columns of its rows. Equal instants and kinds go by TURN.
TIME, KIND, TURN, NUMBER, UNITS = range(5)
#: Columns of ``solution.Pegs``.
SUPPLY_KIND, SUPPLY, CONSUMER_KIND, CONSUMER, PLACE, QUANTITY, SUPPLY_TIME, NEED_TIME = range(8)


def list_need_rows(facts: Facts, held: HeldState, place: int) -> Ints:
    """Give who takes units of an item-location, in the order of pegging: by instant, demands, orders, stock target."""
    told, keys = held.told["deliveries"], facts.demands.columns["key"]
    own = [row for demand in facts.demands.at.get(place, ()) for row in told.get(demand, ())]
    target = told.get(-1 - place, [])
    given, uses = held.state.deliveries[[*own, *target]], held.listed_rows(list_uses, place)
    first, last = len(own), len(own) + len(target)
    rows = np.empty((last + len(uses), 5), np.int64)
    rows[:last, TIME], rows[:last, UNITS] = given[:, 1], given[:, 2]
    rows[:first, KIND], rows[:first, NUMBER] = ConsumerKind.DEMAND, given[:first, 0]
    rows[:first, TURN] = keys[given[:first, 0]]
    rows[first:last, KIND], rows[first:last, NUMBER], rows[first:last, TURN] = ConsumerKind.STOCK_TARGET, place, place
    rows[last:, TIME], rows[last:, KIND], rows[last:, UNITS] = uses[:, 1], ConsumerKind.ORDER, uses[:, 2]
    rows[last:, NUMBER] = rows[last:, TURN] = uses[:, 0]
    return rows[np.lexsort((rows[:, TURN], rows[:, KIND], rows[:, TIME]))]


def list_peg_rows(facts: Facts, held: HeldState, place: int, needs: Ints) -> Ints:
    """Give each need the latest supplies in time, later needs last; rows with the columns of ``solution.Pegs``."""
    found = [(each.time, each.kind, 0, each.number, each.units) for each in list_supplies(facts, held, place)]
    supplies = np.array(found, np.int64).reshape(len(found), 5)
    left, stack = supplies[:, UNITS].copy(), np.empty(len(supplies), np.int64)
    out = np.empty((len(supplies) + len(needs), 3), np.int64)
    out = out[: write_pegs(_stacked(supplies, place), _stacked(needs, place), left, stack, out)]
    supply, need = supplies[out[:, 0]], needs[out[:, 1]]
    pegs = np.empty((len(out), 8), np.int64)
    pegs[:, SUPPLY_KIND], pegs[:, SUPPLY], pegs[:, SUPPLY_TIME] = supply[:, KIND], supply[:, NUMBER], supply[:, TIME]
    pegs[:, CONSUMER_KIND], pegs[:, CONSUMER], pegs[:, NEED_TIME] = need[:, KIND], need[:, NUMBER], need[:, TIME]
    pegs[:, PLACE], pegs[:, QUANTITY] = place, out[:, 2]
    return pegs


def _stacked(rows: Ints, place: int) -> Ints:
    """Give the columns that pegging reads: item-location, instant, units."""
    table = np.empty((len(rows), 3), np.int64)
    table[:, 0], table[:, 1], table[:, 2] = place, rows[:, TIME], rows[:, UNITS]
    return table
