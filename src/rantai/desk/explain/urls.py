"""Addresses of explanations: a kind of thing, its id, for some a line of it."""

from django.urls import path

from rantai.desk.explain import views

app_name = "desk_explain"
urlpatterns = [
    path("<slug:kind>/<int:pk>", views.explain, name="explain"),
    path("<slug:kind>/<int:pk>/<int:line>", views.explain, name="explain"),
    path("<slug:kind>/<int:pk>/data", views.data, name="data"),
    path("<slug:kind>/<int:pk>/<int:line>/data", views.data, name="data"),
    path("<slug:kind>/<int:pk>/tree", views.tree, name="tree"),
    path("<slug:kind>/<int:pk>/<int:line>/tree", views.tree, name="tree"),
]
