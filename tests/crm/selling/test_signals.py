"""What rhythms, agreements and deals foretell is told to operations each turn, with weeks by which it is measured."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from rantai.crm import facade
from rantai.crm.facade import RetailLine
from rantai.crm.insight import bridge, queries
from rantai.crm.messages import HistoryLines
from rantai.crm.selling import tasks
from rantai.crm.selling.actions.drafts import PlannedCallOff
from rantai.crm.selling.models import SalesAgreement
from rantai.iscm.demand.models.signals import CustomerTerm, DemandSignal, SignalRun
from rantai.iscm.demand.queries import terms, weeks
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic
from tests.factories import crm, forecasting, foundation, selling
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


def signal() -> dict[str, object]:
    job = jobs.run_here(
        "crm.signal_demand", {"as_of": MONDAY.isoformat()}, worker="test", key="", actor="test",
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

    assert signal()["signals"] == 3

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
    signal()

    first = weeks.number_of(FIRST_WEEK) - tasks.TESTED_WEEKS
    found = terms.load_signals(first_week=first, length=tasks.TESTED_WEEKS)

    row = found.mean[found.party_ids.tolist().index(surya.pk)]
    assert row[[3, 7]] == pytest.approx([40, 40], rel=0.2)
    assert np.delete(row, [3, 7]).max() < 2


def test_operations_measure_the_rhythm_and_give_it_its_weight(world):
    item, _surya, _melati = world
    signal()
    forecasting.forecast()

    term = CustomerTerm.objects.get(item=item)

    assert term.tested_weeks == tasks.TESTED_WEEKS
    assert term.signals_error < 40
    assert 0 < term.weight <= 1


def test_telling_again_replaces_what_was_told(world):
    signal()
    signal()

    assert SignalRun.objects.filter(state="current").count() == len(tasks.SOURCES)
    current = SignalRun.objects.get(state="current", source="purchase_cycle")
    assert DemandSignal.objects.filter(run=current).count() == 3
    forecasting.forecast()
    assert not DemandSignal.objects.exclude(run=current).exists()


def test_a_company_without_rhythms_tells_nothing():
    item, party = foundation.make_item(), crm.make_customer("Once").party
    make_purchases(item, [(party, FIRST_WEEK - timedelta(weeks=3), 5)])

    assert signal()["signals"] == 0
    assert not DemandSignal.objects.exists()


WEDNESDAYS = [FIRST_WEEK + timedelta(weeks=4 * turn + 3, days=2) for turn in range(-16, 12)]
"""The day of Surya's call-offs: the last one behind us was in the week before the first."""


def sign(party, item, *, units=60, known_on=FIRST_WEEK - timedelta(weeks=70), days=WEDNESDAYS, **facts):
    """An agreement of sixty on each of Surya's Wednesdays."""
    slots = [PlannedCallOff(slot=n, planned_on=day, units=units * UNIT) for n, day in enumerate(days, start=1)]
    facts |= {"signed_on": known_on, "first": days[0], "months": len(days), "units": units, "schedule": slots}
    return selling.make_agreement(crm.Account.objects.get(party=party), item, **facts)


def read(party, source=None):
    """What is foretold of a customer in eight weeks: means and what is likely."""
    if source:
        DemandSignal.objects.exclude(run__source=source).delete()
    found = terms.load_signals(first_week=weeks.number_of(FIRST_WEEK), length=8)
    places = np.flatnonzero(found.party_ids == party.pk)
    assert places.size <= 1  # sources are told apart and counted together
    return (found.mean[places[0]], found.likely[places[0]]) if places.size else (np.zeros(8), np.zeros(8))


def test_an_agreement_stands_for_the_rhythm_that_it_plans(world):
    item, surya, _melati = world
    sign(surya, item)

    told = signal()

    assert (told["agreement"], told["pipeline"]) == (1, 0)
    mean, likely = read(surya)
    # forty were always called off of sixty that were planned: the contract is learnt, not believed
    assert likely == pytest.approx([0, 0, 0, 40, 0, 0, 0, 40], abs=6)
    assert mean.sum() == pytest.approx(80, rel=0.15)
    assert read(surya, "purchase_cycle")[0].sum() == 0


def test_who_buys_on_after_an_agreement_has_a_rhythm_again_and_who_stopped_has_none(world):
    item, surya, _melati = world
    gone = crm.make_customer("Gone").party
    half = [day for day in WEDNESDAYS if day < FIRST_WEEK][:-4]
    make_purchases(item, [(gone, day, 60) for day in half[3:]], import_id=2)
    sign(surya, item, days=half)
    sign(gone, item, days=half)
    for party in (surya, gone):
        ends = half[-1] + timedelta(days=7)
        SalesAgreement.objects.filter(account__party=party).update(valid_to=ends)

    signal()

    assert read(surya)[1].tolist() == [0, 0, 0, 40, 0, 0, 0, 40]
    assert read(gone)[0].sum() == 0


def test_an_agreement_that_was_signed_later_was_not_known_before(world):
    """Told of the weeks gone by as of the day before they began, whatever is known today."""
    item, _surya, _melati = world
    fresh = crm.make_customer("Fresh").party
    first = weeks.number_of(FIRST_WEEK) - tasks.TESTED_WEEKS
    planned = [FIRST_WEEK + timedelta(weeks=place, days=2) for place in range(-tasks.TESTED_WEEKS, 8)]
    sign(fresh, item, known_on=FIRST_WEEK - timedelta(weeks=tasks.TESTED_WEEKS), days=planned)

    signal()

    found = terms.load_signals(first_week=first, length=tasks.TESTED_WEEKS + 8)
    row = found.mean[found.party_ids.tolist().index(fresh.pk)]
    assert row[: tasks.TESTED_WEEKS].max() == 0  # signed on the Monday on which the first tested week began


