"""Machines with limits, what is made on them, and what a plan does with them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import numpy as np
from django.db import transaction

from rantai.foundation.items.actions import resources, routings
from rantai.foundation.items.models import Item, Resource
from rantai.foundation.locations.models import Location
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.management.planning import Plan
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory

HOUR = 3600


def plan(as_of: datetime = factory.MONDAY) -> Plan:
    return planning.make_plan(as_of, builder="test")


@transaction.atomic
def make_resource(site: Location, code: str = "PRESS", **facts: object) -> Resource:
    return resources.add_resource(code, name=code, location_id=site.pk, **facts)


def make_made(site: Location, *, resource: Resource | None, hours: int = 1, **step: object) -> Item:
    """An item that takes so many hours a unit of a resource."""
    item = foundation.make_item()
    facts = {"resource_id": resource.pk if resource else None, "seconds_per_unit": hours * HOUR * 10_000, **step}
    run_atomic(lambda: routings.add_routing(item.pk, steps=[routings.Step(step=10, name={"en": "Press"}, **facts)]))
    foundation.make_source(item, kind="make", location=site, lead_time_days=0)
    return item


def runs_of(made: Plan) -> list[tuple[int, int, int]]:
    """Runs on limited resources: resource key, start, end."""
    runs, keys = made.solution["runs"], made.problem["resources"]["key"]
    rows = np.flatnonzero(runs["resource"] >= 0)
    return sorted((int(keys[runs["resource"][row]]), int(runs["start"][row]), int(runs["end"][row])) for row in rows)


def worked(made: Plan, start: int, end: int) -> int:
    """Working seconds of the only resource between two instants."""
    calendars, row = made.problem["calendars"], int(made.problem["resources"]["calendar"][0])
    own = slice(*calendars["offset"][row : row + 2].tolist())
    since, until = np.maximum(calendars["start"][own], start), np.minimum(calendars["end"][own], end)
    return int(np.maximum(until - since, 0).sum())


def assert_one_at_a_time(made: Plan) -> None:
    rows = runs_of(made)
    for (one, _start, end), (other, start, _end) in pairwise(rows):
        assert one != other or start >= end
