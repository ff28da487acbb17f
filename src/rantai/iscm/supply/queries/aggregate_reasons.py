"""Tell what of a stock target stands for weeks to come that are short, and what is safety stock."""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.iscm.supply.queries.snapshot import Snapshot, Tables


def share_ahead(snapshot: Snapshot, solution: Tables) -> dict[int, float]:
    """Return by item-location (row) which share of what was filled of its targets is built ahead.

    What fills the first step is safety stock, whatever fills the steps after it is built ahead.
    """
    steps: Any = snapshot.tables["item_locations"].get("safety_steps")
    rows = np.flatnonzero(steps >= 0) if steps is not None else np.zeros(0, np.int64)
    if not len(rows):
        return {}
    functions, fills = snapshot.tables["step_functions"], solution["stock_fills"]
    found: dict[int, float] = {}
    for row in rows.tolist():
        safety = int(functions["value"][functions["offset"][steps[row]]])
        filled = int(fills["quantity"][fills["item_location"] == row].sum())
        found[row] = max(0, filled - safety) / filled if filled else 0.0
    return found
