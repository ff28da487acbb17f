"""Read the part of the planning-case models that an infinite plan knows, for tests alone."""

import datetime as dt
import re
from collections import defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rantai_engines.planning.problem import PER_SCALE, UNIT, Problem, SourceKind

from .chains import make_problem

XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
EPOCH = dt.datetime(1970, 1, 1)
FOREVER = 1 << 60


def _text(node: ElementTree.Element, name: str, default: str = "") -> str:
    child = node.find(name)
    if name in node.attrib:
        return node.attrib[name]
    if child is None:
        return default
    return child.attrib.get("name", (child.text or "").strip())


def _instant(text: str) -> int:
    return round((dt.datetime.fromisoformat(text) - EPOCH).total_seconds())


def _seconds(text: str) -> float:
    match = re.fullmatch(
        r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?", text
    )
    assert match, text
    year = 365 * 86_400
    parts = (year, year / 12, 7 * 86_400, 86_400, 3_600, 60, 1)
    total = sum(float(value) * part for value, part in zip(match.groups()[1:], parts, strict=True) if value)
    return -total if match[1] else total


class Case:
    """One model: ``problem``, and ``names`` of its demands in row order."""

    def __init__(self, path: Path) -> None:
        root = ElementTree.parse(path).getroot()
        self.places: dict[tuple[str, str], int] = {}
        self.stock: dict[int, int] = defaultdict(int)
        self.safety: dict[int, int] = defaultdict(int)
        self.sources: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.demands: list[dict[str, Any]] = []
        self.names: list[str] = []
        self.receipts: list[dict[str, Any]] = []
        self.operations: dict[str, ElementTree.Element] = {}
        self.flows: dict[str, list[ElementTree.Element]] = defaultdict(list)
        self.now = _instant(_text(root, "current"))
        for node in root.iter("operation"):
            name = _text(node, "name")
            self.operations.setdefault(name, node)
            if len(node) > len(self.operations[name]):
                self.operations[name] = node
            self.flows[name] += [flow for block in node.findall("flows") for flow in block.findall("flow")]
        for block in root.findall("flows"):
            for flow in block.findall("flow"):
                self.flows[_text(flow, "operation")].append(flow)
        for buffer in root.iter("buffer"):
            if _text(buffer, "item"):
                place = self._place(_text(buffer, "item"), _text(buffer, "location"))
                self.stock[place] += round(float(_text(buffer, "onhand", "0")) * UNIT)
                self.safety[place] = round(float(_text(buffer, "minimum", "0")) * UNIT)
        for demand in root.iter("demand"):
            if demand.find("quantity") is not None or "quantity" in demand.attrib:
                self._read_demand(demand)
        for name in self.operations:
            self._read_operation(name)
        self._read_items(root)
        for plan in root.iter("operationplan"):
            self._read_confirmed(plan)
        self.problem = self._problem()

    def _place(self, item: str, location: str) -> int:
        return self.places.setdefault((item, location), len(self.places))

    def _read_items(self, root: ElementTree.Element) -> None:
        for item in root.iter("item"):
            for s in item.iter("itemsupplier"):
                where = _text(s, "location")
                item_name = _text(item, "name")
                for (name, location), place in list(self.places.items()):
                    if name == item_name and where in ("", location):
                        self._add_source(
                            s, place, SourceKind.BUY, lead=_seconds(_text(s, "leadtime", "P0D")), multiple="1"
                        )
            for s in item.iter("itemdistribution"):
                item_name, to = _text(item, "name"), _text(s, "destination")
                origin = self._place(item_name, _text(s, "origin"))
                lead = _seconds(_text(s, "leadtime", "P0D"))
                row = self._add_source(s, self._place(item_name, to), SourceKind.MOVE, lead=lead, multiple="1")
                row["origin"] = origin

    def _add_source(
        self, node: ElementTree.Element, place: int, kind: SourceKind, *, lead: float = 0, multiple: str = "0",
        minimum: str = "1",
    ) -> dict[str, Any]:  # fmt: skip
        row: dict[str, Any] = {
            "item_location": place,
            "kind": int(kind),
            "rank": int(float(_text(node, "priority", "1"))),
            "lead_time": round(lead),
            "minimum": round(float(_text(node, "size_minimum", minimum)) * UNIT),
            "multiple": round(float(_text(node, "size_multiple", multiple)) * UNIT),
            "maximum": round(float(_text(node, "size_maximum", "0")) * UNIT),
            "fence": round(_seconds(_text(node, "fence", "P0D"))),
            "effective_from": _instant(_text(node, "effective_start", "1970-01-01T00:00:00")),
            "effective_to": _instant(_text(node, "effective_end")) if _text(node, "effective_end") else FOREVER,
            "origin": -1,
        }
        if row["rank"] > 0:
            self.sources.append(row)
        return row

    def _ends(self, name: str) -> list[tuple[int, float, float, bool]]:
        """Flows of an operation: (item-location, per unit, fixed, produces)."""
        location = _text(self.operations[name], "location")
        found = []
        for flow in self.flows[name]:
            nested = flow.find("buffer")
            item = _text(flow, "item") or (_text(nested, "item") if nested is not None else "")
            if not item:
                continue
            place = self._place(item, _text(flow, "location") or location)
            fixed = float(_text(flow, "quantity_fixed", "0"))
            per = float(_text(flow, "quantity", "0"))
            found.append((place, per, fixed, per > 0 or fixed > 0))
        own = _text(self.operations[name], "item")
        if own and not any(produces and place == self._place(own, location) for place, _, _, produces in found):
            found.append((self._place(own, location), 1.0, 0.0, True))
        return found

    def _read_operation(self, name: str) -> None:
        node, ends = self.operations[name], self._ends(name)
        for place, per, _, produces in ends:
            if produces and per > 0:
                self._make(node, place, ends)

    def _make(self, node: ElementTree.Element, place: int, ends: list[tuple[int, float, float, bool]]) -> None:
        row = self._add_source(node, place, SourceKind.MAKE, minimum=_text(node, "size_minimum", "1"))
        if not self.sources or self.sources[-1] is not row:
            return
        source = len(self.sources) - 1
        fixed = round(_seconds(_text(node, "duration", "P0D")))
        per = _seconds(_text(node, "duration_per", "P0D"))
        self.steps.append({"source": source, "sequence": 1, "fixed_seconds": fixed, "unit_seconds": float(per)})
        for component, quantity, fixed_quantity, produces in ends:
            if not produces:
                self.lines.append(
                    {
                        "source": source,
                        "component": component,
                        "quantity_per": round(-quantity * PER_SCALE),
                        "quantity_fixed": round(-fixed_quantity * UNIT),
                    }
                )

    def _read_demand(self, node: ElementTree.Element) -> None:
        if _text(node, "status", "open") in ("closed", "canceled"):
            return
        quantity = float(_text(node, "quantity"))
        place = self._place(_text(node, "item"), _text(node, "location"))
        operation = _text(node, "operation")
        if operation:
            place = self._delivery(operation, _text(node, "name"))
        self.names.append(_text(node, "name"))
        smallest = float(_text(node, "minshipment", str(quantity // 10)))
        self.demands.append(
            {
                "item_location": place,
                "due": _instant(_text(node, "due")),
                "quantity": round(max(quantity, smallest) * UNIT),
                "class_rank": int(float(_text(node, "priority", "0"))),
                "min_shipment": round(smallest * UNIT),
                "max_lateness": round(_seconds(_text(node, "maxlateness", "P5Y"))),
            }
        )

    def _delivery(self, operation: str, demand: str) -> int:
        """An explicit delivery is a make source of a place of its own."""
        node = self.operations[operation]
        place = self._place(f"delivered {demand}", "")
        self._make(node, place, [end for end in self._ends(operation) if not end[3]])
        return place

    def _read_confirmed(self, plan: ElementTree.Element) -> None:
        name = _text(plan, "operation")
        if not name or _text(plan, "status", "proposed") not in ("confirmed", "approved"):
            raise NotImplementedError(f"operation plan without operation: {_text(plan, 'ordertype')}")
        quantity = float(_text(plan, "quantity"))
        at = _instant(_text(plan, "end") or _text(plan, "start"))
        for place, per, fixed, produces in self._ends(name):
            if not produces:
                raise NotImplementedError("confirmed consumption")
            units = round((quantity * per + fixed) * UNIT)
            self.receipts.append({"item_location": place, "time": at, "quantity": units})

    def _problem(self) -> Problem:
        n = len(self.places)
        return make_problem(
            places={
                "key": list(range(n)),
                "on_hand": [self.stock[k] for k in range(n)],
                "safety_stock": [self.safety[k] for k in range(n)],
            },
            sources=_columns(self.sources, keyed=True),
            lines=_columns(self.lines),
            operations=_columns(self.steps),
            receipts=_columns(self.receipts, keyed=True),
            demands=_columns(self.demands, keyed=True),
            now=self.now,
            horizon_days=(_instant("2030-12-31T00:00:00") - self.now) // 86_400,
        )


def _columns(rows: list[dict[str, Any]], *, keyed: bool = False) -> dict[str, Any]:
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}
    if rows and keyed:
        columns["key"] = list(range(len(rows)))
    return columns
