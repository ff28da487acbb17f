"""Tie needs to supplies at one item-location of a held state, as ``_pegging.write_pegs`` does for all."""

from operator import itemgetter
from typing import NamedTuple

from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import HeldState
from rantai_engines.planning._layout import P_BEFORE, P_QUANTITY
from rantai_engines.planning._listing import list_made, list_uses
from rantai_engines.planning._unplan import co_product
from rantai_engines.planning.solution import ConsumerKind, SupplyKind

_DEMAND, _ORDER, _TARGET = int(ConsumerKind.DEMAND), int(ConsumerKind.ORDER), int(ConsumerKind.STOCK_TARGET)
_STOCK, _RECEIPT, _MADE = int(SupplyKind.ON_HAND), int(SupplyKind.RECEIPT), int(SupplyKind.ORDER)
_BESIDES = int(SupplyKind.CO_PRODUCT)
#: By time, then by kind.
_TURN = itemgetter(2, 0)


# Tuples, since an event lists tens of thousands of them.
class Need(NamedTuple):
    """Units that somebody takes at an instant; ``number`` as in ``solution.Pegs``, ``line`` a row of ``Net.lines``."""

    kind: int
    number: int
    time: int
    units: int
    line: int = -1

    @property
    def is_order(self) -> bool:
        return self.kind == _ORDER

    @property
    def demand(self) -> int:
        """The demand as a held state names it: -1 - p for place p's stock target."""
        return -1 - self.number if self.kind == _TARGET else self.number


class Supply(NamedTuple):
    """Units that come at an instant; ``number`` as in ``solution.Pegs``, of a by-product the order that gives it."""

    kind: int
    number: int
    time: int
    units: int

    @property
    def order(self) -> int:
        return self.number if self.kind in (_MADE, _BESIDES) else -1


class Peg(NamedTuple):
    """Units of a supply that a need takes."""

    supply: Supply
    need: Need
    units: int


def list_needs(facts: Facts, held: HeldState, place: int) -> list[Need]:
    """List who takes units of an item-location, in the order of pegging: by instant, demands, orders, stock target."""
    state, rows, keys = held.state, held.told["deliveries"], facts.demands.columns["key"]
    demands = [d for d in facts.demands.at.get(place, ()) if d in rows]
    demands.sort(key=lambda d: int(keys[d]))
    needs = []
    for kind, index, demand in (*((_DEMAND, d, d) for d in demands), (_TARGET, place, -1 - place)):
        for row in rows.get(demand, ()):
            _demand, time, units = state.deliveries[row].tolist()[:3]
            needs.append(Need(kind, index, time, units))
    needs += [Need(_ORDER, *row) for row in sorted(held.listed(list_uses, place))]
    needs.sort(key=_TURN)
    return needs


def list_pegs(facts: Facts, held: HeldState, place: int) -> list[Peg]:
    """Give each need the latest supplies in time, later needs last."""
    supplies = list_supplies(facts, held, place)
    pegs: list[Peg] = []
    there: list[Supply] = []
    left: list[int] = []
    come = 0
    for need in list_needs(facts, held, place):
        while come < len(supplies) and supplies[come].time <= need.time:
            there.append(supplies[come])
            left.append(supplies[come].units)
            come += 1
        want = need.units
        while want > 0 and there:
            units = min(want, left[-1])
            pegs.append(Peg(there[-1], need, units))
            want -= units
            left[-1] -= units
            if left[-1] == 0:
                there.pop()
                left.pop()
    return pegs


def list_supplies(facts: Facts, held: HeldState, place: int) -> list[Supply]:
    """List what comes to an item-location, in the order of pegging: by instant and kind."""
    now, receipts = facts.base.now, facts.receipts.columns
    found = [Supply(_STOCK, place, int(facts.there_at[place]), int(facts.places.on_hand[place]))]
    for row in sorted(facts.receipts.at.get(place, ()), key=lambda row: int(receipts["key"][row])):
        found.append(Supply(_RECEIPT, row, max(int(receipts["time"][row]), now), int(receipts["quantity"][row])))
    found += [Supply(_MADE, order, time, units) for order, time, units, _ in sorted(held.listed(list_made, place))]
    for source, row in held.besides.get(place, ()):
        order = int(held.state.last_order[source])
        while order >= 0:
            if held.state.orders[order, P_QUANTITY] > 0:
                time, units = (int(value) for value in co_product(held.net, held.state, order, row))
                found.append(Supply(_BESIDES, order, time, units))
            order = int(held.state.orders[order, P_BEFORE])
    return sorted((each for each in found if each.units > 0), key=_TURN)
