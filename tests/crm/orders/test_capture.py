from datetime import date
from fractions import Fraction

import pytest
from django.db import connection, transaction

from rantai.crm.accounts.models import Account
from rantai.crm.accounts.queries import UnknownCustomer
from rantai.crm.messages import OrderLineDraft
from rantai.crm.orders.actions import capturing
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import drafts
from rantai.crm.orders.queries.drafts import OrderRefused
from rantai.foundation.items.models import ItemUnit, Unit
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import PartyRole
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import Quantity
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transitions import IllegalTransition
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db
RUPIAH = 10_000


def capture(account, lines, **facts):
    with transaction.atomic():
        return capturing.capture_order(crm.make_draft(account, lines, **facts))


def problems_of(account, lines, **facts):
    with pytest.raises(OrderRefused) as caught:
        capture(account, lines, **facts)
    assert not SalesOrder.objects.exists()
    assert not SalesOrderLine.objects.exists()
    return [(problem.line, problem.field) for problem in caught.value.problems]


def test_an_order_is_the_sum_of_its_lines_with_their_tax():
    account = crm.make_customer()
    monitor, cable = crm.make_priced_item(price="1250000"), crm.make_priced_item(price="33333")

    order = capture(account, [(monitor, 2), (cable, 3)], customer_reference="4711")

    assert (order.state, order.number, order.currency) == ("draft", "", "IDR")
    assert order.net == (2_500_000 + 99_999) * RUPIAH
    assert order.tax == 286_000 * RUPIAH  # 11 % of 2,599,999 is 285,999.89
    assert order.total == order.net + order.tax
    lines = SalesOrderLine.objects.filter(order=order).order_by("number")
    assert [(line.number, line.units, line.price_origin) for line in lines] == [
        (1, 2 * RUPIAH, "list"),
        (2, 3 * RUPIAH, "list"),
    ]
    assert sum(line.tax for line in lines) == order.tax
    assert order.requested_on == date(2026, 11, 12)
    assert AuditEntry.objects.filter(ref_kind="sales_order", ref_id=order.pk, action="captured").count() == 1


def test_a_line_keeps_what_was_typed_and_what_it_is_in_base_units():
    account = crm.make_customer()
    item = crm.make_priced_item(price="1000")
    box, _made = Unit.objects.get_or_create(code="BX", defaults={"name": {"en": "Box"}})
    ItemUnit.objects.create(item=item, unit=box, numerator=12)

    order = capture(
        account,
        [
            OrderLineDraft(
                item_id=item.pk, quantity=Quantity.parse("2.5"), unit_code="BX", requested_on=date(2026, 11, 9)
            )
        ],
    )

    line = SalesOrderLine.objects.get(order=order)
    assert (line.quantity, line.unit_code, Fraction(line.factor_numerator, line.factor_denominator)) == (
        25_000,
        "BX",
        12,
    )
    assert line.units == 30 * RUPIAH
    assert line.unit_price == 12_000 * RUPIAH
    assert line.net == 30_000 * RUPIAH


def test_a_typed_price_and_a_discount_count():
    account = crm.make_customer()
    item = foundation.make_item()

    order = capture(
        account,
        [
            OrderLineDraft(
                item_id=item.pk,
                quantity=Quantity.of(3),
                requested_on=date(2026, 11, 9),
                unit_price=Quantity.parse("1000.50").amount,
                discount=1000,
            )
        ],
    )

    line = SalesOrderLine.objects.get(order=order)
    assert (line.price_origin, line.net) == ("typed", 2_701 * RUPIAH)  # 2,701.35


def test_a_charge_is_billed_but_operations_never_see_it():
    account = crm.make_customer()
    item, postage = crm.make_priced_item(), crm.make_priced_item(kind="charge", price="25000")

    order = capture(account, [(item, 1), (postage, 1)])

    assert order.line_count == 2
    assert [row.line.item_id for row in ScheduleLine.objects.filter(order=order)] == [item.pk]


def test_a_party_that_buys_for_the_first_time_becomes_a_customer():
    foundation.make_company()
    party = foundation.make_party(role="supplier")
    item = crm.make_priced_item()
    account = Account(party=party)

    order = capture(account, [(item, 1)])

    assert order.account.party_id == party.pk
    assert PartyRole.objects.filter(party=party, role="customer").exists()


def test_an_alias_buys_as_its_canonical_party():
    survivor, alias = crm.make_customer(), crm.make_customer()
    with transaction.atomic():
        parties.merge_parties(survivor.party_id, alias_id=alias.party_id, by="user:1")

    order = capture(alias, [(crm.make_priced_item(), 1)])

    assert (order.party_id, order.account_id) == (survivor.party_id, survivor.pk)


def test_goods_go_to_the_usual_address_unless_another_is_named():
    account = crm.make_customer()
    other = foundation.make_address(account.party, street="Jalan Mawar 2")
    item = crm.make_priced_item()

    usual, named = capture(account, [(item, 1)]), capture(account, [(item, 1)], ship_to_id=other.pk)

    assert usual.ship_to.street == "Jalan Melati 1"
    assert named.ship_to == other


