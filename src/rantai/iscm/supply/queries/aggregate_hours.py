"""Count the hours that a resource has by the week: open time of so many in parallel, or the sum of its buckets."""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import FINITE, UNIT

_HOUR = 3600
Tables = dict[str, dict[str, Any]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


def list_hours(tables: Tables, resources: Ints, edges: Ints, *, now: int) -> Floats:
    """Return hours by resource (row) and week, less those of work that has begun; a supplier's are units."""
    found = np.zeros((len(resources), len(edges) - 1))
    since = np.maximum(edges, now)
    for number, row in enumerate(resources.tolist()):
        is_place = tables["resources"]["kind"][row] == FINITE
        found[number] = _open_hours(tables, row, since) if is_place else _sum_buckets(tables, row, edges, now)
        found[number] -= _taken(tables, row, since if is_place else edges, is_place=is_place)
    return np.maximum(found, 0.0)


def _open_hours(tables: Tables, row: int, edges: Ints) -> Floats:
    """Return open hours times how many work in parallel, which may change within a week."""
    table, steps = tables["resources"], tables["step_functions"]
    calendar, function = int(table["calendar"][row]), int(table["maximum_steps"][row])
    cuts, values = edges, np.full(len(edges), int(table["maximum"][row]))
    if function >= 0:
        own = slice(*steps["offset"][function : function + 2].tolist())
        starts = steps["start"][own]
        inside = starts[(starts > edges[0]) & (starts < edges[-1])]
        cuts = np.unique(np.concatenate((edges, inside)))
        at = np.searchsorted(starts, cuts, "right") - 1
        values = np.where(at >= 0, steps["value"][own][np.maximum(at, 0)], int(table["maximum"][row]))
    until = _worked(tables, calendar, cuts)
    hours = np.diff(until) / _HOUR * values[:-1] / UNIT
    found = np.zeros(len(edges) - 1)
    np.add.at(found, np.searchsorted(edges, cuts[:-1], "right") - 1, hours)
    return found


def _worked(tables: Tables, calendar: int, instants: Ints) -> Ints:
    """Return the working seconds of a calendar before each instant; round the clock where there is none."""
    if calendar < 0:
        return instants
    calendars = tables["calendars"]
    span = slice(*calendars["offset"][calendar : calendar + 2].tolist())
    start, end = calendars["start"][span], calendars["end"][span]
    if not len(start):
        return np.zeros(len(instants), np.int64)
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(end - start)))
    begun = np.searchsorted(start, instants, "right")
    last = np.maximum(begun - 1, 0)
    found: Ints = np.where(begun > 0, before[last] + np.minimum(instants, end[last]) - start[last], 0)
    return found


def _sum_buckets(tables: Tables, row: int, edges: Ints, now: int) -> Floats:
    """Return the hours of the days or weeks that begin in each week, of the running ones those that still end."""
    steps = tables["step_functions"]
    own = slice(*steps["offset"][tables["resources"]["maximum_steps"][row] :][:2].tolist())
    start, value = steps["start"][own], steps["value"][own]
    ends = np.append(start[1:], edges[-1])
    week = np.searchsorted(edges, start, "right") - 1
    kept = (week >= 0) & (week < len(edges) - 1) & (ends > now)
    found = np.zeros(len(edges) - 1)
    np.add.at(found, week[kept], value[kept] / UNIT)
    return found


def _taken(tables: Tables, row: int, edges: Ints, *, is_place: bool) -> Floats:
    """Return the hours of each week that work under way holds: where it lies, or in the bucket in which it begins."""
    held = tables["occupations"]
    found = np.zeros(len(edges) - 1)
    if not len(held.get("resource", ())):
        return found
    mine = held["resource"] == row
    start, end, quantity = held["start"][mine], held["end"][mine], held["quantity"][mine] / UNIT
    if is_place:
        calendar = int(tables["resources"]["calendar"][row])
        for number in range(len(found)):
            low, high = np.clip(start, *edges[number : number + 2]), np.clip(end, *edges[number : number + 2])
            lies = _worked(tables, calendar, high) - _worked(tables, calendar, low)
            found[number] = float((lies / _HOUR * quantity).sum())
        return found
    week = np.searchsorted(edges, start, "right") - 1
    kept = (week >= 0) & (week < len(found))
    np.add.at(found, week[kept], quantity[kept])
    return found
