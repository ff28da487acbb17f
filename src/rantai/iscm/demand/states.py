"""States of a demand."""

from rantai.kernel.transitions import Machine

demand = Machine(
    "demand",
    {
        "open": ("fulfilled", "cancelled"),
        # a shipment that is taken back opens its demand again
        "fulfilled": ("open",),
        "cancelled": (),
    },
)

history_run = Machine(
    "history_run", {"staged": ("current", "removed"), "current": ("removed",), "removed": ("staged",)}
)

forecast_run = Machine("forecast_run", {"staged": ("current",), "current": ("past",), "past": ()})

consensus = Machine(
    "consensus",
    {
        "frozen": ("approved", "withdrawn"),
        # another one was approved, or the company works without
        "approved": ("replaced", "withdrawn"),
        "replaced": (),
        "withdrawn": (),
    },
)

deviation = Machine(
    "demand_deviation",
    {
        "open": ("accepted", "dismissed", "cleared"),
        # orders came back into the band, or a later forecast has taken them in
        "accepted": ("open",),
        "dismissed": ("open",),
        "cleared": (),
    },
)

signal_run = Machine("signal_run", {"staged": ("current",), "current": ("past",), "past": ()})
