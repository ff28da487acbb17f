"""States of a shipment and of the work on it."""

from rantai.kernel.transitions import Machine

shipment = Machine(
    "shipment",
    {
        "released": ("picking", "cancelled"),
        "picking": ("packed", "cancelled"),
        "packed": ("shipped", "cancelled"),
        # back to packed: the goods turned round before they reached the customer
        "shipped": ("delivered", "packed"),
        "delivered": (),
        "cancelled": (),
    },
)

work = Machine("work", {"open": ("done", "cancelled"), "done": ("cancelled",), "cancelled": ()})

return_authorization = Machine(
    "return_authorization",
    # ended: the customer keeps what has not come back
    {"open": ("received", "ended"), "received": (), "ended": ()},
)

transfer = Machine(
    "transfer_order",
    {
        "planned": ("released", "cancelled"),
        "released": ("shipped", "cancelled"),
        "shipped": ("received",),
        "received": (),
        "cancelled": (),
    },
)
