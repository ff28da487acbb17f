"""Make an effect real through the house's own actions, and take it back the same way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.access import queries as access
from rantai.foundation.access.models import User
from rantai.foundation.companies import actions as companies
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents.models import Task
from rantai.foundation.items.actions import planning_rules, resources, sources
from rantai.foundation.items.models import PlanningRule, Resource, Source
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.actions import overrides
from rantai.iscm.inventory.actions import decoupling, policies
from rantai.iscm.inventory.models import DecouplingPoint, StockPolicy
from rantai.iscm.strategy.queries.effects import Effect
from rantai.kernel.refs import DocRef


class HasMoved(Exception):
    """What a preview showed is not so any more."""

    def __init__(self, label: str) -> None:
        self.label = label
        text = _("%(what)s was changed by somebody else meanwhile. Look at the preview again.")
        super().__init__(text % {"what": label})


def write(effect: Effect, *, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    """Write an effect as its preview showed it and return it with what it made. Raises HasMoved."""
    return _WRITE[effect["what"]](effect, reason, ref, by, at)


def unwrite(effect: Effect, *, by: User, at: datetime) -> None:
    """Take an effect back: to what was before, where nobody changed it since. Raises HasMoved."""
    _UNWRITE[effect["what"]](effect, by, at)


def _write_source(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_source(effect, 0, 1, by)
    return effect


def _unwrite_source(effect: Effect, by: User, at: datetime) -> None:
    _set_source(effect, 1, 0, by)


def _set_source(effect: Effect, now: int, then: int, by: User) -> None:
    row = Source.objects.select_for_update().get(pk=effect["id"])
    _require(effect, {name: getattr(row, name) for name in effect["values"]}, now)
    values = {name: pair[then] for name, pair in effect["values"].items()}
    sources.edit_source(row, values=values, expected_revision=row.revision, by=by.actor)


def _write_resource(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_resource(effect, 0, 1, by)
    return effect


def _unwrite_resource(effect: Effect, by: User, at: datetime) -> None:
    _set_resource(effect, 1, 0, by)


def _set_resource(effect: Effect, now: int, then: int, by: User) -> None:
    row = Resource.objects.select_for_update().get(pk=effect["id"])
    _require(effect, {name: getattr(row, name) for name in effect["values"]}, now)
    resources.edit_resource(row, values={name: pair[then] for name, pair in effect["values"].items()}, by=by.actor)


def _write_capacities(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_capacities(effect, 0, 1, by)
    return effect


def _unwrite_capacities(effect: Effect, by: User, at: datetime) -> None:
    _set_capacities(effect, 1, 0, by)


def _set_capacities(effect: Effect, now: int, then: int, by: User) -> None:
    row = Resource.objects.select_for_update().get(pk=effect["id"])
    steps = row.capacities.order_by("from_on").values_list("from_on", "capacity")
    _require(effect, {"capacities": [[day.isoformat(), units] for day, units in steps]}, now)
    wanted = [(date.fromisoformat(day), units) for day, units in effect["values"]["capacities"][then]]
    resources.set_capacities(row.pk, capacities=wanted, by=by.actor)


def _write_policy(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_policy(effect, 0, 1, reason, by, at)
    return effect


def _unwrite_policy(effect: Effect, by: User, at: datetime) -> None:
    if not effect["is_new"]:
        _set_policy(effect, 1, 0, _("taken back"), by, at)
        return
    row = _find_policy(effect)
    if row is not None:
        _require(effect, {name: getattr(row, name) for name in effect["values"]}, 1)
        policies.drop_policy(row.pk, by=by.actor)


def _set_policy(effect: Effect, now: int, then: int, reason: str, by: User, at: datetime) -> None:
    row = _find_policy(effect)
    said = {name: getattr(row, name) for name in effect["terms"]} if row else effect["terms"]
    _require(effect, {name: said[name] for name in effect["values"]}, now)
    wanted = {**said, **{name: pair[then] for name, pair in effect["values"].items()}}
    subject = policies.Subject(**effect["subject"])
    policies.set_policy(subject, policies.Terms(**wanted), reason=reason, by=by.actor, at=at)


def _find_policy(effect: Effect) -> StockPolicy | None:
    rows = StockPolicy.objects.select_for_update().filter(**effect["subject"], abc="", xyz="", demand_class="")
    return rows.first()


def _write_override(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    made = overrides.set_override(
        item_id=effect["item_id"],
        category_id=effect["category_id"],
        territory_id=effect["territory_id"],
        location_id=None,
        starts_on=date.fromisoformat(effect["starts_on"]),
        ends_on=date.fromisoformat(effect["ends_on"]),
        quantity=None,
        factor=effect["values"]["factor"][1],
        reason=reason,
        by=by.actor,
        at=at,
    )
    return {**effect, "made": made.pk}


def _unwrite_override(effect: Effect, by: User, at: datetime) -> None:
    overrides.end_override(effect["made"], by=by.actor, at=at)


def _write_decoupling(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_decoupling(effect, 0, 1, reason, by, at)
    return effect


def _unwrite_decoupling(effect: Effect, by: User, at: datetime) -> None:
    _set_decoupling(effect, 1, 0, _("taken back"), by, at)


def _set_decoupling(effect: Effect, now: int, then: int, reason: str, by: User, at: datetime) -> None:
    item, place = effect["id"], effect["location_id"]
    row = DecouplingPoint.objects.select_for_update().filter(item_id=item, location_id=place).first()
    _require(effect, {"decoupling": row.decoupling if row else ""}, now)
    wanted = effect["values"]["decoupling"][then]
    decoupling.set_decoupling(item, place, decoupling=wanted, reason=reason, by=by.actor, at=at)


def _write_rule(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_rule(effect, 0, 1, by)
    return effect


def _unwrite_rule(effect: Effect, by: User, at: datetime) -> None:
    _set_rule(effect, 1, 0, by)


def _set_rule(effect: Effect, now: int, then: int, by: User) -> None:
    item, place = effect["id"], effect["location_id"]
    row = PlanningRule.objects.select_for_update().filter(item_id=item, location_id=place).first()
    _require(effect, {"search": row.search if row else "rank"}, now)
    if then == 0 and effect["is_new"] and row is not None:
        planning_rules.remove_planning_rule(row, by=by.actor)
        return
    fence = row.fence_days if row else effect["fence_days"]
    search = effect["values"]["search"][then]
    planning_rules.set_planning_rule(item, location_id=place, fence_days=fence, search=search, by=by.actor)


def _write_setting(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    _set_setting(effect, 0, 1, by)
    return effect


def _unwrite_setting(effect: Effect, by: User, at: datetime) -> None:
    _set_setting(effect, 1, 0, by)


def _set_setting(effect: Effect, now: int, then: int, by: User) -> None:
    company = Company.objects.select_for_update().get(pk=effect["id"])
    _require(effect, {name: company.settings.get(name) for name in effect["values"]}, now)
    settings = {**company.settings, **{name: pair[then] for name, pair in effect["values"].items()}}
    settings = {name: value for name, value in settings.items() if value is not None or name not in effect["values"]}
    companies.edit_company(company, values={"settings": settings}, expected_revision=company.revision, by=by.actor)


def _write_task(effect: Effect, reason: str, ref: DocRef, by: User, at: datetime) -> Effect:
    """Hand the work to the first of the role, to whoever takes it over where nobody has it."""
    owner = access.list_in_role(effect["role"]).filter(is_active=True).order_by("pk").first() or by
    subject = DocRef(effect["ref_kind"], effect["ref_id"]) if effect["ref_kind"] else ref
    due_on = date.fromisoformat(effect["due_on"]) if effect["due_on"] else None
    made = documents.add_task(subject, title=effect["label"][:200], owner=owner, due_on=due_on, by=by)
    return {**effect, "made": made.pk, "owner": owner.name}


def _unwrite_task(effect: Effect, by: User, at: datetime) -> None:
    task = Task.objects.filter(pk=effect["made"]).first()
    if task is not None:
        documents.end_task(task, state="dropped", by=by)


def _require(effect: Effect, found: dict[str, Any], side: int) -> None:
    if any(found[name] != pair[side] for name, pair in effect["values"].items()):
        raise HasMoved(effect["label"])


_WRITE: dict[str, Callable[[Effect, str, DocRef, User, datetime], Effect]] = {
    "source": _write_source,
    "resource": _write_resource,
    "capacities": _write_capacities,
    "policy": _write_policy,
    "override": _write_override,
    "decoupling": _write_decoupling,
    "rule": _write_rule,
    "setting": _write_setting,
    "task": _write_task,
}
_UNWRITE: dict[str, Callable[[Effect, User, datetime], None]] = {
    "source": _unwrite_source,
    "resource": _unwrite_resource,
    "capacities": _unwrite_capacities,
    "policy": _unwrite_policy,
    "override": _unwrite_override,
    "decoupling": _unwrite_decoupling,
    "rule": _unwrite_rule,
    "setting": _unwrite_setting,
    "task": _unwrite_task,
}
