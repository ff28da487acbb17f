"""The list of imports."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.ui import tables
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.models import ImportRun

STATES = {
    "uploaded": ("wait", gettext_lazy("Waits for you")),
    "running": ("run", gettext_lazy("Runs")),
    "failed": ("hurt", gettext_lazy("Failed")),
    "done": ("done", gettext_lazy("In")),
    "undone": ("end", gettext_lazy("Undone")),
    "dropped": ("end", gettext_lazy("Left")),
}


def _title(value: Any, _row: dict[str, Any]) -> str:
    return str(KINDS[value].title) if value in KINDS else str(value)


class ImportTable(tables.Table):
    """Files that were brought."""

    name = "imports"
    caption = gettext_lazy("Imports")
    file_name = tables.Column(
        gettext_lazy("File"), sort=True, grow=True, link="wires_imports:import", link_args=("id",), phone="head"
    )
    kind = tables.Column(gettext_lazy("What it holds"), format=_title, phone="sub")
    state = tables.StateColumn(gettext_lazy("State"), states=STATES, phone="end")
    lines_read = tables.Column(
        gettext_lazy("Lines read"), accessor="account__lines_read", format="number", narrow=2, sort=False
    )
    lines_in = tables.Column(gettext_lazy("Imported"), accessor="account__lines_imported", format="number", sort=False)
    lines_aside = tables.Column(
        gettext_lazy("Set aside"), accessor="account__lines_set_aside", format="number", narrow=2, sort=False
    )
    made_at = tables.Column(gettext_lazy("Brought"), format="moment", sort=True, phone="subend")
    filters = (
        tables.Search("q", ["file_name__icontains", "source__icontains"]),
        tables.Choice(
            "state", gettext_lazy("State"), field="state", choices=[(k, v[1]) for k, v in STATES.items()], many=True
        ),
    )
    sort, key, page_size = "-made_at", "id", 50
    empty = tables.Empty(
        gettext_lazy("No file yet"),
        gettext_lazy(
            "Bring past orders as CSV, Excel or Parquet: the customers, items and the forecast come from them."
        ),
        href=reverse_lazy("wires_imports:new"),  # type: ignore[arg-type]  # a promise of a text
        label=gettext_lazy("Bring a file"),
    )


@require_safe
@access.permission_required("imports.use")
def imports(request: access.StaffRequest) -> HttpResponseBase:
    """Show what was brought and what waits."""
    rows = ImportRun.objects.all()
    context = {
        "house": "",
        "waiting": rows.filter(state="uploaded").count(),
        "failed": rows.filter(state="failed").count(),
        "done": rows.filter(state="done").count(),
    }
    return ImportTable(rows, request=request).respond("wires/imports/imports.html", context)
