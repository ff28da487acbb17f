"""Addresses of the plan."""

from django.urls import path

from rantai.iscm.supply.views import orders, plan, stock

app_name = "iscm_supply"
urlpatterns = [
    path("", plan.plan, name="plan"),
    path("now/", plan.plan_now, name="plan_now"),
    path("exceptions/", plan.exceptions, name="exceptions"),
    path("outcomes/", plan.outcomes, name="outcomes"),
    path("outcomes/<int:outcome_id>/", plan.outcome, name="outcome"),
    path("orders/accept/", orders.accept_many, name="accept_many"),
    path("orders/dismiss/", orders.dismiss_many, name="dismiss_many"),
    path("orders/reopen/", orders.reopen_many, name="reopen_many"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/accept/", orders.accept, name="accept"),
    path("orders/<int:order_id>/dismiss/", orders.dismiss, name="dismiss"),
    path("stock/<int:item_id>/<int:location_id>/", stock.stock, name="stock"),
]
