"""Addresses of our company."""

from django.urls import path

from rantai.foundation.companies.views import company, settings, taxes

app_name = "foundation_companies"
urlpatterns = [
    path("", company.company, name="company"),
    path("taxes/", taxes.taxes, name="taxes"),
    path("taxes/new", taxes.add_tax, name="add_tax"),
    path("rates/", taxes.rates, name="rates"),
    path("rates/<int:code_id>", taxes.tax_code, name="tax_code"),
    path("numbers/", settings.numbers, name="numbers"),
    path("numbers/<int:series_id>", settings.series, name="series"),
    path("terms/", settings.terms, name="terms"),
    path("terms/new", settings.term, name="add_term"),
    path("terms/<int:term_id>", settings.term, name="term"),
    path("decisions/", settings.policies, name="policies"),
    path("decisions/<int:policy_id>/end", settings.end_policy, name="end_policy"),
]
