"""How orders and invoices may change."""

from rantai.kernel.transitions import Machine

ORDERS = Machine(
    "sales_order",
    {
        "draft": ("confirmed", "cancelled"),
        "confirmed": ("closed", "cancelled"),
        "closed": ("confirmed",),  # a shipment taken back or a cancelled line asked for again opens it
        "cancelled": (),
    },
)

INVOICES = Machine("invoice", {"issued": ("paid",), "paid": ("issued",)})

PAST_RUNS = Machine(
    "past_run", {"staged": ("current", "withdrawn"), "current": ("withdrawn",), "withdrawn": ("staged",)}
)
