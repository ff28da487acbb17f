"""Addresses of promises and supplies."""

from django.urls import path

from rantai.iscm.promising.views import promises

app_name = "iscm_promising"
urlpatterns = [
    path("", promises.promises, name="promises"),
    path("supplies/", promises.supplies, name="supplies"),
    path("release/", promises.release, name="release"),
    path("lines/<int:demand_id>/", promises.demand, name="demand"),
    path("items/<int:item_id>/<int:location_id>/", promises.item_location, name="item_location"),
]
