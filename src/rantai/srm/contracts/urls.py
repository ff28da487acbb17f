"""Addresses of prices."""

from django.urls import path

from rantai.srm.contracts import views

app_name = "srm_contracts"
urlpatterns = [
    path("suppliers/<int:party_id>/", views.supplier, name="supplier"),
    path("suppliers/<int:party_id>/prices/", views.set_price, name="set_price"),
]
