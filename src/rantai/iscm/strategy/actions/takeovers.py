"""Take a change of a scenario over, or a template: previewed, approved where a policy asks, written, undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.access.models import User
from rantai.foundation.parties.models import Company
from rantai.iscm.strategy import rules, states
from rantai.iscm.strategy.actions import writing
from rantai.iscm.strategy.models import ScenarioRun, StrategyTemplate, Takeover
from rantai.iscm.strategy.queries import changes, effects, templates
from rantai.iscm.strategy.queries.effects import Effect
from rantai.kernel import audit, decisions, revisions
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class NothingToTake(ValueError):
    """A change that is so already."""

    def __init__(self) -> None:
        super().__init__(_("It is so already: there is nothing to change."))


class BadTemplate(ValueError):
    """Figures that no policy can have; `problems` by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


def take_change(run: ScenarioRun, change_id: int, *, title: str, by: User, at: datetime, today: date) -> Takeover:
    """Make a change of a solved scenario real, or let it wait where a policy asks for somebody's yes.

    Raises NothingToTake, resolving.NothingMeant, writing.HasMoved and what the actions behind it refuse.
    """
    data = next(one for one in run.changes if one["id"] == change_id)
    change = changes.of_data(data)
    company = run.scenario.company
    found = effects.list_effects(change, company=company, today=today)
    return _take(
        company, found, title=title, kind=change.kind, template=change.template, data=data, amount=change.cost,
        starts_on=change.starts_on or today, run=run, by=by, at=at, today=today,
    )  # fmt: skip


def apply_template(
    company: Company, template: templates.Template, *, category_id: int | None, title: str, by: User, at: datetime,
    today: date,
) -> Takeover:  # fmt: skip
    """Make a template the real policy of a category, or of everything. Raises as take_change."""
    found = effects.list_template_effects(template, category_id=category_id, company=company)
    data = {"params": asdict(template.params), "category_id": category_id}
    return _take(
        company, found, title=title, kind="template", template=template.code, data=data, amount=0, starts_on=today,
        run=None, by=by, at=at, today=today,
    )  # fmt: skip


def approve_takeover(takeover: Takeover, *, by: User, at: datetime) -> Takeover:
    """Say yes to what waits, and write it."""
    require_transaction()
    locked = Takeover.objects.select_for_update().get(pk=takeover.pk)
    locked.effects = _write(locked, by=by, at=at)
    _end(locked, "done", by=by, at=at)
    decisions.decide([locked.decision_id or 0], state="accepted", by=by.actor)
    return locked


def dismiss_takeover(takeover: Takeover, *, by: User, at: datetime) -> Takeover:
    """Say no to what waits."""
    require_transaction()
    locked = Takeover.objects.select_for_update().get(pk=takeover.pk)
    _end(locked, "dismissed", by=by, at=at)
    decisions.decide([locked.decision_id or 0], state="dismissed", by=by.actor)
    return locked


def undo_takeover(takeover: Takeover, *, by: User, at: datetime) -> Takeover:
    """Take back what was written, the last first; all of it or nothing. Raises HasMoved."""
    require_transaction()
    locked = Takeover.objects.select_for_update().get(pk=takeover.pk)
    states.takeover.step(locked, "undone")
    for effect in reversed(locked.effects):
        writing.unwrite(effect, by=by, at=at)
    _end(locked, "undone", by=by, at=at)
    return locked


def save_template(
    template: templates.Template, values: dict[str, Any], *, expected_revision: int, by: str, at: datetime
) -> None:
    """Keep a company's own figures of a template. Raises BadTemplate, RevisionConflict."""
    require_transaction()
    problems = {}
    for name, (low, high) in templates.LIMITS.items():
        if not low <= values[name] <= high:
            problems[name] = _("Between %(low)s and %(high)s.") % {"low": low, "high": high}
    for name, choices in templates.CHOICES.items():
        if values[name] not in choices:
            problems[name] = _("Choose one from the list.")
    if problems:
        raise BadTemplate(problems)
    row = StrategyTemplate.objects.select_for_update().filter(code=template.code).first()
    if row is None:
        row = StrategyTemplate.objects.create(code=template.code, params=values, changed_by=by, changed_at=at)
    else:
        revisions.take(row, expected=expected_revision, params=values, changed_by=by, changed_at=at)
    told = {name: [old, values[name]] for name, old in asdict(template.params).items() if old != values[name]}
    audit.record(DocRef("strategy_template", row.pk), action="changed", by=by, changes=told)


def _take(
    company: Company, found: Sequence[Effect], *, title: str, kind: str, template: str, data: dict[str, Any],
    amount: int, starts_on: date, run: ScenarioRun | None, by: User, at: datetime, today: date,
) -> Takeover:  # fmt: skip
    require_transaction()
    if not found:
        raise NothingToTake
    policy, role = _ask(amount, starts_on, today, by)
    takeover = Takeover.objects.create(
        company=company, run=run, change=data, kind=kind, template=template, title=title[:300], effects=list(found),
        amount=amount, asks_role=role, proposed_by=by.actor, proposed_at=at,
    )  # fmt: skip
    takeover.decision = _record(takeover)
    takeover.save(update_fields=["decision"])
    if role:
        return takeover
    takeover.effects = _write(takeover, by=by, at=at)
    _end(takeover, "done", by=by, at=at)
    decisions.decide([takeover.decision.pk], state="accepted", by=by.actor, policy=policy)
    return takeover


def _ask(amount: int, starts_on: date, today: date, by: User) -> tuple[ApprovalPolicy | None, str]:
    """Return the policy that covers it, and the role that must say yes where policies stand and none covers it.

    Who has that role says yes by taking it over.
    """
    policy = decisions.find_policy(rules.POLICY_KIND, amount=amount, starts_on=starts_on, as_of=today)
    asked = ApprovalPolicy.objects.filter(kind=rules.POLICY_KIND, ended_at=None).order_by("-max_amount", "id").first()
    if policy is not None or asked is None:
        return policy, ""
    role = asked.role or "manager"
    is_theirs = by.is_admin or by.roles.filter(code=role).exists()
    return None, "" if is_theirs else role


def _record(takeover: Takeover) -> Any:
    """Record the proposal: its units are the writes, and the kinds of writes are its reasons."""
    counts: dict[str, int] = {}
    for effect in takeover.effects:
        counts[effect["what"]] = counts.get(effect["what"], 0) + 1
    proposal = decisions.Proposal(
        kind=rules.POLICY_KIND,
        subject=DocRef("takeover", takeover.pk),
        units=Quantity.of(len(takeover.effects)),
        reasons=tuple(decisions.Reason(code=what, units=Quantity.of(count)) for what, count in counts.items()),
        inputs={
            "change": takeover.change,
            "run": takeover.run_id,
            "plan": takeover.run.plan_id if takeover.run else None,
        },
        engine="scenarios",
        run_id=takeover.run_id,
    )
    return decisions.record_proposals([proposal])[0]


def _write(takeover: Takeover, *, by: User, at: datetime) -> list[Effect]:
    ref = DocRef("scenario", takeover.run.scenario_id) if takeover.run else DocRef("takeover", takeover.pk)
    return [writing.write(one, reason=takeover.title, ref=ref, by=by, at=at) for one in takeover.effects]


def _end(takeover: Takeover, state: str, *, by: User, at: datetime) -> None:
    states.takeover.move(takeover, state)
    takeover.decided_by, takeover.decided_at = by.actor, at
    takeover.save(update_fields=["effects", "decided_by", "decided_at"])
    audit.record(DocRef("takeover", takeover.pk), action=f"takeover_{state}", by=by.actor)
