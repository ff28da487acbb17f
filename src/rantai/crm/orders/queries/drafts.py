"""Check and price what a customer wants to order, without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from django.utils.translation import gettext as _

from rantai.crm.accounts import queries as accounts
from rantai.crm.accounts.models import Account
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.crm.pricing import queries as pricing
from rantai.crm.pricing import rules as amounts
from rantai.crm.pricing.models import PriceList
from rantai.foundation.items.models import Item, ItemUnit
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Address, Company
from rantai.kernel import clock, money
from rantai.kernel.compiled import Compiled
from rantai.kernel.quantities import MAX_AMOUNT, Quantity, QuantityOutOfRange, UnitDoesNotDivide

MAX_LINES = 1000
FURTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProblem:
    """What is wrong with one field of one line; line −1 is the order itself."""

    line: int
    field: str
    text: str


class OrderRefused(Exception):
    """An order that cannot be taken as it is: every problem at once."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(_say(problem) for problem in problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedLine:
    """A line ready to be written: typed and base quantity, price, tax and amounts."""

    item: Item
    quantity: int
    unit_code: str
    factor: Fraction
    units: int
    requested_on: date
    unit_price: int
    price_origin: str
    discount: int
    terms: amounts.TaxTerms
    net: int
    tax: int
    location_id: int | None = None

    @property
    def is_stocked(self) -> bool:
        """Whether operations supply it; services and charges are only billed."""
        return self.item.kind == "stocked"


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedDraft:
    """An order ready to be written."""

    company: Company
    account: Account | None
    party_id: int
    ship_to_id: int | None
    bill_to_id: int | None
    territory_id: int | None
    currency: str
    rate: int
    ordered_on: date
    lines: tuple[PricedLine, ...]
    document: amounts.DocumentTax


@dataclass
class _Check:
    """Problems found so far."""

    problems: list[LineProblem] = field(default_factory=list)

    def note(self, line: int, name: str, text: str) -> None:
        self.problems.append(LineProblem(line=line, field=name, text=text))

    def finish(self) -> None:
        if self.problems:
            raise OrderRefused(self.problems)


def price_draft(draft: OrderDraft) -> PricedDraft:
    """Check a draft and work its amounts out; raises OrderRefused with every problem, UnknownCustomer."""
    check = _Check()
    company = parties.get_company(draft.company_id)
    account = accounts.find_account(draft.party_id)
    ordered_on = clock.business_date(draft.as_of, company.zone)
    lists = _list_price_lists(draft, account)
    currency = _choose_currency(draft, account, lists, company)
    rate = parties.find_rate(currency, company.currency, ordered_on)
    if rate is None:
        text = _("There is no exchange rate from %(currency)s to %(base)s. Enter one first.")
        check.note(-1, "currency", text % {"currency": currency, "base": company.currency})
    if not 0 < len(draft.lines) <= MAX_LINES:
        check.note(-1, "lines", _("An order has between 1 and %(most)s lines.") % {"most": MAX_LINES})
    wanted = {line.item_id for line in draft.lines}
    items = {item.pk: item for item in _ITEMS.read(sorted(wanted))}
    factors = _list_factors(draft.lines, items)
    for number, line in enumerate(draft.lines):
        _check_line(check, number, line, items.get(line.item_id), factors, ordered_on)
    check.finish()
    place = _Place.of(draft, account)
    lines = _price_lines(
        check, draft, items, factors, [row for row in lists if row.currency == currency], place, ordered_on
    )
    check.finish()
    priced, document = _tax_lines(check, lines, draft, account, currency, ordered_on, lists)
    check.finish()
    return PricedDraft(
        company=company, account=account, party_id=account.party_id if account else draft.party_id,
        ship_to_id=place.ship_to_id, bill_to_id=place.bill_to_id, territory_id=place.territory_id,
        currency=currency, rate=rate or 0, ordered_on=ordered_on, lines=priced, document=document,
    )  # fmt: skip


