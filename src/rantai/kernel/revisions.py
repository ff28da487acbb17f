"""Editing without overwriting each other: a form posts the revision that it showed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from rantai.kernel import updates
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


class RevisionConflict(Exception):
    """A form that shows an older revision than the one stored: somebody else saved in between."""

    def __init__(self, row: models.Model, expected: int, actual: int) -> None:
        self.row, self.expected, self.actual = row, expected, actual
        super().__init__(
            _("%(document)s was changed meanwhile: you edited version %(expected)s, stored is version %(actual)s.")
            % {"document": row, "expected": expected, "actual": actual}
        )


def take(row: models.Model, *, expected: int, **changes: Any) -> None:
    """Store the changes as the next revision, in the database and in memory; raises RevisionConflict.

    The update names the revision that was shown, so that of two writers only one succeeds. A change of state comes
    from `Machine.step`; then the update names the old state too. Raises IllegalTransition.
    """
    require_transaction()
    changes["revision"] = expected + 1
    if any(field.name == "updated_at" for field in row._meta.concrete_fields):
        changes["updated_at"] = timezone.now()
    key = str(row._meta.pk.attname)
    held = {key: row.pk, "revision": expected}
    if "state" in changes:
        held["state"] = row.state  # type: ignore[attr-defined]
    if not updates.change(type(row), where=held, to=changes):
        rows = type(row)._default_manager.filter(pk=row.pk)
        stored = rows.values_list("revision", flat=True).get()
        if stored == expected:
            raise IllegalTransition(str(row), rows.values_list("state", flat=True).get(), changes["state"], ())
        raise RevisionConflict(row, expected, stored)
    for name, value in changes.items():
        setattr(row, name, value)
