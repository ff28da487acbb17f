"""Addresses of items and how they come to be."""

from django.urls import path

from rantai.foundation.items.views import categories, items, limits, sources, structure

app_name = "foundation_items"
urlpatterns = [
    path("", items.items, name="items"),
    path("new", items.add, name="add"),
    path("categories/", categories.categories, name="categories"),
    path("categories/new", categories.category, name="add_category"),
    path("categories/<int:category_id>", categories.category, name="category"),
    path("resources/", limits.list_resources, name="resources"),
    path("resources/new", limits.resource, name="add_resource"),
    path("resources/<int:resource_id>", limits.resource, name="resource"),
    path("<int:item_id>", items.item, name="item"),
    path("<int:item_id>/edit", items.edit, name="edit"),
    path("<int:item_id>/archive", items.archive, name="archive"),
    path("<int:item_id>/planning", limits.planning, name="planning"),
    path("<int:item_id>/units", sources.units, name="units"),
    path("<int:item_id>/sources/new", sources.source, name="add_source"),
    path("<int:item_id>/sources/<int:source_id>", sources.source, name="source"),
    path("<int:item_id>/sources/<int:source_id>/archive", sources.archive_source, name="archive_source"),
    path("<int:item_id>/bills/new", structure.bill, name="add_bill"),
    path("<int:item_id>/bills/<int:bill_id>", structure.bill, name="bill"),
    path("<int:item_id>/bills/<int:bill_id>/archive", structure.archive_bill, name="archive_bill"),
    path("<int:item_id>/routings/new", structure.routing, name="add_routing"),
    path("<int:item_id>/routings/<int:routing_id>", structure.routing, name="routing"),
    path("<int:item_id>/routings/<int:routing_id>/archive", structure.archive_routing, name="archive_routing"),
    path("<int:item_id>/substitutes/new", sources.add_substitute, name="add_substitute"),
    path("<int:item_id>/substitutes/<int:rule_id>/remove", sources.remove_substitute, name="remove_substitute"),
]
