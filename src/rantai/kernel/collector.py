"""How a process that serves looks for garbage: seldom, and never among its modules."""

import gc

# Young objects are looked at less often: an act makes tens of thousands, and few of them form rings.
YOUNG, MIDDLE, OLD = 10_000, 20, 20


def settle() -> None:
    """Take what is there out of the collector's sight: modules and templates stay, and a look at all takes 0.2 s."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.collect()
    gc.freeze()
