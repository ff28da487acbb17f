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
    filled = np.zeros(len(steps), np.int64)
    np.add.at(filled, fills["item_location"], fills["quantity"])
    safety, filled = functions["value"][functions["offset"][steps[rows]]], filled[rows]
    shares = np.divide(np.maximum(filled - safety, 0), filled, out=np.zeros(len(rows)), where=filled > 0)
    return dict(zip(rows.tolist(), shares.tolist(), strict=True))
