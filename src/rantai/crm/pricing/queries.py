"""Read prices and taxes for all lines of a document at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Case, Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce

from rantai.crm.pricing.models import Price, PriceList, PriceListAssignment, TaxRule
from rantai.crm.pricing.rules import NO_TAX, TaxTerms
from rantai.foundation.access import queries as access
from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company, TaxCode, TaxRate
from rantai.kernel.compiled import Compiled


@dataclass(frozen=True, slots=True)
class PriceAsk:
    """An item and the base units (1/10,000) for which its price is asked."""

    item_id: int
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPrice:
    """The price of one base unit, and the list that says so."""

    unit_price: int
    price_list_id: int


def list_price_lists(company_id: int, *, account_id: int | None, currency: str = "") -> list[PriceList]:
    """Return the lists that an account buys from, its own by rank and then the default one."""
    ranks = dict(_RANKS.read(account_id or 0))
    rows = [*_USUAL_LISTS.read(company_id), *_OWN_LISTS.read(company_id, list(ranks))]
    found = [row for row in rows if not currency or row.currency == currency]
    return sorted(found, key=lambda row: (ranks.get(row.pk, 10**6), row.pk))


_RANKS = Compiled(
    lambda account_id: PriceListAssignment.objects.filter(account_id=account_id).values_list("price_list_id", "rank")
)
_USUAL_LISTS = Compiled(
    lambda company_id: PriceList.objects.filter(company_id=company_id, archived_at=None, is_default=True)
)
_OWN_LISTS = Compiled(
    lambda company_id, ids: PriceList.objects.filter(company_id=company_id, archived_at=None, pk__in=ids).exclude(
        is_default=True
    )
)


def find_prices(
    asks: Sequence[PriceAsk], *, lists: Sequence[PriceList], on: date, territory_id: int | None = None
) -> list[FoundPrice | None]:
    """Return for each ask the price that holds, in two queries for any number of lines.

    Of the prices of the first list that has one: nearest territory, then highest quantity reached, then newest.
    """
    territories = access.list_territories_up(territory_id) if territory_id else []
    rows = list(_list_valid({ask.item_id for ask in asks}, lists, on).values_list(*_PRICE_COLUMNS))
    order = {price_list.pk: place for place, price_list in enumerate(lists)}
    near = {pk: place for place, pk in enumerate(territories)}
    by_item: dict[int, list[_PriceRow]] = {}
    for row in rows:
        if row[3] is None or row[3] in near:
            by_item.setdefault(row[1], []).append(row)

    def rank(row: _PriceRow) -> tuple[int, int, int, int]:
        place = near[row[3]] if row[3] is not None else len(near)
        return order[row[0]], place, -row[4], -(row[5].toordinal() if row[5] else 0)

    found: list[FoundPrice | None] = []
    for ask in asks:
        reached = [row for row in by_item.get(ask.item_id, ()) if row[4] <= ask.units]
        best = min(reached, key=rank, default=None)
        found.append(FoundPrice(unit_price=best[2], price_list_id=best[0]) if best else None)
    return found


def list_lists(company_id: int) -> QuerySet[PriceList]:
    """Return the lists in use with how many items and customers each has."""
    items = Price.objects.filter(price_list=OuterRef("pk")).order_by().values("price_list")
    buyers = PriceListAssignment.objects.filter(price_list=OuterRef("pk")).order_by().values("price_list")
    return PriceList.objects.filter(company_id=company_id, archived_at=None).annotate(
        item_count=Coalesce(Subquery(items.annotate(n=Count("item", distinct=True)).values("n")), 0),
        customer_count=Coalesce(Subquery(buyers.annotate(n=Count("pk")).values("n")), 0),
    )


def list_prices(held: PriceList, *, on: date) -> QuerySet[Price]:
    """Return the prices of a list: whether each holds now, and its margin over the item's standard cost."""
    standing = Case(
        When(valid_to__lte=on, then=Value("over")), When(valid_from__gt=on, then=Value("later")), default=Value("now")
    )
    cost, price = Cast("item__standard_cost", FloatField()), Cast("unit_price", FloatField())
    return Price.objects.filter(price_list=held).annotate(
        standing=standing,
        margin=Case(
            When(unit_price__gt=0, item__standard_cost__gt=0, then=1.0 - cost / price), output_field=FloatField()
        ),
        is_below_cost=Case(When(unit_price__lt=F("item__standard_cost"), then=True), default=False),
    )


