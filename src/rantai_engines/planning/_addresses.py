"""Compile the three doors and give their addresses; import this before anything is planned."""

import numpy as np
from numba import cfunc, config

from rantai_engines.planning import _draw, _order, _refill
from rantai_engines.planning._doors import DOOR, IN_PYTHON
from rantai_engines.planning._layout import Ints, Net, State

_DOORS = (_draw.draw, _refill.refill, _order.order)

if config.DISABLE_JIT:  # type: ignore[attr-defined]
    IN_PYTHON[:] = _DOORS
    ADDRESSES: Ints = np.arange(3)
else:

    @cfunc(DOOR, cache=True)
    def _draw_door(net: Net, st: State, which: int, quantity: int, t: int, depth: int, strict: int) -> int:
        return _draw.draw(net, st, which, quantity, t, depth, strict)

    @cfunc(DOOR, cache=True)
    def _refill_door(net: Net, st: State, which: int, quantity: int, t: int, depth: int, strict: int) -> int:
        return _refill.refill(net, st, which, quantity, t, depth, strict)

    @cfunc(DOOR, cache=True)
    def _order_door(net: Net, st: State, which: int, quantity: int, t: int, depth: int, strict: int) -> int:
        return _order.order(net, st, which, quantity, t, depth, strict)

    ADDRESSES = np.array([_draw_door.address, _refill_door.address, _order_door.address], np.int64)
