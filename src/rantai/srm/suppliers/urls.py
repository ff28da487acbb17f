"""Addresses of suppliers; a supplier is cited by its party."""

from django.urls import path

from rantai.srm.suppliers import views

app_name = "srm_suppliers"
urlpatterns = [
    path("", views.suppliers, name="suppliers"),
    path("new/", views.new, name="new"),
    path("<int:party_id>/", views.supplier, name="supplier"),
    path("<int:party_id>/edit/", views.edit, name="edit"),
    path("<int:party_id>/contacts/", views.add_contact, name="add_contact"),
]
