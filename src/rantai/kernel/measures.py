"""Figures of a day, kept as numerator and denominator; no activity gives null."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rantai.kernel.models import KpiValue
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Kpi:
    """A ratio with its parts; `value` is None where there was no activity."""

    code: str
    numerator: float | None
    denominator: float | None
    subject: str = ""

    @property
    def value(self) -> float | None:
        """Return numerator ÷ denominator, or None."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator


def snapshot(kpis: Iterable[Kpi], *, day: date) -> None:
    """Store a day's figures, replacing those taken earlier that day."""
    require_transaction()
    rows = [
        KpiValue(code=kpi.code, subject=kpi.subject, day=day, numerator=kpi.numerator, denominator=kpi.denominator)
        for kpi in kpis
    ]
    KpiValue.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["code", "subject", "day"],
        update_fields=["numerator", "denominator"],
    )
