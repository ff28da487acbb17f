"""What customers' rhythms foretell is told to operations each turn, with weeks by which it can be measured."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from rantai.crm import facade
from rantai.crm.insight import bridge, queries, tasks
from rantai.crm.messages import HistoryLines
from rantai.iscm.demand.models.signals import CustomerTerm, DemandSignal, SignalRun
from rantai.iscm.demand.queries import terms, weeks
from rantai.kernel import jobs
from tests.factories import crm, forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
UNIT = 10_000


def make_purchases(item, purchases, *, import_id=1):
    """History of (party, day, units)."""
    n = len(purchases)
    facade.record_history(
        HistoryLines(
            import_id=import_id,
            company_id=foundation.make_company().pk,
            currency="IDR",
            invoice=[str(number) for number in range(n)],
            line_number=[1] * n,
            kind=["sale"] * n,
            sale_key=[""] * n,
            party_id=[party.pk for party, _day, _units in purchases],
            item_id=[item.pk] * n,
            units=[units * UNIT for _party, _day, units in purchases],
            unit_price=[UNIT] * n,
            amount=[units * UNIT for _party, _day, units in purchases],
            ordered_at=[datetime(day.year, day.month, day.day, 5, tzinfo=UTC) for _party, day, _units in purchases],
            country=[""] * n,
        )
    )


def value() -> dict[str, object]:
    job = jobs.run_here(
        "crm.value_customers", {"as_of": MONDAY.isoformat()}, worker="test", key="", actor="test",
        listener=lambda *_told: None,
    )  # fmt: skip
    assert isinstance(job.result, dict)
    return job.result


@pytest.fixture
def world():
    """Surya takes forty on every fourth Wednesday, Melati ten each Tuesday, and others now and then."""
    site, item = foundation.make_site(), foundation.make_item()
    surya, melati = (crm.make_customer(name).party for name in ("Surya", "Melati"))
    once = [crm.make_customer(f"Once {number}").party for number in range(6)]
    purchases = [(surya, FIRST_WEEK - timedelta(weeks=4 * turn + 1) + timedelta(days=2), 40) for turn in range(13)]
    purchases += [(melati, FIRST_WEEK - timedelta(weeks=turn + 1) + timedelta(days=1), 10) for turn in range(52)]
    purchases += [(party, FIRST_WEEK - timedelta(weeks=3 * place + 2), 4) for place, party in enumerate(once)]
    make_purchases(item, purchases)
    by_day: dict[date, int] = {}
    for _party, day, units in purchases:
        by_day[day] = by_day.get(day, 0) + units
    forecasting.make_history({item: by_day}, location=site)
    return item, surya, melati


def test_rhythms_are_told_by_customer_and_everybody_else_together(world):
    _item, surya, melati = world

    assert value()["signals"] == 3

    found = terms.load_signals(first_week=weeks.number_of(FIRST_WEEK), length=8)
    rows = dict(zip(found.party_ids.tolist(), found.mean, strict=True))
    assert set(rows) == {0, surya.pk, melati.pk}
    # the fourth week after the last purchase, which was the week before the first
    assert rows[surya.pk][3] == pytest.approx(40, rel=0.2)  # it may have ended, or leave the date out
    assert rows[surya.pk][:3].sum() < 2
    np.testing.assert_allclose(rows[melati.pk], 10, rtol=0.1)
    assert rows[0] == pytest.approx([24 / 26] * 8)
    likely = dict(zip(found.party_ids.tolist(), found.likely.tolist(), strict=True))
    assert likely[surya.pk] == [0, 0, 0, 40, 0, 0, 0, 40]


def test_weeks_gone_by_are_told_as_they_were_expected_before_they_began(world):
    _item, surya, _melati = world
    value()

    first = weeks.number_of(FIRST_WEEK) - tasks.TESTED_WEEKS
    found = terms.load_signals(first_week=first, length=tasks.TESTED_WEEKS)

    row = found.mean[found.party_ids.tolist().index(surya.pk)]
    assert row[[3, 7]] == pytest.approx([40, 40], rel=0.2)
    assert np.delete(row, [3, 7]).max() < 2


def test_operations_measure_the_rhythm_and_give_it_its_weight(world):
    item, _surya, _melati = world
    value()
    forecasting.forecast()

    term = CustomerTerm.objects.get(item=item)

    assert term.tested_weeks == tasks.TESTED_WEEKS
    assert term.signals_error < 40
    assert 0 < term.weight <= 1


def test_valuing_again_replaces_what_was_told(world):
    value()
    value()

    assert SignalRun.objects.filter(state="current").count() == 1
    current = SignalRun.objects.get(state="current")
    assert DemandSignal.objects.filter(run=current).count() == 3
    forecasting.forecast()
    assert not DemandSignal.objects.exclude(run=current).exists()


def test_a_company_without_rhythms_tells_nothing():
    item, party = foundation.make_item(), crm.make_customer("Once").party
    make_purchases(item, [(party, FIRST_WEEK - timedelta(weeks=3), 5)])

    assert value()["signals"] == 0
    assert not SignalRun.objects.exists()


def test_our_own_orders_count_on_the_day_they_are_wanted_and_aliases_as_one(world):
    company = foundation.make_company()
    found = bridge.read_rhythms(company, until=FIRST_WEEK)

    assert found.units.sum() == 13 * 40 + 52 * 10 + 6 * 4
    assert len(queries.read_item_purchases(company.pk, until=FIRST_WEEK - timedelta(weeks=60))) == 0
