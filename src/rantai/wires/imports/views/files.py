"""Files in and out: a new import, the template of a kind, the lines set aside."""

from __future__ import annotations

from functools import partial

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.documents import queries as documents
from rantai.foundation.parties import queries as parties
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import actions, blanks, columns, uploads
from rantai.wires.imports.forms import NewImportForm
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.presets import PRESETS


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("imports.use")
def new(request: access.StaffRequest) -> HttpResponse:
    """Take a file; it is judged in the background and shown before anything is written."""
    asked = request.GET.get("kind", "orders")
    form = NewImportForm(request.POST or None, request.FILES or None, initial={"kind": asked})
    if request.method == "POST" and form.is_valid():
        run = _open(form, by=request.user.actor)
        return redirect("wires_imports:import", run.pk)
    context = {"house": "", "form": form, "kinds": [KINDS[name] for name, _title in form.fields["kind"].choices]}  # type: ignore[attr-defined]
    return render(request, "wires/imports/new.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("imports.use")
def template(request: access.StaffRequest, kind: str) -> HttpResponse:
    """Give the template of a kind with the header in the reader's language."""
    if kind not in KINDS:
        raise Http404
    asked = request.GET.get("language") or get_language() or "en"
    language = asked if asked in columns.LANGUAGES else "en"
    response = HttpResponse(blanks.write_template(KINDS[kind], language=language), "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


@require_safe
@access.permission_required("imports.use")
def aside(request: access.StaffRequest, import_id: int) -> HttpResponseBase:
    """Give the lines that were set aside, with their reasons."""
    run = get_object_or_404(ImportRun.objects.select_related("aside"), pk=import_id)
    if run.aside is None:
        raise Http404
    content = default_storage.open(documents.get_path(run.aside.sha256))
    return FileResponse(content, as_attachment=True, filename=f"set-aside-{run.pk}.csv", content_type="text/csv")


def _open(form: NewImportForm, *, by: str) -> ImportRun:
    data = form.cleaned_data
    stored = uploads.keep_upload(data["file"])
    preset = PRESETS.get(data["preset"])
    options = {"currency": preset.CURRENCY, "zone": preset.ZONE} if preset else {}
    opened = partial(
        uploads.open_import,
        stored,
        company_id=parties.get_company().pk,
        kind=data["kind"],
        file_name=data["file"].name,
        preset=data["preset"],
        source=data["source"],
        options=options,
        by=by,
    )

    def work() -> ImportRun:
        run = opened()
        if run.state == "uploaded":
            actions.ask_preview(run, by=by)
        return run

    return run_atomic(work)
