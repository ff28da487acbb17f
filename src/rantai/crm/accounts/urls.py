"""Addresses of customers."""

from django.urls import path

from rantai.crm.accounts.views import customers

app_name = "crm_accounts"
urlpatterns = [
    path("", customers.list_customers, name="customers"),
    path("<int:party_id>/", customers.customer, name="customer"),
    path("<int:party_id>/terms", customers.edit_terms, name="terms"),
]
