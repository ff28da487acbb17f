"""The front door of ISCM: what the houses above, the desks and the doors may ask of operations."""

from __future__ import annotations

from rantai.iscm.demand.actions import demands
from rantai.iscm.doors.forecast import (
    get_forecast,
    list_forecast_errors,
    publish_history,
    record_history,
    remove_history,
    set_forecast_override,
)
from rantai.iscm.doors.plan import (
    count_awaiting_plan,
    decide_proposals,
    get_plan,
    list_outcomes,
    list_proposals,
    list_violations,
    search,
    trace,
)
from rantai.iscm.doors.production import (
    cancel_production,
    finish_production,
    finish_step,
    list_production,
    release_production,
    reverse_production,
    start_step,
)
from rantai.iscm.doors.promise import (
    cancel_demands,
    change_demand,
    list_demand_status,
    list_leanings,
    promise,
    record_demand,
    update_stakes,
)
from rantai.iscm.doors.stock import list_stock, remove_opening_stock, set_opening_stock, set_stock_policy
from rantai.iscm.doors.warehouse import (
    cancel_shipment,
    deliver_shipment,
    list_shipments,
    pack_shipment,
    pick_shipment,
    plan_transfer,
    receive_purchase,
    receive_transfer,
    release_for_shipping,
    release_transfer,
    reverse_receipt,
    reverse_shipment,
    ship_shipment,
    ship_transfer,
)
from rantai.iscm.fulfilment.actions import authorizations, shipments, withdrawals
from rantai.iscm.fulfilment.actions.authorizations import authorize_returns, end_return
from rantai.iscm.fulfilment.queries import list_returnable, list_returns
from rantai.iscm.waiting import (
    NEED_REFUSALS,
    decide_need,
    describe_need,
    get_lateness,
    get_reach,
    list_figures,
    list_needs,
    number_documents,
    say_shortage,
)

__all__ = [
    "NEED_REFUSALS",
    "REFUSALS",
    "authorize_returns",
    "cancel_demands",
    "cancel_production",
    "cancel_shipment",
    "change_demand",
    "count_awaiting_plan",
    "decide_need",
    "decide_proposals",
    "deliver_shipment",
    "describe_need",
    "end_return",
    "finish_production",
    "finish_step",
    "get_forecast",
    "get_lateness",
    "get_plan",
    "get_reach",
    "list_demand_status",
    "list_figures",
    "list_forecast_errors",
    "list_leanings",
    "list_needs",
    "list_outcomes",
    "list_production",
    "list_proposals",
    "list_returnable",
    "list_returns",
    "list_shipments",
    "list_stock",
    "list_violations",
    "number_documents",
    "pack_shipment",
    "pick_shipment",
    "plan_transfer",
    "promise",
    "publish_history",
    "receive_purchase",
    "receive_transfer",
    "record_demand",
    "record_history",
    "release_for_shipping",
    "release_production",
    "release_transfer",
    "remove_history",
    "remove_opening_stock",
    "reverse_production",
    "reverse_receipt",
    "reverse_shipment",
    "say_shortage",
    "search",
    "set_forecast_override",
    "set_opening_stock",
    "set_stock_policy",
    "ship_shipment",
    "ship_transfer",
    "start_step",
    "trace",
    "update_stakes",
]

REFUSALS: tuple[type[Exception], ...] = (
    demands.CannotReduce, demands.DemandExists, withdrawals.CannotWithdraw, shipments.UnknownProof,
    *authorizations.REFUSALS,
)  # fmt: skip
"""What may be refused to a house above for a reason that a person can do something about."""
