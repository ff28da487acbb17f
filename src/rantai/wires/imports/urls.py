"""Addresses of the pages of imports."""

from django.urls import path

from rantai.wires.imports.views import files, grids, lists, one

app_name = "wires_imports"
urlpatterns = [
    path("", lists.imports, name="imports"),
    path("new", files.new, name="new"),
    path("forecast-grid", grids.new, name="grid_new"),
    path("forecast-grid/<str:sha256>", grids.show, name="grid"),
    path("templates/<str:kind>.csv", files.template, name="template"),
    path("<int:import_id>", one.show, name="import"),
    path("<int:import_id>/progress", one.progress, name="progress"),
    path("<int:import_id>/settle", one.settle, name="settle"),
    path("<int:import_id>/undo", one.undo, name="undo"),
    path("<int:import_id>/drop", one.drop, name="drop"),
    path("<int:import_id>/stop", one.stop, name="stop"),
    path("<int:import_id>/turn", one.turn, name="turn"),
    path("<int:import_id>/aside.csv", files.aside, name="aside"),
]
