"""Units that no plan can give a date: for which order, from when, how many, and for what in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.queries import lists
from rantai.iscm.supply.models import PlanOutcome
from rantai.iscm.supply.queries import words
from rantai.kernel.texts import pick
from rantai.ui import formats


def list_short() -> QuerySet[Demand]:
    """Return open demand with units that nobody can promise, those with the greatest margin first."""
    rows = lists.list_unpromised().select_related("promise", "party", "item__base_unit")
    return rows.order_by(F("margin_per_unit").desc(), "requested_on", "id")


def find_outcomes(demand_ids: Sequence[int]) -> dict[int, PlanOutcome]:
    """Return what the current plan says of demands, where it has seen them."""
    rows = PlanOutcome.objects.filter(run__state="current", demand_id__in=demand_ids)
    return {row.demand_id: row for row in rows.select_related("cause_item", "cause_location", "cause_source__supplier")}


def say_shortage(demand: Demand, *, units: int, cause: str, outcome: PlanOutcome | None, today: date) -> str:
    """Return one sentence for people: order, units, item, since when, and the leaf cause; in the active language."""
    facts = {
        "order": demand.number,
        "units": formats.quantity(units, str(demand.item.base_unit)),
        "item": pick(demand.item.name) or demand.item.code,
        "day": formats.day(demand.requested_on, today=today),
        "cause": say_cause(cause, outcome),
    }
    return _("%(order)s: %(units)s of %(item)s, wanted on %(day)s, have no date: %(cause)s.") % facts


def say_cause(cause: str, outcome: PlanOutcome | None) -> str:
    """Return the leaf cause in words, with the part and whom it comes from."""
    said = str(words.CAUSES.get(cause, "")) or _("the plan knows nothing that brings them")
    where = _name_where(outcome) if outcome else ""
    return f"{said} ({where})" if where else said


def _name_where(outcome: PlanOutcome) -> str:
    item, place, source = outcome.cause_item, outcome.cause_location, outcome.cause_source
    supplier = source.supplier if source else None
    names = [pick(item.name) or item.code if item else "", supplier.name if supplier else place.name if place else ""]
    return ", ".join(filter(None, names))
