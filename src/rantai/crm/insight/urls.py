"""Addresses of customer insight."""

from django.urls import path

from rantai.crm.insight.views import values

app_name = "crm_insight"
urlpatterns = [
    path("", values.list_values, name="values"),
    path("customer/<int:party_id>/", values.customer, name="customer"),
    path("value", values.value_now, name="value_now"),
]
