"""How a scenario's run and what was taken over of it may go on."""

from rantai.kernel.transitions import Machine

scenario_run = Machine(
    "scenario_run",
    {"queued": ("solving", "failed"), "solving": ("done", "failed", "queued"), "failed": (), "done": ()},
)

takeover = Machine(
    "takeover",
    {
        # waiting: somebody whom the policy names must say yes
        "waiting": ("done", "dismissed"),
        "done": ("undone",),
        "dismissed": (),
        "undone": (),
    },
)
