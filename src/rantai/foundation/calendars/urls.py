"""Addresses of calendars."""

from django.urls import path

from rantai.foundation.calendars import views

app_name = "foundation_calendars"
urlpatterns = [
    path("", views.calendars, name="calendars"),
    path("new", views.calendar, name="add"),
    path("<int:calendar_id>", views.calendar, name="calendar"),
]
