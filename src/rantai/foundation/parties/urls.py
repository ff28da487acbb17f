"""Addresses of parties."""

from django.urls import path

from rantai.foundation.parties import views

app_name = "foundation_parties"
urlpatterns = [
    path("<int:party_id>", views.party, name="party"),
    path("<int:party_id>/edit", views.edit, name="edit"),
    path("<int:party_id>/places/new", views.address, name="add_address"),
    path("<int:party_id>/places/<int:address_id>", views.address, name="address"),
    path("<int:party_id>/places/<int:address_id>/archive", views.archive_address, name="archive_address"),
    path("<int:party_id>/contacts/new", views.contact, name="add_contact"),
    path("<int:party_id>/contacts/<int:contact_id>", views.contact, name="contact"),
    path("<int:party_id>/contacts/<int:contact_id>/remove", views.remove_contact, name="remove_contact"),
    path("<int:party_id>/consent", views.consent, name="consent"),
    path("<int:party_id>/merge", views.merge, name="merge"),
    path("<int:party_id>/erase", views.erase, name="erase"),
    path("merges/<int:operation_id>/undo", views.undo_merge, name="undo_merge"),
]
