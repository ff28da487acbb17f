"""Cut what is limited for a part of the network: what orders elsewhere take of a resource is occupied here."""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.iscm.supply.queries import layout
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import FINITE, UNIT
from rantai.iscm.supply.queries.snapshot import Tables

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def cut_limits(problem: Tables, solution: Tables, *, steps: Mask, mine: Mask) -> Tables:
    """Return the tables of limits for the operations in `steps` and the item-locations in `mine` (both masks).

    Runs of planned orders whose item-location is not mine count as occupied, as what open orders occupy does.
    """
    tables = {name: dict(problem.get(name) or layout.empty(name)) for name in layout.LIMITS}
    loads = tables["loads"]
    kept = steps[loads["operation"]] if len(loads["operation"]) else np.zeros(0, np.bool_)
    tables["loads"] = {name: values[kept] for name, values in loads.items()}
    numbers = np.cumsum(steps) - 1
    tables["loads"]["operation"] = numbers[loads["operation"][kept]].astype(np.int64)
    tables["co_products"] = {}
    if not kept.any():
        # Nothing here is limited: the engine need not look at what others do.
        return tables | {name: layout.empty(name) for name in ("resources", "setup_times", "occupations")}
    asked = np.zeros(len(tables["resources"]["key"]), np.bool_)
    asked[loads["resource"][kept]] = True
    tables["occupations"] = _join_neighbours(_occupy(problem, solution, mine, asked, tables), tables["resources"])
    return tables


def _occupy(problem: Tables, solution: Tables, mine: Mask, asked: Mask, tables: Tables) -> dict[str, Ints]:
    held, runs = tables["occupations"], solution.get("runs") or layout.empty("runs")
    open_ones = asked[held["resource"]] if len(held["resource"]) else np.zeros(0, np.bool_)
    others = np.flatnonzero(runs["resource"] >= 0)
    others = others[asked[runs["resource"][others]]]
    others = others[~mine[solution["orders"]["item_location"][runs["order"][others]]]]
    names = ("resource", "start", "end", "quantity")
    columns = {name: np.concatenate((held[name][open_ones], runs[name][others])) for name in names}
    columns["setup"] = np.concatenate((held["setup"][open_ones], _find_families(problem, runs, others)))
    return columns


def _find_families(problem: Tables, runs: dict[str, Ints], rows: Ints) -> Ints:
    """Return the family in which the resource of each run works."""
    loads = problem["loads"]
    found = np.full(len(rows), -1, np.int64)
    if not len(rows) or not (loads["setup"] >= 0).any():
        return found
    width = int(max(loads["resource"].max(), runs["resource"].max())) + 1
    code = loads["operation"] * width + loads["resource"]
    order = np.argsort(code, kind="stable")
    wanted = runs["operation"][rows] * width + runs["resource"][rows]
    at = np.minimum(np.searchsorted(code[order], wanted), len(order) - 1)
    known = code[order][at] == wanted
    found[known] = loads["setup"][order][at[known]]
    return found


def _join_neighbours(table: dict[str, Ints], resources: dict[str, Ints]) -> dict[str, Ints]:
    """Make one of runs that touch where a resource does one thing at a time: a plan packs them close."""
    alone = (resources["kind"] == FINITE) & (resources["maximum"] == UNIT) & (resources["maximum_steps"] < 0)
    order = np.lexsort((table["start"], table["resource"]))
    table = {name: values[order] for name, values in table.items()}
    if len(order) < 2:
        return table
    same = (table["resource"][1:] == table["resource"][:-1]) & (table["setup"][1:] == table["setup"][:-1])
    touches = same & alone[table["resource"][1:]] & (table["start"][1:] <= table["end"][:-1])
    first = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ~touches)))
    joined = {name: values[first] for name, values in table.items()}
    joined["end"] = np.maximum.reduceat(table["end"], first)
    return joined
