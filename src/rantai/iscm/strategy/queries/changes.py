"""A change of a scenario as plain data: what a run keeps of it, so that it can be solved again as it stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from rantai.iscm.strategy import rules
from rantai.iscm.strategy.models import Scenario, ScenarioChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a row of ScenarioChange says; figures as the row has them."""

    id: int
    kind: str
    item_id: int | None = None
    category_id: int | None = None
    location_id: int | None = None
    supplier_id: int | None = None
    source_id: int | None = None
    resource_id: int | None = None
    territory_id: int | None = None
    demand_class: str = ""
    template: str = ""
    text: str = ""
    classes: list[str] = field(default_factory=list)
    share: int | None = None
    pulled: int | None = None
    elasticity: int | None = None
    service_level: int | None = None
    days: int | None = None
    hours: int | None = None
    rank: int | None = None
    units: int | None = None
    minimum: int | None = None
    multiple: int | None = None
    maximum: int | None = None
    amount: int | None = None
    is_first: bool = False
    cost: int = 0
    starts_on: date | None = None
    ends_on: date | None = None


_DAYS = ("starts_on", "ends_on")
NAMES = tuple(one.name for one in fields(Change))


def of_row(row: ScenarioChange) -> Change:
    """Return a row as data."""
    return Change(**{name: getattr(row, name) for name in NAMES})


def list_changes(scenario: Scenario) -> list[Change]:
    """Return the changes of a scenario in the order in which they are laid over the plan."""
    return [of_row(row) for row in ScenarioChange.objects.filter(scenario=scenario).order_by("position")]


def to_data(change: Change) -> dict[str, Any]:
    """Return a change for JSON, without what it does not say."""
    values = {name: value for name, value in asdict(change).items() if value not in (None, "", [], False)}
    return values | {name: values[name].isoformat() for name in _DAYS if name in values}


def of_data(data: Mapping[str, Any]) -> Change:
    """Return what `to_data` was given."""
    dates = {name: date.fromisoformat(data[name]) for name in _DAYS if name in data}
    return Change(**{**data, **dates})


def list_fields(kind: str) -> tuple[str, ...]:
    """Return the fields that a kind of change reads."""
    return tuple(name.rstrip("*") for name in rules.KINDS[kind])


def list_needed(kind: str) -> tuple[str, ...]:
    """Return the fields without which a kind of change says nothing."""
    return tuple(name.rstrip("*") for name in rules.KINDS[kind] if name.endswith("*"))
