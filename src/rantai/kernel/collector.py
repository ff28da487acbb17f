"""How a process looks for garbage: where it serves seldom and never among its modules, in bulk work not at all."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Young objects are looked at less often: an act makes tens of thousands, and few of them form rings.
YOUNG, MIDDLE, OLD = 10_000, 20, 20


def settle() -> None:
    """Take what is there out of the collector's sight: modules and templates stay, and a look at all takes 0.2 s."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.collect()
    gc.freeze()


@contextmanager
def resting() -> Iterator[None]:
    """Let reference counts alone free millions of rows that live for a moment: none of them is in a ring.

    Looking through them again and again took a third of the time from the database to a plan.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
