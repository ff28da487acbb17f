"""Tell operations what an order wants: its head, and each schedule line with what is at stake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking, orders
from rantai.iscm import messages
from rantai.kernel import money
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


def describe_order(
    order: SalesOrder, lines: Iterable[messages.DemandLine], *, by: str, as_of: datetime
) -> messages.DemandOrder:
    """Return firm demand of an order's lines."""
    return messages.DemandOrder(
        company_id=order.company_id,
        ref=DocRef("sales_order", order.pk),
        number=order.number,
        party_id=order.party_id,
        demand_class=order.account.demand_class,
        lines=tuple(lines),
        as_of=as_of,
        by=by,
    )


def describe_line(
    order: SalesOrder, row: ScheduleLine, *, offer: messages.OfferLine | None, key: messages.DemandKey | None = None,
    location_id: int | None = None, replaces: str = "",
) -> messages.DemandLine:  # fmt: skip
    """Return what a schedule line wants; `key` is its name where it is not written yet."""
    return messages.DemandLine(
        key=key or asking.key_of(row),
        item_id=row.line.item_id,
        units=Quantity(row.units),
        requested_on=row.requested_on,
        ships_complete=order.ships_complete,
        address_id=order.ship_to_id,
        location_id=location_id,
        stake=stake_of(order, row),
        offer=offer,
        replaces=replaces,
    )


def stake_of(order: SalesOrder, row: ScheduleLine) -> messages.Stake:
    """Return what is at stake with a schedule line, in the company's currency."""
    net = orders.base_amount(order, row.line.net)
    per_unit = money.round_half_up(net * 10_000, row.line.units) if row.line.units else 0
    return messages.Stake(
        margin_per_unit=per_unit - row.line.unit_cost,
        lifetime_value=order.account.lifetime_value or 0,
        churn_sensitivity=order.account.churn_sensitivity,
    )
