"""Explain one thing: at the side as a ladder, on a page of its own as a staircase in time, as data."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.desk.explain import queries, rules, shapes, telling, trees, words
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.refs import DocRef


@require_safe
@access.staff_required
def explain(request: StaffRequest, kind: str, pk: int, line: int = 0) -> HttpResponse:
    """Answer why a thing comes when it does, and who waits for it."""
    ref = _open(request, kind, pk, line)
    now = clock.now()
    story = queries.find_story(ref, as_of=now)
    today = clock.business_date(now, parties.get_company().zone)
    if story is None:
        context = {"ref": ref, "kind": words.KINDS[kind], "href": shapes.find_page(ref, request.user), "house": ""}
        return render(request, "desk/explain/nothing.html", context)
    context = _describe(story, request, is_side=_goes_to_the_side(request), today=today)
    # Inside another page the picture alone is wanted; at the side and on its own, the page.
    inside = request.headers.get("HX-Request") == "true" and not context["is_side"]
    return render(request, "desk/explain/explain.html#picture" if inside else "desk/explain/explain.html", context)


@require_safe
@access.staff_required
def tree(request: StaffRequest, kind: str, pk: int, line: int = 0) -> HttpResponse:
    """Show every link with its units, dates and slack as a tree in each direction."""
    ref = _open(request, kind, pk, line)
    now = clock.now()
    story = queries.find_story(ref, as_of=now)
    today = clock.business_date(now, parties.get_company().zone)
    if story is None:
        context = {"ref": ref, "kind": words.KINDS[kind], "href": shapes.find_page(ref, request.user), "house": ""}
        return render(request, "desk/explain/nothing.html", context)
    context = _describe(story, request, is_side=True, today=today)
    context |= {
        "below": trees.grow(story, user=request.user, way=trees.DOWN),
        "above": trees.grow(story, user=request.user, way=trees.UP),
        "opens_all": request.GET.get("open") == "all",
        "leaf": words.leaf(story, today=today),
    }
    return render(request, "desk/explain/tree.html", context)


@require_safe
@access.staff_required
def data(request: StaffRequest, kind: str, pk: int, line: int = 0) -> HttpResponse:
    """Give the chain as data."""
    ref = _open(request, kind, pk, line)
    now = clock.now()
    story = queries.find_story(ref, as_of=now)
    if story is None:
        raise Http404(_("Nothing is known of %(ref)s.") % {"ref": ref})
    today = clock.business_date(now, parties.get_company().zone)
    return JsonResponse(telling.to_data(story, today=today), json_dumps_params={"ensure_ascii": False, "indent": 1})


def _open(request: StaffRequest, kind: str, pk: int, line: int) -> DocRef:
    """Return what is asked about; whoever may not see the thing may not ask why."""
    permission = rules.find_permission(kind)
    if permission is None:
        raise Http404(_("'%(kind)s' cannot be explained.") % {"kind": kind})
    if not request.user.has_perm(permission):
        access.refuse()
    return DocRef(kind, pk, line)


def _goes_to_the_side(request: StaffRequest) -> bool:
    return request.headers.get("HX-Target", "").endswith("#side")


def _describe(story: queries.Story, request: StaffRequest, *, is_side: bool, today: Any) -> dict[str, Any]:
    ref, root, user = story.ref, story.root, request.user
    hurt, rest, is_hurt = words.answer(story, today=today)
    number = telling.title(story)
    parts = [node for node in story.roots if node.kind == "demand"] if root.kind == "demand" else []
    served = [] if root.kind == "demand" else story.list_served()
    flows = [] if is_side else shapes.list_flows(story, user=user)
    args = [ref.kind, ref.id, *([ref.line] if ref.line else [])]
    return {
        "house": words.HOUSES.get(root.kind, "operations"),
        "story": story,
        "number": number,
        "answer": hurt,
        "rest": rest,
        "is_hurt": is_hurt,
        "is_side": is_side,
        "page_href": shapes.find_page(root.ref, user),
        "whole_href": reverse("desk_explain:explain", args=args),
        "tree_href": reverse("desk_explain:tree", args=args),
        "data_href": reverse("desk_explain:data", args=args),
        "chain": shapes.draw(story, user=user, today=today, title=number),
        "ladder": shapes.climb(story, user=user, today=today, title=number),
        "lines": shapes.list_served(story, parts, user=user) if len(parts) > 1 else [],
        "served": shapes.list_served(story, served, user=user),
        "flows": flows,
        "reasons": shapes.list_reasons(queries.list_reasons(ref)),
        "basis": telling.say_basis(story, today=today),
    }
