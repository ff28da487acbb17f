"""Set up price lists and put prices on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rantai.crm.pricing.models import Price, PriceList, PriceListAssignment
from rantai.kernel import audit
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class ListInAnotherCurrency(ValueError):
    """Prices in one currency for a list in another."""

    def __init__(self, price_list: PriceList, currency: str) -> None:
        self.price_list, self.currency = price_list, currency
        super().__init__(
            _("Price list %(list)s is in %(held)s; these prices are in %(currency)s. Use another list for them.")
            % {"list": price_list, "held": price_list.currency, "currency": currency}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceRow:
    """One price as a file or a form names it: 1/10,000 of the list's currency for one base unit."""

    item_id: int
    unit_price: int
    minimum_quantity: int = 0
    territory_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def add_price_list(
    code: str, *, company_id: int, currency: str, name: dict[str, str], is_default: bool = False,
    tax_code_id: int | None = None, by: str,
) -> PriceList:  # fmt: skip
    """Add an empty price list; the first of its currency is the default."""
    require_transaction()
    first = not PriceList.objects.filter(company_id=company_id, currency=currency, is_default=True).exists()
    if is_default and not first:
        PriceList.objects.filter(company_id=company_id, currency=currency).update(is_default=False)
    row = PriceList.objects.create(
        company_id=company_id, code=code, currency=currency, name=name, is_default=is_default or first,
        tax_code_id=tax_code_id,
    )  # fmt: skip
    audit.record(DocRef("price_list", row.pk), action="added", by=by)
    return row


def set_prices(code: str, *, company_id: int, currency: str, rows: Sequence[PriceRow], by: str) -> tuple[int, ...]:
    """Put prices on the list of this code, adding the list where there is none; return the places of changed rows.

    Raises ListInAnotherCurrency.
    """
    require_transaction()
    found = PriceList.objects.filter(company_id=company_id, code=code).first()
    if found and found.currency != currency:
        raise ListInAnotherCurrency(found, currency)
    held = found or add_price_list(code, company_id=company_id, currency=currency, name={"en": code}, by=by)
    return upsert_prices(held.pk, rows, by=by)


def upsert_prices(price_list_id: int, rows: Sequence[PriceRow], *, by: str) -> tuple[int, ...]:
    """Add or change prices in bulk, one for each item, territory, minimum and first day; return the places changed."""
    require_transaction()
    stored = _read_stored(price_list_id, sorted({row.item_id for row in rows}))
    new: dict[_Key, Price] = {}
    changed: dict[_Key, Price] = {}
    places = []
    for place, row in enumerate(rows):
        key = (row.item_id, row.territory_id, row.minimum_quantity, row.valid_from)
        price = stored.get(key)
        if price is None:
            stored[key] = new[key] = _make(price_list_id, row)
        elif (price.unit_price, price.valid_to) != (row.unit_price, row.valid_to):
            price.unit_price, price.valid_to = row.unit_price, row.valid_to
            if key not in new:
                changed[key] = price
        else:
            continue
        places.append(place)
    Price.objects.bulk_create(new.values(), batch_size=500)
    Price.objects.bulk_update(changed.values(), ["unit_price", "valid_to"], batch_size=300)
    if places:
        audit.record(
            DocRef("price_list", price_list_id), action="priced", by=by,
            changes={"added": [0, len(new)], "changed": [0, len(changed)]},
        )  # fmt: skip
    return tuple(places)


def assign_price_list(account_id: int, *, price_list_id: int, rank: int = 1) -> None:
    """Let an account buy from a list."""
    require_transaction()
    PriceListAssignment.objects.update_or_create(
        account_id=account_id, price_list_id=price_list_id, defaults={"rank": rank}
    )


_Key = tuple[int, int | None, int, date | None]


def _read_stored(price_list_id: int, items: Sequence[int]) -> dict[_Key, Price]:
    stored: dict[_Key, Price] = {}
    for start in range(0, len(items), 500):
        for price in Price.objects.filter(price_list_id=price_list_id, item_id__in=items[start : start + 500]):
            stored[price.item_id, price.territory_id, price.minimum_quantity, price.valid_from] = price
    return stored


def _make(price_list_id: int, row: PriceRow) -> Price:
    return Price(
        price_list_id=price_list_id, item_id=row.item_id, unit_price=row.unit_price,
        minimum_quantity=row.minimum_quantity, territory_id=row.territory_id,
        valid_from=row.valid_from, valid_to=row.valid_to,
    )  # fmt: skip
