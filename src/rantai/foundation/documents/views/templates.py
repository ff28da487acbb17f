"""Pages of paper templates: which there are, one of them, its preview."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.documents import actions, forms, papers
from rantai.foundation.documents.models import PaperTemplate
from rantai.foundation.parties import queries as parties
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts
from rantai.ui.inputs import LANGUAGES


@require_safe
@access.permission_required("papers.edit")
def list_templates(request: access.StaffRequest) -> HttpResponse:
    """Show each kind of paper with the version of each language."""
    company = parties.get_company()
    own = {
        (row.kind, row.language): row.version
        for row in PaperTemplate.objects.filter(company=company).order_by("version")
    }
    rows = [
        (kind, forms.KINDS.get(kind, kind), [(code, label, own.get((kind, code))) for code, label in LANGUAGES])
        for kind in papers.list_shipped()
    ]
    return render(request, "foundation/documents/papers.html", {"rows": rows, "changed": len(own)})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("papers.edit")
def template(request: access.StaffRequest, kind: str, language: str) -> HttpResponse:
    """Show and change how a kind of paper looks in a language; a template that cannot be printed is not kept."""
    _check(kind, language)
    company = parties.get_company()
    own = papers.find_own_template(kind, language, company_id=company.pk)
    form = forms.PaperForm(request.POST or None, request.FILES or None, initial=_initial(kind, own))
    if request.method == "POST" and form.is_valid():
        draft, logo = _draft(kind, language, company.pk, own, form.cleaned_data), _read_logo(form)
        try:
            papers.preview(draft, logo=logo[1] if logo else None)
        except papers.PaperNotPrintable as error:
            form.add_error("body", str(error))
        else:
            run_atomic(partial(actions.save_paper_template, draft, logo=logo, by=request.user.actor))
            toasts.say(request, _("Template saved; the next paper uses it"))
            return redirect("foundation_documents:template", kind, language)
    name = forms.KINDS.get(kind, kind)
    context = {
        "form": form,
        "kind": kind,
        "name": name,
        "language": dict(LANGUAGES)[language],
        "code": language,
        "own": own,
    }
    return render(request, "foundation/documents/paper.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("papers.edit")
def preview(request: access.StaffRequest, kind: str, language: str) -> HttpResponse:
    """Answer the PDF of what stands in the form, with sample data."""
    _check(kind, language)
    company = parties.get_company()
    own = papers.find_own_template(kind, language, company_id=company.pk)
    form = forms.PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return HttpResponse("\n".join(str(e) for e in form.errors.values()), content_type="text/plain", status=422)
    logo = _read_logo(form)
    try:
        draft = _draft(kind, language, company.pk, own, form.cleaned_data)
        pdf = papers.preview(draft, logo=logo[1] if logo else None)
    except papers.PaperNotPrintable as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=422)
    return HttpResponse(pdf, content_type="application/pdf")


def _check(kind: str, language: str) -> None:
    if kind not in papers.list_shipped() or language not in dict(LANGUAGES):
        raise Http404


def _initial(kind: str, own: PaperTemplate | None) -> dict[str, Any]:
    if own is None:
        return {"body": papers.get_shipped_template(kind)}
    return {"body": own.body, "letterhead": own.letterhead, "keeps_logo": own.logo_id is not None}


def _draft(kind: str, language: str, company_id: int, own: PaperTemplate | None, data: dict[str, Any]) -> PaperTemplate:
    logo = own.logo if own and data["keeps_logo"] else None
    return PaperTemplate(
        company_id=company_id, kind=kind, language=language, body=data["body"].replace("\r\n", "\n"),
        letterhead=data["letterhead"], logo=logo, version=own.version if own else 0,
    )  # fmt: skip


def _read_logo(form: forms.PaperForm) -> tuple[str, bytes] | None:
    logo = form.cleaned_data["logo"]
    return (logo.name, logo.read()) if logo and form.cleaned_data["keeps_logo"] else None