def test_an_agreement_known_in_time_is_told_of_the_tested_weeks(world):
    item, _surya, _melati = world
    fresh = crm.make_customer("Fresh").party
    first = weeks.number_of(FIRST_WEEK) - tasks.TESTED_WEEKS
    planned = [FIRST_WEEK + timedelta(weeks=place, days=2) for place in range(-tasks.TESTED_WEEKS, 8)]
    sign(fresh, item, known_on=FIRST_WEEK - timedelta(weeks=tasks.TESTED_WEEKS, days=1), days=planned)

    signal()

    found = terms.load_signals(first_week=first, length=tasks.TESTED_WEEKS + 8)
    row = found.mean[found.party_ids.tolist().index(fresh.pk)]
    assert row[: tasks.TESTED_WEEKS].min() > 30


def offer(party, item, day, *, units=100, on=FIRST_WEEK - timedelta(days=12), stage="quoted", probability=8000):
    told = selling.tell(stage, on, lines=[(item, units, day)], expected_on=day, probability=probability)
    return selling.make_deal(crm.Account.objects.get(party=party), [told])


def test_a_deal_is_expected_as_likely_as_it_is_where_it_is_due(world):
    item, _surya, _melati = world
    fresh = crm.make_customer("Fresh").party
    offer(fresh, item, FIRST_WEEK + timedelta(weeks=2, days=2))

    assert signal()["pipeline"] == 1

    mean, likely = read(fresh)
    assert likely.tolist() == [0, 0, 100, 0, 0, 0, 0, 0]
    assert mean.sum() == pytest.approx(80, abs=1)
    assert mean[:2].sum() == 0
    assert mean[2] > 35  # nothing was closed yet: half are taken to keep their day


def test_an_unlikely_deal_counts_in_the_mean_alone(world):
    item, _surya, _melati = world
    fresh = crm.make_customer("Fresh").party
    offer(fresh, item, FIRST_WEEK + timedelta(weeks=2, days=2), probability=3000)
    signal()

    mean, likely = read(fresh)

    assert likely.max() == 0
    assert mean.sum() == pytest.approx(30, abs=1)


def test_a_deal_takes_the_place_of_the_next_purchase_of_a_rhythm(world):
    item, surya, _melati = world
    signal()
    before = read(surya)[0].sum()
    offer(surya, item, FIRST_WEEK + timedelta(weeks=3, days=2), units=40, probability=10_000)
    signal()

    mean, likely = read(surya)

    assert likely.tolist() == [0, 0, 0, 40, 0, 0, 0, 40]
    assert mean.sum() == pytest.approx(before, rel=0.1)


def test_a_deal_about_a_planned_call_off_is_that_call_off(world):
    item, surya, _melati = world
    sign(surya, item)
    offer(surya, item, FIRST_WEEK + timedelta(weeks=3, days=4), units=60)

    assert signal()["pipeline"] == 0


def test_what_was_bought_for_a_deal_is_expected_no_more(world):
    item, _surya, _melati = world
    fresh = crm.make_customer("Fresh").party
    offer(fresh, item, FIRST_WEEK + timedelta(days=2))
    make_purchases(item, [(fresh, FIRST_WEEK - timedelta(days=3), 70)], import_id=2)
    signal()

    assert read(fresh, "pipeline")[0].sum() == pytest.approx(24, abs=1)  # thirty are left, at four fifths


def test_our_own_orders_count_on_the_day_they_are_wanted_and_aliases_as_one(world):
    company = foundation.make_company()
    found = bridge.read_rhythms(company, until=FIRST_WEEK)

    assert found.units.sum() == 13 * 40 + 52 * 10 + 6 * 4
    assert len(queries.read_item_purchases(company.pk, until=FIRST_WEEK - timedelta(weeks=60))) == 0


RETAIL_WEEKS = 40


def tell_sales(party, item, *, known_after=0):
    """Weekly sales of ten, told so many days after each week; the shelf is not told."""
    first = FIRST_WEEK - timedelta(weeks=RETAIL_WEEKS)
    lines = [
        RetailLine(
            party_id=party.pk, item_id=item.pk, first_on=first + timedelta(weeks=place), days=7, sold=10 * UNIT,
            on_shelf=None, recorded_on=first + timedelta(weeks=place, days=6 + known_after),
        )
        for place in range(RETAIL_WEEKS)
    ]  # fmt: skip
    run_atomic(lambda: facade.record_retail_sales(lines, company_id=foundation.make_company().pk, import_id=7))


def test_what_a_retailer_sells_stands_for_its_rhythm(world):
    """Surya sells ten a week and orders forty every fourth Wednesday: its shelf says when."""
    item, surya, _melati = world
    tell_sales(surya, item)

    told = signal()

    assert told["retail"] == 1
    mean, likely = read(surya)
    assert likely == pytest.approx([0, 0, 0, 40, 0, 0, 0, 40], abs=1)
    assert mean.sum() == pytest.approx(80, rel=0.15)
    assert read(surya, "purchase_cycle")[0].sum() == 0


def test_an_agreement_stands_before_what_a_retailer_sells(world):
    item, surya, _melati = world
    tell_sales(surya, item)
    sign(surya, item)

    told = signal()

    assert (told["agreement"], told["retail"]) == (1, 0)


def test_sales_that_were_told_later_were_not_known_before(world):
    item, surya, _melati = world
    tell_sales(surya, item, known_after=400)  # of a year ago, and told today or later

    assert signal()["retail"] == 0
