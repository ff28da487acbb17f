"""Addresses of the plan."""

from django.urls import path

from rantai.iscm.supply.views import aggregate, board, levers, orderanswers, orders, plan, resources, stock, timeline

app_name = "iscm_supply"
urlpatterns = [
    path("", plan.plan, name="plan"),
    path("now/", plan.plan_now, name="plan_now"),
    path("exceptions/", board.exceptions, name="exceptions"),
    path("exceptions/preview/", board.preview, name="exceptions_preview"),
    path("exceptions/decide/", board.decide, name="exceptions_decide"),
    path("exceptions/sheet/", board.sheet, name="exceptions_sheet"),
    path("exceptions/reopen/", board.reopen, name="exceptions_reopen"),
    path("outcomes/", plan.outcomes, name="outcomes"),
    path("outcomes/<int:outcome_id>/", plan.outcome, name="outcome"),
    path("orders/sheet/", orderanswers.sheet, name="orders_sheet"),
    path("orders/decide/", orderanswers.decide, name="decide_many"),
    path("orders/accept/", orders.accept_many, name="accept_many"),
    path("orders/dismiss/", orders.dismiss_many, name="dismiss_many"),
    path("orders/reopen/", orders.reopen_many, name="reopen_many"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/accept/", orders.accept, name="accept"),
    path("orders/<int:order_id>/dismiss/", orders.dismiss, name="dismiss"),
    path("resources/", resources.resources, name="resources"),
    path("resources/<int:resource_id>/", resources.resource, name="resource"),
    path("aggregate/", aggregate.aggregate, name="aggregate"),
    path("aggregate/now/", aggregate.aggregate_now, name="aggregate_now"),
    path("aggregate/<int:plan_id>/take/", aggregate.take_over, name="aggregate_take"),
    path("aggregate/<int:plan_id>/return/", aggregate.give_back, name="aggregate_return"),
    path("levers/", levers.list_levers, name="levers"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("timeline/<int:order_id>/", timeline.move, name="move"),
    path("stock/<int:item_id>/<int:location_id>/", stock.stock, name="stock"),
]
