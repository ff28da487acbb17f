"""Addresses of places and lanes."""

from django.urls import path

from rantai.foundation.locations import views

app_name = "foundation_locations"
urlpatterns = [
    path("", views.locations, name="locations"),
    path("new", views.location, name="add"),
    path("<int:location_id>", views.location, name="location"),
    path("lanes/", views.lanes, name="lanes"),
    path("lanes/new", views.lane, name="add_lane"),
    path("lanes/<int:lane_id>", views.lane, name="lane"),
]
