"""A company for somebody who comes with a file and nothing else."""

from __future__ import annotations

from types import ModuleType

from django.utils.translation import gettext as _

from rantai.foundation.companies import actions as companies
from rantai.foundation.locations import actions as locations
from rantai.foundation.parties.models import Company
from rantai.kernel.transactions import require_transaction

CODE = "OWN"


def found_company(preset: ModuleType) -> Company:
    """Set a company up with what a known format says of its own: currency, zone, country; one warehouse."""
    require_transaction()
    company = companies.create_company(
        code=CODE, name=_("My company"), currency=preset.CURRENCY, country=preset.COUNTRY, zone=preset.ZONE
    )
    locations.add_location("MAIN", name=_("Main warehouse"), company_id=company.pk, zone=preset.ZONE)
    return company
