"""Addresses of production orders."""

from django.urls import path

from rantai.iscm.production.views import orders, work

app_name = "iscm_production"
urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/release/", orders.release_many, name="release_orders"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/release/", work.release, name="release"),
    path("orders/<int:order_id>/cancel/", work.cancel, name="cancel"),
    path("orders/<int:order_id>/finish/", work.finish, name="finish"),
    path("orders/<int:order_id>/reverse/", work.reverse, name="reverse"),
    path("orders/<int:order_id>/close/", work.close, name="close"),
    path("orders/<int:order_id>/steps/<int:position>/start/", work.start_step, name="start_step"),
    path("orders/<int:order_id>/steps/<int:position>/finish/", work.finish_step, name="finish_step"),
]
