"""Set where one class of stock ends and the next begins."""

from __future__ import annotations

from dataclasses import asdict

from django.utils.translation import gettext as _

from rantai.foundation.parties.models import Company
from rantai.iscm.inventory.queries.classes import WHOLE, Limits
from rantai.kernel import audit
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class BadLimits(ValueError):
    """Limits between which nothing fits."""


def set_limits(company_id: int, limits: Limits, *, by: str) -> None:
    """Keep the limits of classes; the next stock targets class by them. Raises BadLimits."""
    require_transaction()
    if not 0 < limits.a_share < limits.b_share <= WHOLE:
        raise BadLimits(_("Class A must end before class B does, and B at 100 % at most."))
    if not 0 < limits.x_limit < limits.y_limit:
        raise BadLimits(_("Class X must end before class Y does."))
    company = Company.objects.select_for_update().get(pk=company_id)
    before = company.settings.get("stock_classes", {})
    company.settings = {**company.settings, "stock_classes": asdict(limits)}
    company.revision += 1
    company.save(update_fields=["settings", "revision"])
    told = {name: [before.get(name), value] for name, value in asdict(limits).items()}
    audit.record(DocRef("company", company_id), action="stock_classes_set", by=by, changes=told)