@pytest.mark.parametrize("amount", [0, -1, -50_000, 10**13 + 1, 10**15])
def test_a_quantity_outside_the_bounds_is_refused(amount):
    account = crm.make_customer()
    item = crm.make_priced_item()
    line = OrderLineDraft(item_id=item.pk, quantity=Quantity(amount), requested_on=date(2026, 11, 9))

    assert problems_of(account, [line]) == [(0, "quantity")]


@pytest.mark.parametrize("text", ["1e30", "NaN", "Infinity", "abc", "1.00001"])
def test_a_quantity_that_is_no_number_never_reaches_a_draft(text):
    with pytest.raises(ValueError, match=r"is not a quantity|largest quantity"):
        Quantity.parse(text)


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2026, 11, 1), date(2999, 1, 1)])
def test_a_date_in_the_past_or_far_away_is_refused(day):
    account = crm.make_customer()
    line = OrderLineDraft(item_id=crm.make_priced_item().pk, quantity=Quantity.of(1), requested_on=day)

    assert problems_of(account, [line]) == [(0, "requested_on")]


def test_every_problem_of_every_line_is_named_at_once():
    account = crm.make_customer()
    blocked = crm.make_priced_item(is_blocked=True)
    good, unpriced = crm.make_priced_item(), foundation.make_item()
    wrong = OrderLineDraft(item_id=good.pk, quantity=Quantity.of(0), unit_code="", requested_on=date(1900, 1, 1))
    unit = OrderLineDraft(item_id=good.pk, quantity=Quantity.of(1), unit_code="BX", requested_on=date(2026, 11, 9))
    unknown = OrderLineDraft(item_id=10**9, quantity=Quantity.of(1), requested_on=date(2026, 11, 9))

    found = problems_of(account, [(blocked, 1), unknown, wrong, unit, (unpriced, 1)])

    assert found == [(0, "item"), (1, "item"), (2, "quantity"), (2, "requested_on"), (3, "unit")]
    assert problems_of(account, [(unpriced, 1)]) == [(0, "unit_price")]


def test_an_order_without_lines_or_for_nobody_is_refused():
    account = crm.make_customer()
    assert problems_of(account, []) == [(-1, "lines")]

    with pytest.raises(UnknownCustomer), transaction.atomic():
        capturing.capture_order(crm.make_draft(Account(party_id=10**9), [(crm.make_priced_item(), 1)]))
    assert not SalesOrder.objects.exists()


def test_an_amount_that_the_books_cannot_hold_is_refused():
    account = crm.make_customer()
    item = crm.make_priced_item()
    line = OrderLineDraft(item_id=item.pk, quantity=Quantity(10**13), requested_on=date(2026, 11, 9), unit_price=10**17)

    assert problems_of(account, [line]) == [(-1, "lines")]


def test_a_foreign_currency_needs_a_rate():
    account = crm.make_customer(terms={"currency": "USD"})
    item = foundation.make_item()
    line = OrderLineDraft(
        item_id=item.pk, quantity=Quantity.of(1), requested_on=date(2026, 11, 9), unit_price=50 * RUPIAH
    )

    assert problems_of(account, [line]) == [(-1, "currency")]


def test_a_draft_is_edited_by_replacing_it_and_the_older_form_is_refused():
    account = crm.make_customer()
    first, second = crm.make_priced_item(price="100"), crm.make_priced_item(price="200")
    order = capture(account, [(first, 1), (second, 1)])
    draft = crm.make_draft(account, [(second, 4)])

    with transaction.atomic():
        capturing.edit_draft(order, draft=draft, expected_revision=1)

    order.refresh_from_db()
    assert (order.revision, order.line_count, order.net) == (2, 1, 800 * RUPIAH)
    assert ScheduleLine.objects.filter(order=order).count() == 1
    with pytest.raises(RevisionConflict), transaction.atomic():
        capturing.edit_draft(order, draft=crm.make_draft(account, [(first, 9)]), expected_revision=1)
    order.refresh_from_db()
    assert order.net == 800 * RUPIAH


def test_a_cancelled_draft_is_not_edited():
    account = crm.make_customer()
    item = crm.make_priced_item()
    order = capture(account, [(item, 1)])
    SalesOrder.objects.filter(pk=order.pk).update(state="cancelled")
    order.refresh_from_db()

    with pytest.raises(IllegalTransition), transaction.atomic():
        capturing.edit_draft(order, draft=crm.make_draft(account, [(item, 2)]), expected_revision=1)


def test_a_quote_writes_nothing():
    account = crm.make_customer()
    draft = crm.make_draft(account, [(crm.make_priced_item(price="100"), 3)])
    written = []

    def note(execute, sql, params, many, context):
        written.append(sql) if not sql.startswith("SELECT") else None
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        priced = drafts.price_draft(draft)

    assert not written
    assert (priced.document.net, priced.document.tax) == (300 * RUPIAH, 33 * RUPIAH)


def test_a_hundred_lines_are_captured_by_as_many_queries_as_one(django_assert_max_num_queries):
    account = crm.make_customer()
    items = [crm.make_priced_item() for _number in range(100)]
    draft = crm.make_draft(account, [(item, 1) for item in items])

    with transaction.atomic(), django_assert_max_num_queries(24):
        capturing.capture_order(draft)
