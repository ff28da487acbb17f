"""Read what is bought for one customer's demand: an order of its own at a supplier, to a site of ours."""

from __future__ import annotations

from collections.abc import Sequence

from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import SlotTake
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply


def list_open(demand: Demand) -> list[OpenSupply]:
    """Return the open requisitions and orders for a demand.

    Nothing is bought for a demand before it changed: the many that are only recorded ask for nothing here.
    """
    if demand.revision == 1:
        return []
    rows = srm.list_supply_for("demand", [demand.pk])
    return [row for row in rows if row.open_units and not row.drop_for_number]


def is_awaited(demand: Demand, waiting: Sequence[SlotTake]) -> bool:
    """Tell whether units wait for a plan or a purchase of their own that the supplier has not got yet.

    They do not wait for a receipt that comes later than that.
    """
    bases = {take.basis for take in waiting}
    if bases == {"plan"}:
        return True
    return bool(bases) and bases <= {"plan", "lead_time"} and any(not row.is_firm for row in list_open(demand))
