"""Let a demand have what a faster supplier would bring, and ask purchasing to buy it there."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm import messages
from rantai.iscm.demand import queries as demands
from rantai.iscm.promising.actions import backing, records
from rantai.iscm.promising.models import SlotTake
from rantai.iscm.promising.queries import bought
from rantai.kernel.transactions import require_transaction


def expedite_demand(change: messages.DemandChange, *, as_of: datetime, by: str) -> messages.RecordedDemand:
    """Change a demand's supply to what was offered, and ask for the units that its source has to be asked for.

    Where others were faster and the demand got something else (`promise_changed`), nothing is bought. Locks the demand
    and slots, then SRM's rows. Raises RevisionConflict, CannotReduce, CannotWithdraw, requisitions.BadRequest.
    """
    require_transaction()
    recorded = records.change_demand(change, as_of=as_of, by=by)
    if recorded.promise_changed:
        return recorded
    (demand,) = demands.lock([recorded.demand_id])
    takes = SlotTake.objects.filter(demand=demand, basis="lead_time", source__kind="buy").select_related("source")
    # what is being bought for it already is free for it again
    asked = sum(row.open_units.amount for row in bought.list_open(demand))
    for take in takes.order_by("id"):
        backing.ask_to_buy(demand, take, units=take.units - min(asked, take.units), at=as_of, by=by)
        asked -= min(asked, take.units)
    return recorded
