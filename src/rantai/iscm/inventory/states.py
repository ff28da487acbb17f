"""States of what inventory keeps."""

from rantai.kernel.transitions import Machine

reservation = Machine(
    "reservation",
    {
        # freed: the stock is given back and the demand has not been told yet
        "held": ("issued", "freed"),
        "issued": ("held",),
        "freed": ("ended",),
        "ended": (),
    },
)

STOCK_STATUSES = ("available", "quarantine", "blocked")

stock_target_run = Machine("stock_target_run", {"staged": ("current",), "current": ("past",), "past": ()})

work_reservation = Machine("work_reservation", {"held": ("issued", "ended"), "issued": ("ended",), "ended": ()})

placement_run = Machine("placement_run", {"staged": ("current",), "current": ("past",), "past": ()})

placement_choice = Machine(
    "placement_choice",
    {"proposed": ("accepted", "dismissed"), "accepted": (), "dismissed": ("proposed",)},
)

promotion_candidate = Machine(
    "promotion_candidate",
    {
        # offered: sales was asked to promote it
        "open": ("offered", "dismissed", "ended"),
        "offered": ("open", "ended"),
        "dismissed": ("open", "ended"),
        "ended": (),
    },
)
