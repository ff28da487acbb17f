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