def list_chosen(ids: Sequence[int], *, company_id: int) -> QuerySet[Price]:
    """Return prices of one list, the one of the first of them, by item."""
    first = Price.objects.filter(pk__in=ids[:1], price_list__company_id=company_id).values("price_list")
    rows = Price.objects.filter(pk__in=ids, price_list__in=first).select_related("item", "price_list")
    return rows.order_by("item__code", "minimum_quantity", "pk")


def count_priced_items(held: PriceList, *, on: date) -> int:
    """Count the items that have a price on a list today."""
    return list_prices(held, on=on).filter(Q(standing="now")).order_by().values("item").distinct().count()


def list_unpriced(held: PriceList, *, on: date) -> QuerySet[Item]:
    """Return the items for sale that a list has no price for today."""
    priced = list_prices(held, on=on).filter(Q(standing="now")).values("item_id")
    return Item.objects.filter(is_sold=True, is_blocked=False, archived_at=None).exclude(pk__in=priced).order_by("code")


def count_unpriced(company: Company, *, on: date) -> int:
    """Count the items for sale without a price for everyone in the company's currency."""
    usual = PriceList.objects.filter(company=company, currency=company.currency, is_default=True).first()
    return list_unpriced(usual, on=on).count() if usual else Item.objects.filter(is_sold=True, archived_at=None).count()


def list_assigned(account_id: int) -> set[int]:
    """Return the lists of an account's own."""
    return set(PriceListAssignment.objects.filter(account_id=account_id).values_list("price_list_id", flat=True))


def find_tax_terms(
    company_id: int,
    *,
    treatment: str,
    category_ids: Iterable[int | None],
    on: date,
    list_tax_code_id: int | None = None,
) -> dict[int | None, TaxTerms]:
    """Return the tax of each category of items as it holds on a day.

    A rule for the category wins, then one for any item, then the price list's code, then the company's usual one;
    reverse charge, export and exempt sales without a rule carry the company's first code of that kind.
    """
    rules: dict[int | None, int | None] = dict(_RULES.read(company_id, treatment))
    terms = _list_terms(company_id, on)
    fallback = _fallback(company_id, terms, treatment, list_tax_code_id)
    chosen: dict[int | None, TaxTerms] = {}
    for category_id in {None, *category_ids}:
        ruled = category_id in rules or None in rules
        code_id = rules.get(category_id, rules.get(None)) if ruled else fallback
        chosen[category_id] = terms.get(code_id, NO_TAX) if code_id else NO_TAX
    return chosen


_PriceRow = tuple[int, int, int, int | None, int, date | None]
_PRICE_COLUMNS = ("price_list_id", "item_id", "unit_price", "territory_id", "minimum_quantity", "valid_from")


def _list_valid(item_ids: set[int], lists: Sequence[PriceList], on: date) -> QuerySet[Price]:
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    return Price.objects.filter(begun, not_over, price_list__in=[row.pk for row in lists], item_id__in=item_ids)


def _list_terms(company_id: int, on: date) -> dict[int, TaxTerms]:
    """Return the company's codes with the rate of the day; a code without one then is left out."""
    codes = _CODES.read(company_id)
    rates = _RATES.read(company_id)
    held = {
        rate.tax_code_id: rate
        for rate in rates
        if rate.valid_from <= on and (rate.valid_to is None or rate.valid_to > on)
    }
    return {
        code.pk: TaxTerms(
            code=code.code,
            tax_code_id=code.pk,
            rate=held[code.pk].rate,
            base=Fraction(held[code.pk].base_numerator, held[code.pk].base_denominator),
            is_inclusive=code.is_inclusive,
            is_reverse_charge=code.is_reverse_charge,
        )
        for code in codes
        if code.pk in held
    }


_RULES = Compiled(
    lambda company_id, treatment: TaxRule.objects.filter(company_id=company_id, treatment=treatment).values_list(
        "category_id", "tax_code_id"
    )
)
_CODES = Compiled(lambda company_id: TaxCode.objects.filter(company_id=company_id, archived_at=None).order_by("id"))
_RATES = Compiled(lambda company_id: TaxRate.objects.filter(tax_code__company_id=company_id).order_by("valid_from"))


def _fallback(company_id: int, terms: dict[int, TaxTerms], treatment: str, list_tax_code_id: int | None) -> int | None:
    if treatment == "reverse_charge":
        return next((pk for pk, term in terms.items() if term.is_reverse_charge), None)
    if treatment == "export":
        return next((pk for pk, term in terms.items() if not (term.rate or term.is_reverse_charge)), None)
    if treatment == "exempt":
        return next((pk for pk, term in terms.items() if term.code == "NONE"), None)
    if list_tax_code_id:
        return list_tax_code_id
    usual = parties.get_company(company_id).settings.get("tax_code")
    return next((pk for pk, term in terms.items() if term.code == usual), None)
