"""The five chain types: compared on the same demand, changed to one's own figures, made the real policy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Category
from rantai.foundation.parties import queries as parties
from rantai.iscm.strategy import forms
from rantai.iscm.strategy.actions import runs, scenarios, takeovers
from rantai.iscm.strategy.models import Scenario
from rantai.iscm.strategy.queries import effects, lists
from rantai.iscm.strategy.queries import templates as queries
from rantai.iscm.strategy.queries.templates import Template
from rantai.iscm.strategy.views import edge
from rantai.iscm.strategy.views.taking import show_effects
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, conflicts, formats, shapes, toasts


@require_safe
@access.permission_required("scenarios.view")
def index(request: access.StaffRequest) -> HttpResponse:
    """Show the five, and the last time that they were compared."""
    found = queries.list_templates()
    facts = [list_facts(one) for one in found]
    context = {
        "house": "operations",
        "rows": found,
        "lines": [(row[0].label, [fact.value for fact in row]) for row in zip(*facts, strict=True)],
        "categories": _list_categories(),
        "has_plan": lists.has_plan(),
        "last": find_last_five(),
    }
    return render(request, "iscm/strategy/templates.html", context)


@require_POST
@access.permission_required("scenarios.edit")
def compare_five(request: access.StaffRequest) -> HttpResponse:
    """Have all five solved on the plan's demand, for a category or for everything."""
    category = find_category(request)
    names = [str(one.name) + (f" · {pick(category.name)}" if category else "") for one in queries.TEMPLATES]
    company, by, at = parties.get_company(), request.user.actor, clock.now()

    def work() -> list[Scenario]:
        made = scenarios.make_five(company.pk, category_id=category.pk if category else None, names=names, by=by, at=at)
        for one in made:
            runs.queue_run(one, by=by, at=at)
        return made

    made = run_atomic(work)
    return redirect(reverse("iscm_strategy:compare") + "?" + "&".join(f"s={one.pk}" for one in made))


@require_http_methods(["GET", "POST"])
@access.permission_required("scenarios.edit")
def template(request: access.StaffRequest, code: str) -> HttpResponse:
    """Show a template and change its figures."""
    found = get_template(code)
    initial = asdict(found.params) | {"revision": found.revision}
    form = forms.TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        revision = values.pop("revision")
        try:
            run_atomic(
                lambda: takeovers.save_template(
                    found, values, expected_revision=revision, by=request.user.actor, at=clock.now()
                )
            )
        except takeovers.BadTemplate as problem:
            for name, text in problem.problems.items():
                form.add_error(name, text)
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form, href=request.path)
        else:
            toasts.say(request, _("Kept"))
            return redirect("iscm_strategy:template", code)
    context = {"house": "operations", "found": found, "form": form, "categories": _list_categories()}
    return render(request, "iscm/strategy/template.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access.permission_required("scenarios.edit")
def apply(request: access.StaffRequest, code: str) -> HttpResponse:
    """Show what a template would write as the real policy; write it when asked."""
    found, category = get_template(code), find_category(request)
    company = parties.get_company()
    scope = pick(category.name) if category else _("everything")
    category_id = category.pk if category else None
    if request.method == "POST":
        title = _("Template “%(name)s” for %(what)s") % {"name": found.name, "what": scope}
        return edge.attempt(
            request,
            lambda: takeovers.apply_template(
                company, found, category_id=category_id, title=title, by=request.user, at=clock.now(),
                today=edge.today(),
            ),
            said="",
            back=reverse("iscm_strategy:taken"),
        )  # fmt: skip
    written = effects.list_template_effects(found, category_id=category_id, company=company)
    context = {
        "house": "operations", "found": found, "scope": scope, "category": category, "effects": show_effects(written),
        "count": len(written),
    }  # fmt: skip
    return render(request, "iscm/strategy/apply.html", context)


def list_facts(found: Template) -> list[shapes.Fact]:
    """Return a template's figures in words."""
    params = asdict(found.params)
    shown = [
        shapes.Fact(_("Without a stock-out"), formats.percent(params["service_level"] / 10_000)),
        shapes.Fact(_("Days between two looks"), formats.number(params["review_days"])),
    ]
    heads = {
        "replenish": _("How stock is filled up"), "lots": _("How much at once"), "made": _("What we make"),
        "bought": _("What we buy and sell"), "sources": _("Which source first"), "order": _("Whom first"),
    }  # fmt: skip
    shown += [shapes.Fact(head, str(forms.PARAMS[name, params[name]])) for name, head in heads.items()]
    return [*shown, shapes.Fact(_("Weeks planned ahead"), formats.number(params["horizon_weeks"]))]


def get_template(code: str) -> Template:
    """Return one of the five; 404 otherwise."""
    found = queries.find_template(code)
    if found is None:
        raise Http404
    return found


def find_category(request: access.StaffRequest) -> Category | None:
    """Return the category that a form or an address names."""
    ids = clicks.read_ids(request, "category")
    return Category.objects.filter(pk=ids[0]).first() if ids else None


def find_last_five() -> str:
    """Return the address of the last comparison of all five, '' before the first."""
    last = Scenario.objects.filter(group__startswith="five ", archived_at=None).order_by("-id").first()
    if last is None:
        return ""
    ids = Scenario.objects.filter(group=last.group).order_by("id").values_list("pk", flat=True)
    return reverse("iscm_strategy:compare") + "?" + "&".join(f"s={pk}" for pk in ids)


def _list_categories() -> list[Any]:
    return [(row.pk, f"{row.code} · {pick(row.name)}") for row in forms.list_categories()]
