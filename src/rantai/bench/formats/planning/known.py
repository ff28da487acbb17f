"""Name what a model says and nothing here understands, so that no rule is passed over in silence."""

from __future__ import annotations

from collections import Counter

from rantai.bench.formats.planning.collecting import Collection

_EVERYWHERE = {"name", "type", "description", "category", "subcategory", "source", "action", "batch"}
#: The simple fields of each kind that are read, or that do not move a plan.
_FIELDS = {
    "item": {"cost", "volume", "weight", "uom", "shelflife"},
    "location": set(),
    "supplier": {"fence"},
    "customer": set(),
    "skill": set(),
    "buffer": {"onhand", "minimum", "maximum", "tool", "mininterval", "maxinterval"},
    "operation": {
        "priority", "duration", "duration_per", "size_minimum", "size_multiple", "size_maximum", "cost", "search",
        "fence", "posttime", "effective_start", "effective_end", "hidden",
    },
    "suboperation": {"priority", "effective_start", "effective_end"},
    "flow": {"quantity", "quantity_fixed", "effective_start", "effective_end", "priority", "search", "offset"},
    "load": {"quantity", "effective_start", "effective_end", "priority", "search", "setup"},
    "resource": {"maximum", "maxearly", "cost", "setup", "efficiency", "tool", "constrained"},
    "resourceskill": {"priority", "effective_start", "effective_end"},
    "calendar": {"default"},
    "bucket": {"start", "end", "value", "priority", "days", "starttime", "endtime"},
    "setupmatrix": set(),
    "rule": {"priority", "fromsetup", "tosetup", "duration", "cost"},
    "itemsupplier": {
        "leadtime", "priority", "size_minimum", "size_multiple", "size_maximum", "cost", "fence", "effective_start",
        "effective_end",
    },
    "itemdistribution": {
        "leadtime", "priority", "size_minimum", "size_multiple", "size_maximum", "cost", "fence", "effective_start",
        "effective_end",
    },
    "demand": {"quantity", "due", "priority", "minshipment", "maxlateness", "status", "policy"},
    "operationplan": {"id", "reference", "ordertype", "start", "end", "quantity", "status"},
}  # fmt: skip


def list_unknown(found: Collection) -> list[str]:
    """Return one sentence for each element that is not planned with."""
    unknown: Counter[str] = Counter(found.unknown)
    for kind, known in _FIELDS.items():
        for thing in found.list_things(kind):
            for name in thing.fields:
                if name not in known and name not in _EVERYWHERE and not name.startswith("property:"):
                    unknown[f"{kind}/{name}"] += 1
    for kind in {*found.things, *found.nameless} - set(_FIELDS):
        unknown[kind] += len(list(found.list_things(kind)))
    return [f"{name}: not understood and passed over ({count} times)" for name, count in sorted(unknown.items())]
