"""Set a scenario beside the plan: which order lines gain and which lose, and which prices it moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rantai.iscm.strategy.measures.figures import PriceChange
from rantai.iscm.strategy.measures.served import Served
from rantai.iscm.strategy.queries import scopes
from rantai.iscm.strategy.queries.changes import Change
from rantai.iscm.strategy.queries.published import Published
from rantai.iscm.strategy.queries.worth import SCALE, Worth
from rantai.iscm.supply.queries.days import NEVER


def list_outcomes(plan: Served, own: Served, worth: Worth) -> list[dict[str, Any]]:
    """Return the order lines that are served otherwise than in the plan, or late or short in either.

    Less short is better; at equal shortage sooner is.
    """
    assert (plan.keys == own.keys).all(), "a scenario changes no order of a customer"
    differs = (plan.short != own.short) | (plan.late_days != own.late_days)
    hurt = ~plan.is_kept | ~own.is_kept
    gain = np.where(plan.short != own.short, np.sign(plan.short - own.short), np.sign(plan.late_days - own.late_days))
    stakes = worth.at_risk[worth.demand_rows(own.demand_ids)]
    return [
        {
            "demand_id": int(own.demand_ids[row]),
            "units": int(own.units[row]),
            "short": int(own.short[row]),
            "late_days": int(own.late_days[row]),
            "plan_short": int(plan.short[row]),
            "plan_late_days": int(plan.late_days[row]),
            "gain": int(gain[row]),
            "stake": round(float(stakes[row]) * SCALE),
        }
        for row in np.flatnonzero(differs | hurt).tolist()
    ]


def list_prices(plan: Published, laid: Sequence[Change]) -> list[PriceChange]:
    """Return what a scenario's changes of price do to what is sold beyond the orders that stand."""
    return [
        PriceChange(
            items=scopes.list_items(item_id=one.item_id, category_id=one.category_id),
            since=plan.begins(one.starts_on, 0),
            until=plan.ends(one.ends_on, NEVER),
            share=(one.share or 0) / SCALE,
        )
        for one in laid
        if one.kind == "price"
    ]
