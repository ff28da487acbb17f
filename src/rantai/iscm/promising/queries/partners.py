"""Read what partners were asked to send straight to customers, and for which demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlannedOrder
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Units of a purchase that go to one customer's demand."""

    demand_id: int
    supply: OpenSupply

    @property
    def units(self) -> int:
        """Units that are still to come."""
        return self.supply.open_units.amount


def list_of_order(purchase_order_id: int) -> list[Asked]:
    """Return what a purchase order sends to customers, ended parts included."""
    return _for_demands(srm.list_open_supply(order_ids=[purchase_order_id]))


def list_open(demand: Demand) -> list[Asked]:
    """Return what partners were asked to send for a demand and have not sent."""
    rows = _for_demands(srm.list_open_supply(item_ids=[demand.item_id]))
    return [row for row in rows if row.demand_id == demand.pk and row.units]


def _for_demands(rows: Sequence[OpenSupply]) -> list[Asked]:
    """Keep what is sent to customers: asked for a demand at once, or by a proposal of the plan that was made for it.

    What is bought for a demand comes to a site of ours.
    """
    caused = [row for row in rows if row.cause is not None and row.cause.kind in ("demand", "planned_order")]
    dropped = [row for row in caused if row.drop_for_number or (row.cause and row.cause.kind == "planned_order")]
    planned = _read_planned(row.cause.id for row in dropped if row.cause and row.cause.kind == "planned_order")
    found = []
    for row in dropped:
        assert row.cause is not None
        demand_id = row.cause.id if row.cause.kind == "demand" else planned.get(row.cause.id)
        if demand_id is not None:
            found.append(Asked(demand_id=demand_id, supply=row))
    return found


def _read_planned(ids: Iterable[int]) -> dict[int, int]:
    rows = PlannedOrder.objects.filter(pk__in=list(ids), kind="dropship", demand__isnull=False)
    return {pk: demand_id for pk, demand_id in rows.values_list("pk", "demand_id") if demand_id}
