"""Find: a whole page for a plain request, the hits alone for the palette."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rantai.desk.search import queries
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest

IN_PALETTE, ON_PAGE = 5, 20
MOST_LETTERS = 80


@require_safe
@access.staff_required
def search(request: StaffRequest) -> HttpResponse:
    """Show what is called as somebody typed, as far as this person may see it."""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:MOST_LETTERS]
    is_palette = request.headers.get("HX-Request") == "true"
    groups = queries.find(text, user=request.user, limit=IN_PALETTE if is_palette else ON_PAGE)
    count = sum(len(found) for _name, found in groups)
    context = {"house": "", "text": text, "groups": groups, "count": count}
    template = ("ui/hits.html" if text else "desk/search/empty.html") if is_palette else "desk/search/search.html"
    return render(request, template, context)
