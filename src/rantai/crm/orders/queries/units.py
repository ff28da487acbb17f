"""What people call units, in the active language."""

from __future__ import annotations

from rantai.foundation.items.models import Unit
from rantai.kernel import texts


def name_units() -> dict[str, str]:
    """Return the names of units by code; a unit without a name keeps its code."""
    return {unit.code: texts.pick(unit.name) or unit.code for unit in Unit.objects.all()}
