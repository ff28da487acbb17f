"""How agreements and opportunities may change."""

from rantai.kernel.transitions import Machine

AGREEMENTS = Machine("sales_agreement", {"draft": ("signed",), "signed": ("ended",), "ended": ()})

OPPORTUNITIES = Machine(
    "opportunity",
    {
        "lead": ("qualified", "quoted", "lost"),
        "qualified": ("quoted", "won", "lost"),
        "quoted": ("qualified", "won", "lost"),
        "won": (),
        "lost": ("qualified",),  # a customer who comes back opens it again, with its history
    },
)

OPEN_STAGES = ("lead", "qualified", "quoted")
"""In the order in which a deal usually goes through them."""