_ITEMS = Compiled(lambda ids: Item.objects.select_related("base_unit").filter(pk__in=ids))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where an order goes."""

    ship_to_id: int | None
    bill_to_id: int | None
    territory_id: int | None

    @classmethod
    def of(cls, draft: OrderDraft, account: Account | None) -> _Place:
        """Take what the draft names, else the customer's usual places."""
        places = list(accounts.list_addresses(draft.party_id))
        ship_to = _pick(places, draft.ship_to_id, "ship")
        bill_to = _pick(places, draft.bill_to_id, "bill") or ship_to
        territory = draft.territory_id or (ship_to and ship_to.territory_id) or (account and account.territory_id)
        return cls(
            ship_to_id=ship_to.pk if ship_to else None,
            bill_to_id=bill_to.pk if bill_to else None,
            territory_id=territory or None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _UntaxedLine:
    """A line with its amount before tax is known."""

    item: Item
    line: OrderLineDraft
    unit_code: str
    factor: Fraction
    units: int
    unit_price: int
    price_origin: str


def _pick(places: Sequence[Address], wanted: int | None, kind: str) -> Address | None:
    if wanted:
        return next((place for place in places if place.pk == wanted), None)
    return next((place for place in places if place.kind == kind), None) or next(iter(places), None)


def _list_price_lists(draft: OrderDraft, account: Account | None) -> list[PriceList]:
    currency = draft.currency or (account.currency if account else "")
    return pricing.list_price_lists(draft.company_id, account_id=account.pk if account else None, currency=currency)


def _choose_currency(draft: OrderDraft, account: Account | None, lists: Sequence[PriceList], company: Company) -> str:
    asked = draft.currency or (account.currency if account else "")
    if asked:
        return asked
    own = [row for row in lists if not row.is_default]
    return own[0].currency if own else company.currency


def _list_factors(lines: Sequence[OrderLineDraft], items: dict[int, Item]) -> dict[tuple[int, str], Fraction]:
    asked = {(line.item_id, line.unit_code) for line in lines if line.unit_code and line.item_id in items}
    if not asked:
        return {}
    rows = ItemUnit.objects.filter(item_id__in=[item_id for item_id, _code in asked])
    return {
        (item_id, code): Fraction(numerator, denominator)
        for item_id, code, numerator, denominator in rows.values_list(
            "item_id", "unit__code", "numerator", "denominator"
        )
    }


def _check_line(
    check: _Check, place: int, line: OrderLineDraft, item: Item | None,
    factors: dict[tuple[int, str], Fraction], ordered_on: date,
) -> None:  # fmt: skip
    if item is None or item.archived_at:
        check.note(place, "item", _("There is no such item. Choose one from the list."))
    elif item.is_blocked or not item.is_sold:
        text = _("%(item)s takes no new orders: it is blocked or not for sale. Choose another item.")
        check.note(place, "item", text % {"item": item.code})
    if line.quantity.amount <= 0:
        check.note(place, "quantity", _("Type a quantity above zero."))
    elif line.quantity.amount > MAX_AMOUNT:
        text = _("The largest quantity of a line is %(most)s. Check the figure.")
        check.note(place, "quantity", text % {"most": f"{MAX_AMOUNT // 10_000:,}"})
    elif item is not None and _find_factor(line, item, factors) is None:
        text = _("%(item)s is not sold by %(unit)s. Choose one of its units.")
        check.note(place, "unit", text % {"item": item.code, "unit": line.unit_code})
    if line.requested_on < ordered_on:
        check.note(place, "requested_on", _("This date is before the order's own. Choose today or later."))
    elif line.requested_on > ordered_on + FURTHEST:
        check.note(place, "requested_on", _("This date is more than five years away. Check the year."))
    if line.unit_price is not None and not 0 <= line.unit_price <= money.MAX_AMOUNT:
        check.note(place, "unit_price", _("A price is zero or more, and below ten million million."))
    if not 0 <= line.discount <= amounts.SHARE_SCALE:
        check.note(place, "discount", _("A discount is between 0 and 100 %."))


def _find_factor(line: OrderLineDraft, item: Item, factors: dict[tuple[int, str], Fraction]) -> Fraction | None:
    if not line.unit_code:
        return Fraction(1)
    found = factors.get((item.pk, line.unit_code))
    if found is None and item.base_unit.code == line.unit_code:
        return Fraction(1)
    return found


def _price_lines(
    check: _Check, draft: OrderDraft, items: dict[int, Item], factors: dict[tuple[int, str], Fraction],
    lists: Sequence[PriceList], place: _Place, on: date,
) -> list[_UntaxedLine]:  # fmt: skip
    units = [_convert(check, number, line, items, factors) for number, line in enumerate(draft.lines)]
    asks = [pricing.PriceAsk(line.item_id, count) for line, count in zip(draft.lines, units, strict=True)]
    wanted = any(line.unit_price is None for line in draft.lines)
    found = pricing.find_prices(asks, lists=lists, on=on, territory_id=place.territory_id) if wanted else []
    lines = []
    for number, line in enumerate(draft.lines):
        item = items[line.item_id]
        factor = _find_factor(line, item, factors) or Fraction(1)
        listed = found[number] if found else None
        if line.unit_price is None and listed is None:
            text = _("%(item)s has no price for this customer on %(date)s. Type one, or add it to a price list.")
            check.note(number, "unit_price", text % {"item": item.code, "date": on.isoformat()})
            continue
        lines.append(
            _UntaxedLine(
                item=item,
                line=line,
                unit_code=line.unit_code or item.base_unit.code,
                factor=factor,
                units=units[number],
                price_origin="list" if line.unit_price is None else "typed",
                unit_price=_per_typed_unit(listed, factor) if line.unit_price is None else line.unit_price,
            )
        )
    return lines


def _convert(
    check: _Check, number: int, line: OrderLineDraft, items: dict[int, Item],
    factors: dict[tuple[int, str], Fraction],
) -> int:  # fmt: skip
    factor = _find_factor(line, items[line.item_id], factors) or Fraction(1)
    try:
        units = Quantity(line.quantity.amount).convert(factor).amount
    except (UnitDoesNotDivide, QuantityOutOfRange) as error:
        check.note(number, "quantity", str(error))
        return 0
    if units > MAX_AMOUNT:
        check.note(number, "quantity", str(QuantityOutOfRange(f"{units // 10_000:,}")))
    return units


def _per_typed_unit(listed: pricing.FoundPrice | None, factor: Fraction) -> int:
    assert listed is not None
    return money.round_half_up(listed.unit_price * factor.numerator, factor.denominator)


def _tax_lines(
    check: _Check, lines: Sequence[_UntaxedLine], draft: OrderDraft, account: Account | None,
    currency: str, on: date, lists: Sequence[PriceList],
) -> tuple[tuple[PricedLine, ...], amounts.DocumentTax]:  # fmt: skip
    terms_by_category = pricing.find_tax_terms(
        draft.company_id,
        treatment=account.tax_treatment if account else "domestic",
        category_ids={line.item.category_id for line in lines},
        on=on,
        list_tax_code_id=next((row.tax_code_id for row in lists if row.currency == currency), None),
    )
    terms = [terms_by_category[line.item.category_id] for line in lines]
    priced = [
        amounts.extend_line(row.unit_price, row.line.quantity.amount, discount=row.line.discount, currency=currency)
        for row in lines
    ]
    if sum(priced) > money.MAX_AMOUNT // 2:
        check.note(-1, "lines", str(money.AmountTooLarge(sum(priced))))
        check.finish()
    document = amounts.work_out_tax(priced, terms, currency=currency)
    made = tuple(
        PricedLine(
            item=row.item,
            quantity=row.line.quantity.amount,
            unit_code=row.unit_code,
            factor=row.factor,
            units=row.units,
            requested_on=row.line.requested_on,
            unit_price=row.unit_price,
            price_origin=row.price_origin,
            discount=row.line.discount,
            terms=term,
            net=amount.net,
            tax=amount.tax,
            location_id=row.line.location_id,
        )
        for row, term, amount in zip(lines, terms, document.lines, strict=True)
    )
    return made, document


def _say(problem: LineProblem) -> str:
    if problem.line < 0:
        return problem.text
    return _("Line %(number)s: %(text)s") % {"number": problem.line + 1, "text": problem.text}
