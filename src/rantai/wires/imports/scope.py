"""What a file is read against: whose keys it uses, which company it is for, what its words refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rantai.foundation.parties.models import Company
from rantai.wires.imports.models import ImportRun


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One import's point of view; `found` remembers what a key of each kind refers to."""

    run_id: int | None
    company: Company
    source: str
    today: date
    by: str
    options: dict[str, object]
    found: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The company's language: in it names of a file without a language are kept."""
        return self.company.language


def of_run(run: ImportRun, *, today: date) -> Scope:
    """Return the scope of an import."""
    return Scope(
        run_id=run.pk,
        company=run.company,
        source=run.source,
        today=today,
        by=f"import:{run.pk}",
        options=run.options,
    )
