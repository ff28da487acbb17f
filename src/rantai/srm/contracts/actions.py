"""Keep prices and agreements; what a source costs follows its supplier's price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rantai.foundation.items.actions import sources
from rantai.foundation.items.models import Source
from rantai.kernel import audit, clock
from rantai.kernel.money import MAX_AMOUNT as MAX_MONEY
from rantai.kernel.quantities import MAX_AMOUNT as MAX_UNITS
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm.contracts import queries
from rantai.srm.contracts.models import PurchaseAgreement, SupplierPrice


class BadPrice(ValueError):
    """A price that nobody can have meant."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceRow:
    """A price of a base unit from a quantity on, in 1/10,000."""

    item_id: int
    currency: str
    unit_cost: int
    valid_from: date
    valid_to: date | None = None
    from_units: int = 0


def add_agreement(
    supplier_id: int,
    *,
    company_id: int,
    number: str,
    currency: str,
    valid_from: date,
    valid_to: date | None = None,
    note: str = "",
    by: str,
) -> PurchaseAgreement:
    """Record a frame contract."""
    require_transaction()
    agreement = PurchaseAgreement.objects.create(
        company_id=company_id,
        supplier_id=supplier_id,
        number=number,
        currency=currency,
        valid_from=valid_from,
        valid_to=valid_to,
        note=note,
    )
    audit.record(DocRef("purchase_agreement", agreement.pk), action="added", by=by)
    return agreement


def set_prices(
    supplier_id: int, rows: Sequence[PriceRow], *, by: str, on: date, agreement: PurchaseAgreement | None = None
) -> int:
    """Set a supplier's prices; return how many are new or differ.

    A price of the same item, currency, break and first day is replaced, its row archived. The supplier's sources cost
    from then on what the price at their minimum is. Raises BadPrice before anything is written.
    """
    require_transaction()
    for row in rows:
        _check(row)
    changed = [row for row in rows if _set(supplier_id, row, agreement)]
    for item_id in sorted({row.item_id for row in changed}):
        _cost_sources(supplier_id, item_id, on=on, by=by)
    if changed:
        audit.record(DocRef("supplier", supplier_id), action="prices", by=by, changes={"prices": [None, len(changed)]})
    return len(changed)


def _check(row: PriceRow) -> None:
    if not 0 <= row.unit_cost <= MAX_MONEY:
        raise BadPrice(_("A price cannot be negative or above the largest amount. Check the figure."))
    if not 0 <= row.from_units <= MAX_UNITS:
        raise BadPrice(_("A price break cannot be negative or above the largest quantity. Check the figure."))
    if len(row.currency) != 3 or not row.currency.isalpha():
        raise BadPrice(_("'%(code)s' is no currency. Use three letters such as IDR.") % {"code": row.currency})
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        raise BadPrice(_("A price must end after it begins. Check the days."))


def _set(supplier_id: int, row: PriceRow, agreement: PurchaseAgreement | None) -> bool:
    same = SupplierPrice.objects.filter(
        supplier_id=supplier_id,
        item_id=row.item_id,
        currency=row.currency,
        from_units=row.from_units,
        valid_from=row.valid_from,
        archived_at=None,
    )
    known = same.first()
    if known is not None and (known.unit_cost, known.valid_to) == (row.unit_cost, row.valid_to):
        return False
    same.update(archived_at=clock.now())
    SupplierPrice.objects.create(
        supplier_id=supplier_id,
        agreement=agreement,
        item_id=row.item_id,
        currency=row.currency,
        from_units=row.from_units,
        unit_cost=row.unit_cost,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
    return True


def _cost_sources(supplier_id: int, item_id: int, *, on: date, by: str) -> None:
    rows = Source.objects.filter(
        supplier_id=supplier_id, item_id=item_id, kind__in=["buy", "dropship"], archived_at=None
    )
    for source in rows.order_by("id"):
        found = queries.list_prices(supplier_id, on=on).filter(item_id=item_id)
        currency = source.currency or found.values_list("currency", flat=True).first() or ""
        cost = queries.find_price(
            supplier_id, item_id=item_id, units=max(source.minimum, source.multiple), on=on, currency=currency
        )
        if cost is not None and (cost, currency) != (source.cost, source.currency):
            sources.edit_source(
                source,
                values={"cost": cost, "currency": currency, "is_placeholder": source.is_placeholder},
                expected_revision=source.revision,
                by=by,
            )
