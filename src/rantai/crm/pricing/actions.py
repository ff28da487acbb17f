"""Set up price lists and put prices on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from rantai.crm.pricing.models import Price, PriceList, PriceListAssignment
from rantai.kernel import audit, money, revisions
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


class PriceStandsAlready(ValueError):
    """A price that would say the same as another one: same item, place, quantity and first day."""

    def __init__(self, price: Price) -> None:
        self.price = price
        super().__init__(
            _("There is a price of %(item)s with this place, quantity and first day already. Change that one.")
            % {"item": price.item.code}
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Repricing:
    """A price and what it would be from a day on."""

    price: Price
    unit_price: int
    starts_on: date


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


def edit_price_list(
    held: PriceList, *, code: str, name: dict[str, str], is_default: bool, tax_code_id: int | None,
    expected_revision: int, by: str,
) -> None:  # fmt: skip
    """Change what a list is called and for whom it holds; raises RevisionConflict."""
    require_transaction()
    if is_default and not held.is_default:
        others = PriceList.objects.filter(company_id=held.company_id, currency=held.currency, is_default=True)
        others.update(is_default=False)
    revisions.take(
        held, expected=expected_revision, code=code, name=name, is_default=is_default, tax_code_id=tax_code_id
    )
    audit.record(DocRef("price_list", held.pk), action="edited", by=by)


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


def edit_price(price: Price, *, row: PriceRow, by: str) -> None:
    """Change one price; raises PriceStandsAlready where another one has its item, place, quantity and first day."""
    require_transaction()
    same = Price.objects.filter(
        Q(territory_id=row.territory_id), price_list_id=price.price_list_id, item_id=price.item_id,
        minimum_quantity=row.minimum_quantity, valid_from=row.valid_from,
    )  # fmt: skip
    if same.exclude(pk=price.pk).exists():
        raise PriceStandsAlready(price)
    Price.objects.filter(pk=price.pk).update(
        unit_price=row.unit_price, minimum_quantity=row.minimum_quantity, territory_id=row.territory_id,
        valid_from=row.valid_from, valid_to=row.valid_to,
    )  # fmt: skip
    changes = {"unit_price": [price.unit_price, row.unit_price], "item": [price.item_id, price.item_id]}
    audit.record(DocRef("price_list", price.price_list_id), action="priced", by=by, changes=changes)


def plan_repricing(
    prices: Sequence[Price], *, share: int, starts_on: date, round_to: int | None = None
) -> list[Repricing]:
    """Return what prices that still hold on a day would be, changed by a share in 1/10,000 and rounded half-up."""
    plans = []
    for price in prices:
        if price.valid_to and price.valid_to <= starts_on:
            continue
        raised = money.round_half_up(price.unit_price * (10_000 + share), 10_000)
        if round_to:
            raised = money.round_half_up(raised, round_to) * round_to
        else:
            raised = money.round_to_minor(raised, price.price_list.currency)
        plans.append(Repricing(price=price, unit_price=raised, starts_on=max(starts_on, price.valid_from or starts_on)))
    return plans


def reprice(held: PriceList, *, plans: Sequence[Repricing], by: str) -> int:
    """Let planned prices hold from their day on, ending those before them; return how many changed.

    What holds until then stays on the list, so that an order of an earlier day is priced as it was.
    """
    require_transaction()
    changed = [plan for plan in plans if plan.unit_price != plan.price.unit_price]
    at_once = [plan for plan in changed if plan.price.valid_from and plan.price.valid_from >= plan.starts_on]
    for plan in at_once:
        plan.price.unit_price = plan.unit_price
    Price.objects.bulk_update([plan.price for plan in at_once], ["unit_price"], batch_size=300)
    later = [plan for plan in changed if plan not in at_once]
    rows = [
        PriceRow(
            item_id=plan.price.item_id, unit_price=plan.unit_price, minimum_quantity=plan.price.minimum_quantity,
            territory_id=plan.price.territory_id, valid_from=plan.starts_on, valid_to=plan.price.valid_to,
        )
        for plan in later
    ]  # fmt: skip
    for plan in later:
        plan.price.valid_to = plan.starts_on
    Price.objects.bulk_update([plan.price for plan in later], ["valid_to"], batch_size=300)
    if rows:
        upsert_prices(held.pk, rows, by=by)
    elif at_once:
        audit.record(DocRef("price_list", held.pk), action="priced", by=by, changes={"changed": [0, len(at_once)]})
    return len(changed)


def unassign_price_list(account_id: int, *, price_list_id: int) -> None:
    """Let an account no longer buy from a list."""
    require_transaction()
    PriceListAssignment.objects.filter(account_id=account_id, price_list_id=price_list_id).delete()


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
