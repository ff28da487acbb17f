"""Name what a model says and nothing here understands, so that no rule is passed over in silence."""

from __future__ import annotations

from collections import Counter

from rantai.bench.formats.planning.collecting import Collection

_EVERYWHERE = {"name", "type", "description", "category", "subcategory", "source", "action"}
#: The links of a kind that are read; those of other kinds only say where a thing stands.
_LINKS = {
    "buffer": {"item", "location", "producing", "minimum_calendar", "maximum_calendar"},
    "operation": {"item", "location", "available", "owner", "size_minimum_calendar"},
    "resource": {"location", "available", "maximum_calendar", "efficiency_calendar", "setupmatrix", "owner"},
    "load": {"resource", "operation", "skill"},
    "loadplan": {"resource", "operationplan"},
    "flow": {"item", "location", "buffer", "operation"},
    "itemsupplier": {"item", "location", "supplier", "resource"},
    "itemdistribution": {"item", "location", "origin", "destination", "resource"},
    "operationdependency": {"operation", "blockedby"},
    "dependency": {"operation", "blockedby"},
    "demand": {"item", "location", "customer", "operation", "owner", "supplier"},
    "rule": {"setupmatrix"},
    "operationplan": {"operation", "item", "location", "origin", "destination", "supplier", "owner", "demand"},
}  # fmt: skip
_LANE = {
    "leadtime", "priority", "size_minimum", "size_multiple", "size_maximum", "cost", "fence", "effective_start",
    "effective_end", "hard_safety_leadtime", "extra_safety_leadtime", "resource_qty", "batchwindow",
}  # fmt: skip
#: The simple fields of each kind that are read, or that do not move a plan.
_FIELDS = {
    "item": {"cost", "volume", "weight", "uom"},
    "location": set(),
    "supplier": {"fence"},
    "customer": set(),
    "skill": set(),
    "buffer": {
        "onhand", "minimum", "maximum", "leadtime", "fence", "mininventory", "maxinventory", "size_minimum",
        "size_multiple", "size_maximum", "batch",
    },
    "operation": {
        "priority", "duration", "duration_per", "size_minimum", "size_multiple", "size_maximum", "cost", "search",
        "fence", "posttime", "effective_start", "effective_end", "hidden", "batchwindow", "nolocationcalendar",
    },
    "suboperation": {"priority", "effective_start", "effective_end"},
    "loadplan": {"quantity", "status"},
    "flow": {
        "quantity", "quantity_fixed", "effective_start", "effective_end", "priority", "search", "offset",
        "transferbatch",
    },
    "load": {"quantity", "quantity_fixed", "effective_start", "effective_end", "priority", "search", "setup", "offset"},
    "resource": {"maximum", "maxearly", "cost", "setup", "efficiency", "constrained", "tool", "toolperpiece"},
    "resourceskill": {"priority", "effective_start", "effective_end"},
    "calendar": {"default"},
    "bucket": {"start", "end", "value", "priority", "days", "starttime", "endtime"},
    "setupmatrix": set(),
    "rule": {"priority", "fromsetup", "tosetup", "duration", "cost"},
    "itemsupplier": _LANE,
    "itemdistribution": _LANE,
    "operationdependency": {"quantity", "hard_safety_leadtime"},
    "dependency": {"quantity", "hard_safety_leadtime"},
    "demand": {"quantity", "due", "priority", "minshipment", "maxlateness", "status", "policy", "batch"},
    "operationplan": {
        "id", "reference", "ordertype", "start", "end", "quantity", "status", "batch", "quantity_completed",
        "consume_material", "produce_material", "consume_capacity",
    },
}  # fmt: skip


def list_unknown(found: Collection) -> list[str]:
    """Return one sentence for each element that is not planned with."""
    unknown: Counter[str] = Counter(found.unknown)
    for kind, known in _FIELDS.items():
        for thing in found.list_things(kind):
            for name in thing.fields:
                if name not in known and name not in _EVERYWHERE and not name.startswith("property:"):
                    unknown[f"{kind}/{name}"] += 1
    for kind, read in _LINKS.items():
        for thing in found.list_things(kind):
            unknown.update(f"{kind}/{name}" for name in thing.links if name not in read and name != kind)
    for kind in {*found.things, *found.nameless} - set(_FIELDS):
        unknown[kind] += len(list(found.list_things(kind)))
    return [f"{name}: not understood and passed over ({count} times)" for name, count in sorted(unknown.items())]
