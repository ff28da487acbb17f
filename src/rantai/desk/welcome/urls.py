"""Addresses of the first day."""

from django.urls import path

from rantai.desk.welcome.views import demo, founding

app_name = "desk_welcome"
urlpatterns = [
    path("", founding.start, name="start"),
    path("open/<str:token>", founding.open_link, name="open"),
    path("open", founding.enter_code, name="enter"),
    path("steps/<slug:name>", founding.step, name="step"),
    path("first-steps", founding.first_steps, name="first_steps"),
    path("demonstration", demo.make, name="make_demo"),
    path("demonstration/remove", demo.remove, name="remove_demo"),
    path("demonstration/work", demo.work, name="work"),
    path("demonstration/progress", demo.progress, name="progress"),
]
