"""Change what can be done at once: more or fewer machines for a time, longer working days."""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Tables

_SHARE = 10_000
_HOUR = 3_600
_DAY = 86_400
_LONG_AGO = -(1 << 60)


def find_resource(tables: Tables, resource_id: int) -> int | None:
    """Return the row of a resource that limits the plan, or None where it does not."""
    table = tables.get("resources", {})
    if not table or not len(table["key"]):
        return None
    ids: Ints = table["resource_id"] if "resource_id" in table else table["key"]
    (found,) = np.nonzero(ids == resource_id)
    return int(found[0]) if len(found) else None


def scale_capacity(tables: Tables, *, row: int, share: int, since: int | None, until: int | None) -> Tables:
    """Let a resource do a share more (or less, negative) at once, always or in [since, until)."""
    table = tables["resources"]
    if since is None and until is None:
        steps = patches.read(table, "maximum_steps")
        if steps[row] < 0:
            maximum = table["maximum"].copy()
            maximum[row] = max(0, int(maximum[row]) * (_SHARE + share) // _SHARE)
            return patches.replace(tables, "resources", maximum=maximum)
    starts, values = _read_steps(tables, row)
    return _set_steps(tables, row, *_stretch(starts, values, share, since or _LONG_AGO, until or 1 << 60))


def add_hours(tables: Tables, *, row: int, hours: int, since: int | None, until: int | None) -> Tables:
    """Let a resource and the steps that run on it work some hours longer after each working day's end."""
    loads, operations = tables["loads"], tables["operations"]
    steps = np.unique(loads["operation"][loads["resource"] == row])
    of_resource = int(patches.read(tables["resources"], "calendar")[row])
    known = sorted({of_resource, *operations["calendar"][steps].tolist()} - {-1})
    new_of: dict[int, int] = {}
    for calendar in known:
        tables, new_of[calendar] = _copy_longer(tables, calendar, hours, since, until)
    calendars = operations["calendar"].copy()
    calendars[steps] = [new_of.get(int(one), -1) for one in calendars[steps]]
    tables = patches.replace(tables, "operations", calendar=calendars)
    own = patches.read(tables["resources"], "calendar").copy()
    own[row] = new_of.get(of_resource, -1)
    return patches.replace(tables, "resources", calendar=own)


def _read_steps(tables: Tables, row: int) -> tuple[list[int], list[int]]:
    table = tables["resources"]
    at = int(patches.read(table, "maximum_steps")[row])
    if at < 0:
        return [_LONG_AGO], [int(table["maximum"][row])]
    steps = tables["step_functions"]
    low, high = int(steps["offset"][at]), int(steps["offset"][at + 1])
    return steps["start"][low:high].tolist(), steps["value"][low:high].tolist()


def _stretch(starts: list[int], values: list[int], share: int, since: int, until: int) -> tuple[list[int], list[int]]:
    def value_at(instant: int) -> int:
        found = 0
        for start, value in zip(starts, values, strict=True):
            found = value if start <= instant else found
        return found

    instants = sorted({*starts, since, until} - {1 << 60})
    found = [value_at(at) * ((_SHARE + share) if since <= at < until else _SHARE) // _SHARE for at in instants]
    return instants, [max(0, value) for value in found]


def _set_steps(tables: Tables, row: int, starts: list[int], values: list[int]) -> Tables:
    empty = np.zeros(0, np.int64)
    known: dict[str, Any] = tables.get("step_functions") or {
        "offset": np.zeros(1, np.int64), "start": empty, "value": empty,
    }  # fmt: skip
    number = len(known["offset"]) - 1
    tables = patches.replace(
        tables,
        "step_functions",
        offset=np.append(known["offset"], known["offset"][-1] + len(starts)).astype(np.int64),
        start=np.concatenate((known["start"], np.array(starts, np.int64))),
        value=np.concatenate((known["value"], np.array(values, np.int64))),
    )
    steps = patches.read(tables["resources"], "maximum_steps").astype(np.int64).copy()
    steps[row] = number
    return patches.replace(tables, "resources", maximum_steps=steps)


def _copy_longer(tables: Tables, calendar: int, hours: int, since: int | None, until: int | None) -> tuple[Tables, int]:
    """Add a calendar like another whose last interval before each night's rest ends later, up to the next one."""
    table = tables["calendars"]
    low, high = int(table["offset"][calendar]), int(table["offset"][calendar + 1])
    starts, ends = table["start"][low:high], table["end"][low:high]
    longer: Ints = _lengthen(starts, ends, hours * _HOUR, since, until)
    number = len(table["offset"]) - 1
    tables = patches.replace(
        tables,
        "calendars",
        offset=np.append(table["offset"], table["offset"][-1] + high - low).astype(np.int64),
        start=np.concatenate((table["start"], starts)),
        end=np.concatenate((table["end"], longer)),
    )
    return tables, number


def _lengthen(starts: Ints, ends: Ints, seconds: int, since: int | None, until: int | None) -> Ints:
    following = np.append(starts[1:], 1 << 60)
    # a pause at noon is short: only the end of a day has hours to spare behind it
    is_last = (following - ends) > min(seconds, _DAY // 6)
    inside = np.ones(len(starts), np.bool_)
    if since is not None:
        inside &= starts >= since
    if until is not None:
        inside &= starts < until
    found: Ints = np.where(is_last & inside, np.minimum(ends + seconds, following), ends)
    return found
