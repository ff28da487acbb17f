"""What people call units, in the active language."""

from __future__ import annotations

from fractions import Fraction

from rantai.foundation.items.models import Unit
from rantai.kernel import texts
from rantai.kernel.compiled import Compiled


def name_units() -> dict[str, str]:
    """Return the names of units by code; a unit without a name keeps its code."""
    return {code: texts.pick(name) or code for code, name in _UNITS.read()}


_UNITS = Compiled(lambda: Unit.objects.values_list("code", "name"))


def to_typed(base: int, factor: Fraction) -> int | None:
    """Return base units in a line's own unit (both in 1/10,000), or None where they do not divide."""
    typed = base / factor
    return typed.numerator if typed.denominator == 1 else None
