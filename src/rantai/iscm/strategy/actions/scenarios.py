"""Make scenarios and say what changes in them; each change is checked where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from rantai.iscm.strategy import rules
from rantai.iscm.strategy.models import Scenario, ScenarioChange
from rantai.iscm.strategy.queries import changes, templates
from rantai.kernel import audit, clock
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_MOST_UNITS = 10**15
_LIMITS: dict[str, tuple[int, int]] = {
    "pulled": (0, 10_000), "elasticity": (-100_000, 100_000), "service_level": (5_000, 9_999),
    "days": (-rules.MOST_DAYS, rules.MOST_DAYS), "hours": (0, rules.MOST_HOURS), "rank": (1, rules.MOST_RANK),
    "units": (0, _MOST_UNITS), "minimum": (0, _MOST_UNITS), "multiple": (0, _MOST_UNITS), "maximum": (0, _MOST_UNITS),
    "amount": (-_MOST_UNITS, _MOST_UNITS), "cost": (0, _MOST_UNITS),
}  # fmt: skip
_SHARES: dict[str, tuple[int, int]] = {
    # what is left of it, or the part it has
    "supplier_down": (0, 9_999), "source_share": (0, 10_000),
    # by how much it moves
    "demand": (-10_000, rules.MOST_SHARE), "promotion": (1, rules.MOST_SHARE), "price": (-9_900, rules.MOST_SHARE),
    "capacity": (-10_000, rules.MOST_SHARE), "stock": (-10_000, rules.MOST_SHARE),
}  # fmt: skip


class BadChange(ValueError):
    """A change that says too little, too much, or something impossible; `problems` by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


class TooManyChanges(ValueError):
    """A scenario that nobody could read any more."""

    def __init__(self) -> None:
        text = _("A scenario has %(most)s changes at most. Begin another one, or take some out.")
        super().__init__(text % {"most": rules.MOST_CHANGES})


def add_scenario(company_id: int, *, name: str, note: str = "", group: str = "", by: str, at: datetime) -> Scenario:
    """Begin a scenario without a change."""
    require_transaction()
    scenario = Scenario.objects.create(
        company_id=company_id, name=name.strip(), note=note.strip(), group=group, made_by=by, made_at=at, changed_at=at
    )
    audit.record(DocRef("scenario", scenario.pk), action="added", by=by)
    return scenario


def copy_scenario(scenario: Scenario, *, name: str, by: str, at: datetime) -> Scenario:
    """Begin a scenario with the changes of another one."""
    copied = add_scenario(scenario.company_id, name=name, note=scenario.note, by=by, at=at)
    for row in scenario.changes.order_by("position"):
        row.pk, row.scenario, row._state.adding = None, copied, True
        row.save(force_insert=True)
    return copied


def add_change(scenario: Scenario, kind: str, *, by: str, at: datetime, **figures: Any) -> ScenarioChange:
    """Lay one more change over the others. Raises BadChange, TooManyChanges.

    `figures` are fields of ScenarioChange; those that the kind does not read are left out.
    """
    require_transaction()
    read = (*changes.list_fields(kind), "cost")
    values = {name: figures.get(name, figures.get(f"{name}_id")) for name in read}
    values = {name: value for name, value in values.items() if value not in (None, "", [])}
    _check(kind, values, today=clock.business_date(at, scenario.company.zone))
    locked = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if locked.changes.count() >= rules.MOST_CHANGES:
        raise TooManyChanges
    last = locked.changes.aggregate(last=Max("position"))["last"] or 0
    row = ScenarioChange(scenario=locked, position=last + 1, kind=kind)
    for name, value in values.items():
        setattr(row, f"{name}_id" if isinstance(value, int) and _is_subject(name) else name, value)
    row.save(force_insert=True)
    _touch(scenario, by=by, at=at, action="change_added", change=row)
    return row


def remove_change(change: ScenarioChange, *, by: str, at: datetime) -> None:
    """Take a change out; runs keep the changes that they were solved with."""
    require_transaction()
    _touch(change.scenario, by=by, at=at, action="change_removed", change=change)
    change.delete()


