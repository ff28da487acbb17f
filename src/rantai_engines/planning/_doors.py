"""Let kernels call each other in a circle.

Numba infers the types of a recursive function anew at each of its calls, which took half a minute, and can cache no
circle of functions. So the three doors of a plan call each other through their addresses, which ``Net.doors`` holds:
DRAW takes units from an item-location, REFILL has its sources make up a shortage, ORDER plans one order of one source
with everything it occupies and consumes.

Each answers how many units it got, which stay planned until the caller takes them back. The rest of the answer stands
in ``State.reply`` until the next call: the next instant worth asking, why not before, and whose fault that is.
``strict`` 1: less than all is of no use, so stop at the first thing that is missing and name no instant.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import config, types
from numba.core.typing import signature
from numba.extending import intrinsic

from rantai_engines.planning._layout import INT, NET, STATE, Net, State, compiled

DRAW, REFILL, ORDER = range(3)
#: State.reply
Y_AT, Y_CAUSE, Y_SUBJECT, Y_STEP, Y_FROM, Y_MOST, Y_ALTERNATES, REPLY_COLUMNS = range(8)
#: (net, state, item-location or source, quantity, instant, depth, strict) -> units got
DOOR: Any = INT(NET, STATE, INT, INT, INT, INT, INT)

#: The doors as Python functions, for runs without a compiler; ``Net.doors`` then holds their numbers.
IN_PYTHON: "list[Callable[..., int]]" = []


@compiled(types.void(STATE, INT, INT, INT))
def reply(st: State, at: int, cause: int, subject: int) -> None:
    """Say when to ask again, why not before and whose fault that is."""
    st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT] = at, cause, subject


def call_door(address: int, net: Net, st: State, which: int, quantity: int, t: int, depth: int, strict: int) -> int:
    """Call the door at an address."""
    return IN_PYTHON[address](net, st, which, quantity, t, depth, strict)


if not config.DISABLE_JIT:  # type: ignore[attr-defined]

    @intrinsic
    def call_door(_context, address, net, st, which, quantity, t, depth, strict):  # type: ignore[no-untyped-def]
        """Call the door at an address."""

        def generate(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
            kinds = [value.type for value in arguments[1:]]
            door = ir.FunctionType(ir.IntType(64), kinds).as_pointer()
            return builder.call(builder.inttoptr(arguments[0], door), arguments[1:])

        return signature(types.int64, types.int64, NET, STATE, *[types.int64] * 5), generate
