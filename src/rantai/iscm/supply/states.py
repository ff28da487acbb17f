"""How a plan run and a proposal may go on."""

from rantai.kernel.transitions import Machine

plan_run = Machine("plan_run", {"building": ("current", "dead"), "current": ("past",), "past": (), "dead": ()})

planned_order = Machine(
    "planned_order",
    {
        "proposed": ("accepted", "dismissed", "superseded"),
        # released: it became a requisition, a production order or a transfer
        "accepted": ("released",),
        "dismissed": ("proposed",),
        "released": (),
        "superseded": (),
    },
)

aggregate_plan = Machine(
    "aggregate_plan",
    {
        "proposed": ("standing", "replaced"),
        # standing: a person took it over, and detailed plans follow it until it is given back or replaced
        "standing": ("returned", "replaced"),
        "returned": ("standing", "replaced"),
        "replaced": (),
    },
)
