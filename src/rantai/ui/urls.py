"""Addresses of the styleguide."""

from django.urls import path

from rantai.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.styleguide, name="styleguide"),
    path("door/", views.styleguide_door, name="styleguide_door"),
    path("progress/", views.styleguide_progress, name="styleguide_progress"),
    path("panel/", views.styleguide_panel, name="styleguide_panel"),
]
