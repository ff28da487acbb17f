"""A forecast grid from Excel: what it would change, then keep it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from rantai.foundation.access import rules as access
from rantai.foundation.documents.models import StoredFile
from rantai.iscm import facade as iscm
from rantai.kernel.quantities import Quantity
from rantai.ui import toasts
from rantai.wires.imports import files, grids, uploads

MOST_BYTES = 50 * 2**20
SHOWN = 200


class GridForm(forms.Form):
    """A forecast grid as it was exported, with changed cells."""

    file = forms.FileField(label=gettext_lazy("File"))

    def clean_file(self) -> Any:
        """Refuse what is larger than any grid."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file has more than 50 MB. Export fewer rows at once."))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.edit")
def new(request: access.StaffRequest) -> HttpResponse:
    """Take a grid; it is shown before anything is kept."""
    form = GridForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        stored = uploads.keep_upload(form.cleaned_data["file"])
        return redirect("wires_imports:grid", stored.sha256)
    context = {"house": "operations", "form": form}
    return render(request, "wires/imports/grid_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.edit")
def show(request: access.StaffRequest, sha256: str) -> HttpResponse:
    """Show what a grid changes and what is refused of it; a POST keeps the changes."""
    stored = StoredFile.objects.filter(sha256=sha256).first()
    if stored is None:
        raise Http404
    batch = f"file:{sha256[:24]}"
    context: dict[str, Any] = {"house": "operations", "sha256": sha256}
    try:
        read = _read(stored)
    except files.UnreadableFile as problem:
        return render(request, "wires/imports/grid.html", context | {"problem": str(problem)}, status=422)
    if request.method == "POST":
        kept = iscm.set_forecast_cells(read.cells, batch=batch, by=request.user.actor)
        told = ngettext("%(n)s change is kept. The next plan counts on it.",
                        "%(n)s changes are kept. The next plan counts on them.", kept)  # fmt: skip
        toasts.say(request, told % {"n": kept}, undo=reverse("iscm_demand:end_batch", args=[batch]))
        return redirect("iscm_demand:grid")
    sheet = iscm.judge_forecast_cells(read.cells, batch=batch)
    refused = [*read.refused, *sheet.refused]
    context |= {
        "sheet": sheet,
        "count": len(sheet.changes),
        "changes": [
            (cell, name, now, Quantity(cell.was) if cell.was is not None and cell.was != now.amount else None)
            for cell, name, now in sheet.changes[:SHOWN]
        ],
        "more": max(0, len(sheet.changes) - SHOWN),
        "refused": refused[:SHOWN],
        "refused_count": len(refused),
    }
    return render(request, "wires/imports/grid.html", context)


def _read(stored: StoredFile) -> grids.Read:
    with TemporaryDirectory(prefix="rantai-import-") as folder:
        return grids.read_grid(uploads.fetch_file(stored, Path(folder), name="grid"))
