"""Addresses of promises and supplies."""

from django.urls import path

from rantai.iscm.promising.views import allocations, calibration, promises

app_name = "iscm_promising"
urlpatterns = [
    path("", promises.promises, name="promises"),
    path("supplies/", promises.supplies, name="supplies"),
    path("allocations/", allocations.rules, name="allocations"),
    path("allocations/new/", allocations.add_rule, name="add_allocation"),
    path("allocations/<int:rule_id>/", allocations.rule, name="allocation"),
    path("allocations/<int:rule_id>/edit/", allocations.edit_rule, name="edit_allocation"),
    path("allocations/<int:rule_id>/end/", allocations.end_rule, name="end_allocation"),
    path("calibration/", calibration.calibration, name="calibration"),
    path("calibration/promises/", calibration.judged, name="judged"),
    path("release/", promises.release, name="release"),
    path("lines/<int:demand_id>/", promises.demand, name="demand"),
    path("items/<int:item_id>/<int:location_id>/", promises.item_location, name="item_location"),
]
