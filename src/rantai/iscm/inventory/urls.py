"""Addresses of stock."""

from django.urls import path

from rantai.iscm.inventory.views import stock

app_name = "iscm_inventory"
urlpatterns = [
    path("", stock.stock, name="stock"),
    path("<int:item_id>/<int:location_id>/", stock.item_location, name="item_location"),
    path("<int:item_id>/<int:location_id>/count/", stock.count, name="count"),
    path("balances/<int:balance_id>/status/", stock.status, name="status"),
]
