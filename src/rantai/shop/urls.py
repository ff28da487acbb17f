"""Addresses that stand in letters to customers: added to, never moved."""

from django.urls import path

from rantai.shop import views

app_name = "shop"
urlpatterns = [
    path("t/<str:token>/", views.tracking, name="tracking"),
    path("t/<str:token>/question/", views.question, name="question"),
    path("t/<str:token>/paper/<int:paper_id>/", views.paper, name="paper"),
]
