"""Say how kernels of a plan that ask each other in a circle are asked, and how they answer.

``draw`` takes units from an item-location and asks ``refill`` to have its sources make up a shortage; that asks
``order`` for one order of one source, with everything it occupies and consumes; that draws its components.

Each answers how many units it got, which stay planned until the caller takes them back. The rest of the answer stands
in ``State.reply`` until the next call: the next instant worth asking, why not before, and whose fault that is.
``strict`` 1: less than all is of no use, so stop at the first thing that is missing and name no instant.
"""

from typing import Any

from numba import types

from rantai_engines.planning._compiling import Kernel, short
from rantai_engines.planning._layout import INT, NET, STATE, State

#: State.reply
Y_AT, Y_CAUSE, Y_SUBJECT, Y_STEP, Y_FROM, Y_MOST, Y_ALTERNATES, REPLY_COLUMNS = range(8)
#: (net, state, item-location or source, quantity, instant, depth, strict) -> units got
DOOR: Any = INT(NET, STATE, INT, INT, INT, INT, INT)

#: Closes the circle: ``_draw`` defines it.
draw = Kernel("rantai_engines.planning._draw.draw", DOOR)
#: ``draw`` where each order brings stock back to its target: ``_keeping`` defines it.
draw_keeping = Kernel("rantai_engines.planning._keeping.draw_keeping", INT(NET, STATE, INT, INT, INT, INT))


@short(types.void(STATE, INT, INT, INT))
def reply(st: State, at: int, cause: int, subject: int) -> None:
    """Say when to ask again, why not before and whose fault that is."""
    st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT] = at, cause, subject
