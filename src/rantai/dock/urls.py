"""Addresses that stand in letters to suppliers: added to, never moved."""

from django.urls import path

from rantai.dock import views

app_name = "dock"
urlpatterns = [
    path("a/<str:token>/", views.answer, name="answer"),
    path("a/<str:token>/shipment/", views.shipment, name="shipment"),
    path("a/<str:token>/paper/", views.paper, name="paper"),
]
