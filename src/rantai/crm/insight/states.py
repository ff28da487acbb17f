"""How a valuation becomes the one that counts."""

from rantai.kernel.transitions import Machine

VALUATIONS = Machine("valuation", {"staged": ("current", "superseded"), "current": ("superseded",), "superseded": ()})
