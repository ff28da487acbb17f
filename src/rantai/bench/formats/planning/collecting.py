"""Collect what a model says of each thing: the same name is the same thing, later mentions add to it.

Any simple field may be an attribute or an element, things may stand inside each other anywhere, and blocks of things
repeat. So the first pass only gathers texts and links by (kind, name); what they mean is resolved afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rantai.bench.formats.planning.parsing import Node

#: Elements that hold things of one kind.
BLOCKS = {
    "items": "item", "locations": "location", "buffers": "buffer", "operations": "operation", "resources": "resource",
    "demands": "demand", "members": "demand", "suppliers": "supplier", "customers": "customer",
    "calendars": "calendar", "setupmatrices": "setupmatrix", "skills": "skill", "suboperations": "suboperation",
    "flows": "flow", "loads": "load", "itemsuppliers": "itemsupplier", "itemdistributions": "itemdistribution",
    "buckets": "bucket", "rules": "rule", "resourceskills": "resourceskill", "operationplans": "operationplan",
    "operationdependencies": "operationdependency", "dependencies": "dependency", "loadplans": "loadplan",
}  # fmt: skip
#: Elements that name a thing of the kind, under a name of their own.
LINKS = {
    "item": "item", "location": "location", "buffer": "buffer", "operation": "operation", "resource": "resource",
    "demand": "demand", "supplier": "supplier", "customer": "customer", "calendar": "calendar", "skill": "skill",
    "producing": "operation", "delivery": "operation", "origin": "location", "destination": "location",
    "maximum_calendar": "calendar", "minimum_calendar": "calendar", "size_minimum_calendar": "calendar",
    "efficiency_calendar": "calendar", "available": "calendar", "setupmatrix": "setupmatrix", "owner": "",
    "blockedby": "operation", "subitem": "item",
}  # fmt: skip
#: Kinds whose every mention is a thing of its own, whether or not it has a name.
NAMELESS = {
    "suboperation", "flow", "load", "itemsupplier", "itemdistribution", "bucket", "rule", "resourceskill",
    "operationplan", "operationdependency", "dependency", "loadplan",
}  # fmt: skip
_PROPERTIES = {"booleanproperty", "stringproperty", "doubleproperty", "dateproperty"}
#: Keys and texts that do not move a plan.
_TEXTS = {"description", "category", "subcategory", "source", "plan", "id"}


@dataclass(eq=False)
class Thing:
    """What a model says of one thing."""

    kind: str
    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    links: dict[str, Thing] = field(default_factory=dict)
    parts: dict[str, list[Thing]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def complain(self, name: str, reason: object) -> None:
        """Remember once that a field says nothing that can be planned with."""
        fault = f"line {self.line}: {self.kind} '{self.name}', {name}: {reason}; passed over"
        if fault not in self.faults:
            self.faults.append(fault)

    def list_parts(self, kind: str) -> list[Thing]:
        """Return the things of a kind that stand inside this one."""
        return self.parts.get(kind, [])


@dataclass
class Collection:
    """Everything a model mentions; ``unknown`` counts the elements that nothing here understands."""

    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    nameless: dict[str, list[Thing]] = field(default_factory=dict)
    plan: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)

    def list_things(self, kind: str) -> Iterator[Thing]:
        """Yield the named things of a kind in the order of their first mention, then those without a name."""
        yield from self.things.get(kind, {}).values()
        yield from self.nameless.get(kind, [])

    def list_faults(self) -> list[str]:
        """Return what was met while the things were read, in the order of their kinds and mentions."""
        kinds = {**self.things, **dict.fromkeys(self.nameless)}
        return [fault for kind in kinds for thing in self.list_things(kind) for fault in thing.faults]

    def name_thing(self, kind: str, name: str, line: int) -> Thing:
        """Return the thing of that name, made at its first mention."""
        known = self.things.setdefault(kind, {})
        if name not in known:
            known[name] = Thing(kind=kind, name=name, line=line)
        return known[name]


def collect(root: Node) -> Collection:
    """Gather what a model says, from its root element."""
    found = Collection()
    for key, value in root.attributes.items():
        found.plan[key] = value
    for child in root.children:
        if child.tag in BLOCKS:
            for node in child.children:
                _visit_member(found, node, BLOCKS[child.tag])
        elif child.tag in LINKS:
            _visit(found, child, LINKS[child.tag])
        elif child.children:
            found.unknown[child.tag] = found.unknown.get(child.tag, 0) + 1
        else:
            found.plan[child.tag] = child.text
    return found


def _visit_member(found: Collection, node: Node, kind: str) -> Thing | None:
    if node.tag != kind:
        found.unknown[node.tag] = found.unknown.get(node.tag, 0) + 1
        return None
    return _visit(found, node, kind)


def _visit(found: Collection, node: Node, kind: str) -> Thing:
    """Add one mention of a thing to what is known of it."""
    name = _name_of(node, kind)
    if kind in NAMELESS or not name:
        thing = Thing(kind=kind, name=name, line=node.line)
        found.nameless.setdefault(kind, []).append(thing)
    else:
        thing = found.name_thing(kind, name, node.line)
    for key, value in node.attributes.items():
        if key != "name" or kind in NAMELESS:
            thing.fields[key] = value
    for child in node.children:
        _add_child(found, thing, child)
    return thing


def _add_child(found: Collection, thing: Thing, child: Node) -> None:
    if child.tag in BLOCKS:
        kind = thing.kind if child.tag == "members" else BLOCKS[child.tag]
        for node in child.children:
            part = _visit_member(found, node, kind)
            if part is not None:
                thing.parts.setdefault(part.kind, []).append(part)
                part.links.setdefault("owner" if part.kind == thing.kind else thing.kind, thing)
    elif child.tag in _PROPERTIES:
        thing.fields[f"property:{child.attributes.get('name', '')}"] = child.attributes.get("value", child.text)
    elif child.tag in LINKS and (child.children or child.attributes):
        thing.links[child.tag] = _visit(found, child, LINKS[child.tag] or thing.kind)
    elif child.children and child.tag not in _TEXTS:
        found.unknown[child.tag] = found.unknown.get(child.tag, 0) + 1
    elif child.tag != "name" or thing.kind in NAMELESS:
        thing.fields[child.tag] = child.text


def _name_of(node: Node, kind: str) -> str:
    if "name" in node.attributes:
        return node.attributes["name"]
    given = next((child.text for child in node.children if child.tag == "name"), "")
    if given or kind != "buffer":
        return given
    item, location = (_linked_name(node, tag) for tag in ("item", "location"))
    return f"{item} @ {location}" if location else item


def _linked_name(node: Node, tag: str) -> str:
    for child in node.children:
        if child.tag == tag:
            return _name_of(child, tag)
    return ""
