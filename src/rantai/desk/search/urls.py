"""Where Ctrl-K asks, and where the same answer is a page."""

from django.urls import path

from rantai.desk.search import views

app_name = "desk_search"
urlpatterns = [path("", views.search, name="search")]
