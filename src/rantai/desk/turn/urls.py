"""Addresses of the turn."""

from django.urls import path

from rantai.desk.turn import views

app_name = "desk_turn"
urlpatterns = [
    path("", views.turns, name="turns"),
    path("start", views.start, name="start"),
    path("<int:job_id>", views.turn, name="turn"),
    path("<int:job_id>/progress", views.progress, name="progress"),
]
