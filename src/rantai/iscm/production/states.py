"""States of a production order and of its steps."""

from rantai.kernel.transitions import Machine

order = Machine(
    "production_order",
    {
        # a proposal until somebody, or a policy, releases it
        "planned": ("released", "cancelled"),
        "released": ("started", "cancelled"),
        "started": ("finished", "cancelled"),
        # back to started: what was reported as finished was not
        "finished": ("closed", "started"),
        "closed": (),
        "cancelled": (),
    },
)

step = Machine("production_step", {"waiting": ("running",), "running": ("finished",), "finished": ()})

OPEN = ("released", "started")
"""States in which an order is supply that customers may be promised."""
LIVE = ("planned", "released", "started")
"""States in which an order still wants components."""
