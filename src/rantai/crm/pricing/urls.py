"""Addresses of price lists."""

from django.urls import path

from rantai.crm.pricing.views import customers, lists, prices

app_name = "crm_pricing"
urlpatterns = [
    path("", lists.price_lists, name="lists"),
    path("new", lists.add_list, name="add_list"),
    path("<int:list_id>/", lists.price_list, name="list"),
    path("<int:list_id>/edit", lists.edit_list, name="edit_list"),
    path("<int:list_id>/prices/new", prices.add_price, name="add_price"),
    path("prices/<int:price_id>", prices.edit_price, name="price"),
    path("prices/reprice", prices.reprice, name="reprice"),
    path("customer/<int:party_id>/", customers.customer, name="customer"),
    path("customer/<int:party_id>/assign", customers.assign, name="assign"),
    path("customer/<int:party_id>/lists/<int:list_id>/take-away", customers.take_away, name="take_away"),
]
