"""Lists of the desk."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.ui import tables


class JobTable(tables.Table):
    """Work in the background, the newest first."""

    name = "jobs"
    caption = _("Jobs")
    task = tables.Column(_("Work"), link="desk:job", link_args=("id",), grow=True)
    state = tables.StateColumn(
        _("State"),
        states={
            "queued": ("wait", _("Waits")),
            "running": ("run", _("Runs")),
            "done": ("done", _("Done")),
            "failed": ("hurt", _("Failed")),
            "cancelled": ("end", _("Stopped")),
        },
    )
    note = tables.Column(_("Doing"), narrow=2)
    attempts = tables.Column(_("Tries"), format="number", narrow=3)
    actor = tables.Column(pgettext_lazy("person", "For"), narrow=3)
    created_at = tables.Column(_("Asked"), format="moment", sort=True)
    ended_at = tables.Column(_("Ended"), format="moment")
    filters = [
        tables.Choice(
            "state",
            _("State"),
            field="state",
            choices=[
                ("queued", _("Waits")),
                ("running", _("Runs")),
                ("done", _("Done")),
                ("failed", _("Failed")),
                ("cancelled", _("Stopped")),
            ],
            many=True,
        )
    ]
    views = [
        tables.View("live", _("Live"), {"state": ["queued", "running", "failed"]}),
        tables.View("all", _("All"), {}),
    ]
    sort, key, page_size = "-created_at", "id", 50
    empty = tables.Empty(_("No work in the background"), _("Imports, plans and messages show here while they run."))
