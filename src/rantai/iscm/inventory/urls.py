"""Addresses of stock."""

from django.urls import path

from rantai.iscm.inventory.views import excess, placement, policies, stock, targets

app_name = "iscm_inventory"
urlpatterns = [
    path("", stock.stock, name="stock"),
    path("targets/", targets.targets, name="targets"),
    path("targets/<int:item_id>/<int:location_id>/", targets.target, name="target"),
    path("policies/", policies.listing, name="policies"),
    path("policies/new/", policies.edit, name="new_policy"),
    path("policies/limits/", policies.limits, name="limits"),
    path("policies/<int:policy_id>/", policies.edit, name="edit_policy"),
    path("policies/<int:policy_id>/drop/", policies.drop, name="drop_policy"),
    path("placement/", placement.listing, name="placement"),
    path("placement/now/", placement.place_now, name="place_now"),
    path("placement/accept/", placement.accept_many, name="accept_places"),
    path("placement/dismiss/", placement.dismiss_many, name="dismiss_places"),
    path("excess/", excess.listing, name="excess"),
    path("excess/now/", excess.find_now, name="find_excess"),
    path("excess/<int:candidate_id>/", excess.candidate, name="candidate"),
    path("excess/<int:candidate_id>/offer/", excess.offer, name="offer_candidate"),
    path("excess/<int:candidate_id>/stop/", excess.stop_buying, name="stop_candidate"),
    path("excess/<int:candidate_id>/dismiss/", excess.dismiss, name="dismiss_candidate"),
    path("<int:item_id>/<int:location_id>/", stock.item_location, name="item_location"),
    path("<int:item_id>/<int:location_id>/policy/", policies.place, name="policy"),
    path("<int:item_id>/<int:location_id>/count/", stock.count, name="count"),
    path("balances/<int:balance_id>/status/", stock.status, name="status"),
]
