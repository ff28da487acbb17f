"""The life of an import."""

from rantai.kernel.transitions import Machine

IMPORTS = Machine(
    "import",
    {
        "uploaded": ("running", "dropped"),
        "running": ("done", "failed", "uploaded"),
        "failed": ("running", "dropped"),
        "done": ("undone",),
        "undone": (),
        "dropped": (),
    },
)
