"""Addresses of our company."""

from django.urls import path

from rantai.foundation.companies import views

app_name = "foundation_companies"
urlpatterns = [
    path("", views.company, name="company"),
    path("rates/", views.rates, name="rates"),
    path("rates/<int:code_id>", views.tax_code, name="tax_code"),
]
