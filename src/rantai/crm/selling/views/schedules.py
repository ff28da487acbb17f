"""The schedule of one line, all rows at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from rantai.crm.selling import forms
from rantai.crm.selling.actions import agreements as actions
from rantai.crm.selling.actions.drafts import RowsRefused
from rantai.crm.selling.models import AgreementLine
from rantai.crm.selling.queries import known, naming
from rantai.crm.selling.views import edge
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import texts
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import clicks, conflicts, formats, toasts


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("selling.edit")
def schedule(request: access.StaffRequest, agreement_id: int, line_id: int) -> HttpResponse:
    """Change when and how much of an item is to be called off; what was known before stays readable."""
    rows = AgreementLine.objects.select_related("agreement__account__party", "item__base_unit")
    line = get_object_or_404(rows, pk=line_id, agreement_id=agreement_id, agreement__company=parties.get_company())
    held, back = line.agreement, reverse("crm_selling:agreement", args=[agreement_id])
    stands = {row.slot: row for row in known.list_slots(agreement_id) if row.line_id == line_id}
    posted = None
    if request.method == "POST":
        posted = edge.with_more_rows(request.POST, prefix="rows", most=forms.Slots.max_num)
    stored = None if posted else forms.describe_slots(list(stands.values()))
    slots = forms.Slots(posted, prefix="rows", initial=stored)
    problems: list[str] = []
    if posted is not None and request.POST.get("do") != "more" and slots.is_valid():
        changes = slots.to_changes(line_id, stands)
        try:
            done = run_atomic(
                lambda: actions.revise_schedule(
                    held, changes, expected_revision=clicks.read_revision(request), today=edge.today(),
                    by=request.user.actor,
                )
            )  # fmt: skip
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, href=back)
        except RowsRefused as refused:
            problems = [
                _("%(day)s: %(text)s") % {"day": changes[found.place].planned_on, "text": found.text}
                for found in refused.problems
            ]
        except IllegalTransition as problem:
            problems = [str(problem)]
        else:
            said = ngettext("%(n)s row changed.", "%(n)s rows changed.", done) % {"n": formats.number(done)}
            toasts.say(request, said)
            return redirect(back)
    item = line.item
    context = {
        "house": "customers", "agreement": held, "title": naming.name_agreement(held), "line": line,
        "name": texts.pick(item.name) or item.code, "unit": texts.pick(item.base_unit.name) or item.base_unit.code,
        "slots": slots, "problems": problems, "back": back,
    }  # fmt: skip
    is_wrong = problems or slots.total_error_count()
    return render(request, "crm/selling/schedule.html", context, status=422 if is_wrong else 200)
