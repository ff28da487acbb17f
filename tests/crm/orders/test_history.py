from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rantai.crm import facade
from rantai.crm.accounts.models import Account
from rantai.crm.messages import HistoryLines
from rantai.crm.orders.actions import history
from rantai.crm.orders.models import PastOrderLine, PastRun
from rantai.crm.orders.queries import past
from rantai.kernel.models import Event
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db
START = datetime(2010, 1, 1, 9, 0, tzinfo=UTC)
UNIT = 10_000


def make_lines(import_id=1, *, documents=5, returns=()):
    """Documents of two lines each, a day apart, in turn for three customers."""
    company = foundation.make_company()
    parties = [foundation.make_party(f"Buyer {import_id}-{number}").pk for number in range(3)]
    item = foundation.make_item()
    count = documents * 2
    return HistoryLines(
        import_id=import_id,
        company_id=company.pk,
        currency="GBP",
        invoice=[str(489_000 + import_id * 1000 + place // 2) for place in range(count)],
        line_number=[place % 2 + 1 for place in range(count)],
        kind=["return" if place in returns else "sale" for place in range(count)],
        sale_key=["489/1" if place in returns else "" for place in range(count)],
        party_id=[parties[place // 2 % 3] for place in range(count)],
        item_id=[item.pk] * count,
        units=[3 * UNIT] * count,
        unit_price=[12_500] * count,
        amount=[37_500] * count,
        ordered_at=[START + timedelta(days=place // 2) for place in range(count)],
        country=["United Kingdom"] * count,
    )


def test_lines_are_counted_and_summed_exactly_and_returns_taken_off():
    recorded = facade.record_history(make_lines(returns=(3,)))

    assert (recorded.lines, recorded.amount) == (10, 8 * 37_500)
    assert past.list_past_lines().count() == 10
    returned = PastOrderLine.objects.get(is_return=True)
    assert (returned.units, returned.amount, returned.sale_key) == (-3 * UNIT, -37_500, "489/1")
    assert Event.objects.filter(kind="HistoryImported").count() == 1
    assert not Event.objects.filter(kind="OrderConfirmed").exists()


def test_returns_may_be_written_negative_too():
    lines = make_lines(returns=(3,))
    lines.units[3], lines.amount[3] = -3 * UNIT, -37_500

    assert facade.record_history(lines).amount == 8 * 37_500


def test_customers_are_opened_with_when_they_bought():
    lines = make_lines(documents=5)
    facade.record_history(lines)

    account = Account.objects.get(party_id=lines.party_id[0])
    assert (account.first_order_at, account.last_order_at) == (START, START + timedelta(days=3))


def test_the_same_import_twice_changes_nothing():
    lines = make_lines()
    facade.record_history(lines)

    with pytest.raises(history.HistoryKnown):
        facade.record_history(lines)

    assert PastOrderLine.objects.count() == 10
    assert Event.objects.filter(kind="HistoryImported").count() == 1


def test_a_killed_import_is_invisible_and_begins_anew(monkeypatch):
    lines = make_lines()
    monkeypatch.setattr(history, "CHUNK", 4)
    run = history.begin_run(1, company_id=lines.company_id, currency="GBP")
    history.stage_chunk(run, lines, start=0)
    assert not past.list_past_lines().exists()

    told = []
    recorded = facade.record_history(lines, progress=lambda done, total: told.append((done, total)))

    assert recorded.lines == PastOrderLine.objects.count() == 10
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_an_undone_import_leaves_nothing_and_other_imports_stay():
    first, second = make_lines(1), make_lines(2)
    second = replace(
        second, party_id=first.party_id, ordered_at=[day + timedelta(days=90) for day in second.ordered_at]
    )
    facade.record_history(first)
    facade.record_history(second)

    assert facade.remove_history(1)
    assert not facade.remove_history(1)

    assert past.list_past_lines().count() == 10
    account = Account.objects.get(party_id=first.party_id[0])
    assert account.first_order_at == START + timedelta(days=90)
    facade.remove_history(2)
    assert (Account.objects.count(), PastOrderLine.objects.count()) == (0, 0)
    assert facade.record_history(first).lines == 10


def test_undoing_keeps_the_tenure_of_our_own_orders():
    account = crm.make_customer()
    crm.make_confirmed(account, [(crm.make_stocked_item(), 1)])
    lines = make_lines()
    lines = replace(lines, party_id=[account.party_id] * 10)
    facade.record_history(lines)
    account.refresh_from_db()
    assert account.first_order_at == START

    facade.remove_history(1)

    account.refresh_from_db()
    assert account.first_order_at == crm.NOW


def test_known_lines_are_found_by_document_and_number():
    lines = make_lines(documents=2)
    facade.record_history(lines)

    known = facade.find_known_history(lines.company_id, ["490000", "999999"])

    assert known == {("490000", 1), ("490000", 2)}


def test_columns_of_different_length_are_refused():
    lines = make_lines()
    lines.country.pop()

    with pytest.raises(history.HistoryCutShort):
        facade.record_history(lines)

    assert not PastRun.objects.exists()


def test_an_import_in_parts_is_seen_when_it_is_published():
    lines = make_lines()
    facade.begin_history(1, company_id=lines.company_id, currency="GBP")
    facade.stage_history(lines)
    assert facade.sum_history(1) == (10, 375_000)
    assert not past.list_past_lines().exists()

    facade.publish_history(1)

    assert past.list_past_lines().count() == 10
    with pytest.raises(history.HistoryNotBegun):
        facade.stage_history(lines)


def test_undoing_forgets_the_accounts_that_the_import_alone_opened():
    account = crm.make_customer()
    crm.make_order(account, [(crm.make_stocked_item(), 1)])
    lines = make_lines()
    lines = replace(lines, party_id=[account.party_id, *lines.party_id[1:]])
    facade.record_history(lines)
    assert Account.objects.count() == 4

    facade.remove_history(1)

    assert list(Account.objects.all()) == [account]
