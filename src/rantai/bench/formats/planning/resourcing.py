"""Turn resources, loads and change-overs into the engine's tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from rantai.bench.formats.planning.columns import never_after, per, units
from rantai.bench.formats.planning.drafting import Draft
from rantai.bench.formats.planning.model import FOREVER, Load, Model, Operation, Resource, Rule, Steps
from rantai.bench.formats.planning.values import BEGINNING, round_down_half
from rantai_engines.planning.problem import Loads, Occupations, ResourceKind, Resources, SetupTimes

_PPM = 1_000_000
#: Priority and range of effect of the skill of a load that asks for none.
_ALWAYS = (1.0, BEGINNING, FOREVER)


def add_resources(draft: Draft) -> None:
    """Add every resource, the set-ups that are known, and the time from each to each."""
    model = draft.model
    named = [resource.setup for resource in model.resources]
    named += [load.setup for operation in model.operations for load in operation.loads]
    for setup in named:
        if setup:
            draft.setups.setdefault(setup, len(draft.setups))
    matrices = {name: number for number, name in enumerate(model.matrices)}
    for row, resource in enumerate(model.resources):
        _add_resource(draft, row, resource, matrix=matrices.get(resource.matrix, -1))
    for name, number in matrices.items():
        _add_setup_times(draft, number, sorted(model.matrices[name], key=lambda rule: rule.priority))


def _add_resource(draft: Draft, row: int, resource: Resource, *, matrix: int) -> None:
    kind = ResourceKind.FINITE
    if resource.kind == "resource_infinite" or not draft.rules.is_finite:
        kind = ResourceKind.INFINITE
    elif is_bucketed(resource):
        kind = ResourceKind.BUCKET
    draft.resources.add(
        key=row,
        calendar=draft.times.add_calendar(resource.calendars),
        maximum=0 if isinstance(resource.maximum, Steps) else units(resource.maximum),
        maximum_steps=draft.times.add_steps(resource.maximum) if isinstance(resource.maximum, Steps) else -1,
        kind=int(kind),
        max_early=max(round_down_half(resource.max_early), 0),
        # What changes over time is part of the operations' times.
        efficiency_ppm=_PPM if isinstance(resource.efficiency, Steps) else max(round(resource.efficiency * _PPM), 1),
        setup_matrix=matrix if draft.rules.is_finite else -1,
        setup=draft.setups.get(resource.setup, -1),
        cost_per_hour=max(resource.cost, 0.0),
    )


def is_bucketed(resource: Resource) -> bool:
    """Say whether a resource has an amount for each bucket; one without buckets is a plain one."""
    return resource.kind == "resource_buckets" and isinstance(resource.maximum, Steps)


def list_carriers(draft: Draft, operation: Operation, *, preferred: Sequence[int] = ()) -> list[tuple[Load, int]]:
    """Return what each load falls on: a preferred resource, else the first of its alternates, the ablest member."""
    taken: set[str] = set()
    found = []
    able = [
        (load, row) for load in sorted(operation.loads, key=lambda load: load.rank) for row in list_able(draft, load)
    ]
    for load, row in sorted(able, key=lambda pair: pair[1] not in preferred):
        key = load.group or f"\0{id(load)}"
        if key not in taken:
            found.append((load, row))
        taken.add(key)
    return found


def _add_setup_times(draft: Draft, matrix: int, rules: list[Rule]) -> None:
    patterns = [(_pattern(rule), rule) for rule in rules]
    states = {"": -1, **draft.setups}
    for before, from_setup in states.items():
        for after, to_setup in draft.setups.items():
            if before == after:
                continue
            rule = next((rule for pattern, rule in patterns if pattern(f"{before} to {after}")), None)
            if rule is not None:
                seconds = max(round_down_half(rule.duration), 0)
                draft.setup_times.add(matrix=matrix, from_setup=from_setup, to_setup=to_setup, seconds=seconds)


def _pattern(rule: Rule) -> Callable[[str], object]:
    """Return what says whether "FROM to TO" is under a rule; an empty side is anything."""
    text = f"{rule.before or '.*'} to {rule.after or '.*'}"
    try:
        return re.compile(text).fullmatch
    except re.error:
        return re.compile(re.escape(text)).fullmatch


def add_loads(draft: Draft, loads: Iterable[Load], step: int, scale: Callable[[float], float]) -> None:
    """Add what a step occupies: of a pool, one of its members that has the skill; what is held comes last."""
    groups: dict[str, int] = {}
    loads = sorted(loads, key=lambda load: load.is_held)
    names = [load.group for load in loads]
    for number, load in enumerate(loads):
        able = list_able(draft, load)
        is_alternate = bool(load.group) and names.count(load.group) > 1
        if is_alternate and load.rank == 0:
            continue
        if not is_alternate and len(able) == 1 and not load.is_held:
            group = -1
        else:
            group = groups.setdefault(load.group if is_alternate else f"\0{number}", len(groups))
        for rank, resource in enumerate(able):
            _add_load(draft, load, step, resource, scale, group=group, rank=_rank(draft, load, resource, rank))


def _rank(draft: Draft, load: Load, resource: int, place: int) -> int:
    """Return the rank of a resource among the alternates of a load: by cost where it searches so, else as given."""
    one = draft.model.resources[resource]
    if load.search == "MINCOST" and not isinstance(one.efficiency, Steps):
        return round(min(one.cost * load.quantity / max(one.efficiency, 1e-6), 1e9) * 1000) * 1000 + place
    return load.rank * 1000 + place


def list_step_loads(model: Model, operations: Sequence[Operation]) -> list[list[Load]]:
    """Return the loads of each step of one order; a tool stays from the first that loads it to the last."""
    found = [list(operation.loads) for operation in operations]
    users: dict[int, list[int]] = {}
    for number, loads in enumerate(found):
        for load in loads:
            if model.resources[load.resource].is_tool:
                users.setdefault(load.resource, []).append(number)
    for tool, steps in users.items():
        last = next(load for load in found[steps[0]] if load.resource == tool)
        for number in range(steps[0], steps[-1]):
            last = next((load for load in found[number] if load.resource == tool), last)
            held = replace(last, is_held=True, group="", setup="")
            found[number] = [load for load in found[number] if load.resource != tool] + [held]
    return found


def list_able(draft: Draft, load: Load) -> list[int]:
    """Return the resources that can carry a load, the most able first."""
    resources = draft.model.resources
    members, open_rows, seen = [], [load.resource], set[int]()
    while open_rows:
        row = open_rows.pop(0)
        seen.add(row)
        below = [other for other, resource in enumerate(resources) if resource.owner == row]
        # Resources that own each other in a circle are met once.
        open_rows += [other for other in below if other not in seen]
        if not below:
            members.append(row)
    if load.skill:
        members = [row for row in members if load.skill in resources[row].skills]
        members.sort(key=lambda row: resources[row].skills[load.skill][0])
    if not members:
        draft.model.notes.append(f"resource '{resources[load.resource].name}': nobody has skill '{load.skill}'")
        return [load.resource]
    return members


def _add_load(
    draft: Draft, load: Load, step: int, resource: int, scale: Callable[[float], float], *, group: int, rank: int
) -> None:
    is_bucket = is_bucketed(draft.model.resources[resource])
    is_counted = is_bucket or draft.model.resources[load.resource].is_per_piece
    _priority, able_since, able_until = draft.model.resources[resource].skills.get(load.skill, _ALWAYS)
    since, until = max(load.since, able_since), min(load.until, able_until)
    draft.loads.add(
        operation=step,
        resource=resource,
        quantity=units(load.fixed if is_counted else load.quantity),
        quantity_per=per(scale(load.quantity)) if is_counted else 0,
        group=group,
        rank=rank,
        setup=draft.setups.get(load.setup, -1),
        effective_from=since if since > BEGINNING else -(1 << 60),
        effective_to=never_after(until, forever=FOREVER),
        by_rank=load.search in ("PRIORITY", "MINCOST"),
        is_held=load.is_held,
        point_ppm=round(load.point * _PPM) if is_bucket else 0,
    )


def build_tables(draft: Draft) -> dict[str, Any]:
    """Return the tables of this module by their names in the problem."""
    return {
        "loads": draft.loads.build(Loads),
        "resources": draft.resources.build(Resources),
        "setup_times": draft.setup_times.build(SetupTimes),
        "occupations": draft.occupations.build(Occupations),
    }