def archive_scenario(scenario: Scenario, *, by: str, at: datetime) -> None:
    """Put a scenario away; what came of it stays readable."""
    require_transaction()
    Scenario.objects.filter(pk=scenario.pk).update(archived_at=at)
    audit.record(DocRef("scenario", scenario.pk), action="archived", by=by)


def restore_scenario(scenario: Scenario, *, by: str) -> None:
    """Take a scenario out again."""
    require_transaction()
    Scenario.objects.filter(pk=scenario.pk).update(archived_at=None)
    audit.record(DocRef("scenario", scenario.pk), action="restored", by=by)


def make_five(
    company_id: int, *, category_id: int | None, names: Sequence[str], by: str, at: datetime
) -> list[Scenario]:
    """Make a scenario of each of the five templates, to be compared on the same demand."""
    require_transaction()
    group = f"five {at.isoformat(timespec='seconds')}"
    made = []
    for code, name in zip(templates.CODES, names, strict=True):
        scenario = add_scenario(company_id, name=name, group=group, by=by, at=at)
        add_change(scenario, "template", template=code, category_id=category_id, by=by, at=at)
        made.append(scenario)
    return made


def _touch(scenario: Scenario, *, by: str, at: datetime, action: str, change: ScenarioChange) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(revision=F("revision") + 1, changed_at=at)
    scenario.refresh_from_db()
    told = {name: [None, value] for name, value in changes.to_data(changes.of_row(change)).items()}
    audit.record(DocRef("scenario", scenario.pk), action=action, by=by, changes=told)


def _is_subject(name: str) -> bool:
    return name in ("item", "category", "location", "supplier", "source", "resource", "territory")


def _check(kind: str, values: dict[str, Any], *, today: date) -> None:
    problems = {name: _("Say this too.") for name in changes.list_needed(kind) if name not in values}
    limits = _LIMITS | ({"share": _SHARES[kind]} if kind in _SHARES else {})
    for name, (low, high) in limits.items():
        if name in values and not low <= values[name] <= high:
            problems[name] = _say_limits(name, low, high)
    first, last = values.get("starts_on"), values.get("ends_on")
    if first and last and last < first:
        problems["ends_on"] = _("The last day lies before the first. Turn them round.")
    elif last and last < today:
        problems["ends_on"] = _("This day is over, and a scenario asks about what is to come: today is %(today)s.") % {
            "today": today.isoformat()
        }
    if (values.get("maximum") or 0) and values["maximum"] < values.get("minimum", 0):
        problems["maximum"] = _("The largest order is below the smallest one.")
    problems |= _check_kind(kind, values)
    if problems:
        raise BadChange(problems)


def _check_kind(kind: str, values: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with how the fields of a kind go together."""
    if values.get("item") and values.get("category"):
        return {"category": _("Name an item or a category, not both.")}
    if kind == "lot_size" and not {"minimum", "multiple", "maximum"} & set(values):
        return {"minimum": _("Say at least one of the sizes.")}
    if kind == "stock" and len({"share", "units", "service_level"} & set(values)) != 1:
        return {"share": _("Say one of the three: by how much, how many units, or how sure.")}
    if kind == "capacity" and not {"share", "hours"} & set(values):
        return {"share": _("Say by how much, or how many hours more.")}
    if kind == "lead_time" and not {"supplier", "item", "category", "location"} & set(values):
        return {"supplier": _("Say whose lead time: a supplier's, an item's or a place's.")}
    if kind == "template" and values.get("template") not in (None, *templates.CODES):
        return {"template": _("There is no such template.")}
    return {}


def _say_limits(name: str, low: int, high: int) -> str:
    if name in ("share", "pulled", "service_level"):
        return _("Between %(low)s %% and %(high)s %%.") % {"low": f"{low / 100:g}", "high": f"{high / 100:g}"}
    if name == "elasticity":
        return _("Between %(low)s and %(high)s.") % {"low": f"{low / 10_000:g}", "high": f"{high / 10_000:g}"}
    if name in ("days", "hours", "rank"):
        return _("Between %(low)s and %(high)s.") % {"low": low, "high": high}
    return _("That is more than can be planned, or less than nothing. Check the figure.")
