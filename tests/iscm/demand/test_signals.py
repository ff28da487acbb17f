"""What customers are expected to order joins the statistics by measured weight, and is judged afterwards."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse

from rantai.iscm import facade as iscm_door
from rantai.iscm import messages
from rantai.iscm.demand import measures
from rantai.iscm.demand.actions.signals import BadSignals, NoSuchTelling
from rantai.iscm.demand.models import ForecastRun, ForecastSeries
from rantai.iscm.demand.models.consumption import ForecastBalance
from rantai.iscm.demand.models.signals import AccountSnapshot, CustomerTerm, DemandSignal, SignalRun
from rantai.iscm.demand.queries import consumption, forecasts, lags, terms, weeks
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK

pytestmark = pytest.mark.django_db(transaction=True)

TESTED, AHEAD = 8, 26
LUMPS = [40 if week % 4 == 3 else 0 for week in range(52)]
"""One customer takes forty every fourth week: statistics of the item cannot know which."""


def lump(week: int) -> float:
    """What a rhythm foretells of the week `week` after the first forecast one."""
    return 40.0 if (52 + week) % 4 == 3 else 0.0


def tell(rows, *, key="one", source="purchase_cycle", publish=True) -> None:
    """Signals as (party, item, [means of the tested weeks and those ahead])."""
    with transaction.atomic():
        iscm_door.submit_demand_signals(
            messages.DemandSignals(
                source=source,
                run_key=key,
                party_ids=tuple(party for party, _item, _means in rows),
                item_ids=tuple(item.pk for _party, item, _means in rows),
                first_week=FIRST_WEEK - timedelta(weeks=TESTED),
                means=tuple(tuple(means) for _party, _item, means in rows),
                variances=tuple((1.0,) * len(means) for _party, _item, means in rows),
            )
        )
        if publish:
            iscm_door.publish_demand_signals(source, key)


def make_rhythm():
    """An item with one customer whose rhythm is known exactly, forecast."""
    site, item, party = foundation.make_site(), foundation.make_item(), foundation.make_party("Surya")
    iscm.make_stock(item, site, 10_000)
    forecasting.make_history({item: LUMPS}, location=site)
    tell([(party.pk, item, [lump(week) for week in range(-TESTED, AHEAD)])])
    forecasting.forecast()
    return item, party


def test_a_telling_is_read_when_it_is_published_and_replaces_the_last():
    item, party = foundation.make_item(), foundation.make_party()
    tell([(party.pk, item, [5.0] * (TESTED + AHEAD))], publish=False)
    first = weeks.number_of(FIRST_WEEK)
    assert terms.load_signals(first_week=first, length=4).item_ids.size == 0

    with transaction.atomic():
        assert iscm_door.publish_demand_signals("purchase_cycle", "one") == 1
        assert iscm_door.publish_demand_signals("purchase_cycle", "one") == 1
    tell([(party.pk, item, [7.0] * (TESTED + AHEAD)), (0, item, [1.0] * (TESTED + AHEAD))], key="two")

    found = terms.load_signals(first_week=first, length=4)
    assert (found.party_ids.tolist(), found.mean[:, 0].tolist()) == ([0, party.pk], [1, 7]) or (
        sorted(zip(found.party_ids.tolist(), found.mean[:, 0].tolist(), strict=True)) == [(0, 1.0), (party.pk, 7.0)]
    )
    assert SignalRun.objects.get(key="one").state == "past"


@pytest.mark.parametrize(
    "changes",
    [
        {"means": ((1.0, -1.0),)},
        {"means": ((1.0, float("nan")),)},
        {"means": ((1.0,),)},
        {"means": ()},
        {"first_week": FIRST_WEEK + timedelta(days=1)},
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(changes):
    item, party = foundation.make_item(), foundation.make_party()
    told = {
        "source": "x", "run_key": "k", "party_ids": (party.pk,), "item_ids": (item.pk,), "first_week": FIRST_WEEK,
        "means": ((1.0, 1.0),), "variances": ((1.0, 1.0),),
    }  # fmt: skip

    with pytest.raises(BadSignals), transaction.atomic():
        iscm_door.submit_demand_signals(messages.DemandSignals(**told | changes))

    assert not DemandSignal.objects.exists()
    with pytest.raises(NoSuchTelling), transaction.atomic():
        iscm_door.publish_demand_signals("x", "k")


def test_a_rhythm_that_was_right_outweighs_statistics_that_were_not():
    item, _party = make_rhythm()

    term = CustomerTerm.objects.get(item=item)
    series = ForecastSeries.objects.get(item=item)

    # the rhythm's error is zero: inverse variance gives it everything
    assert (term.signals_error, term.tested_weeks) == (0.0, TESTED)
    assert term.statistics_error == pytest.approx(series.error_std**2, rel=1e-5)
    assert term.weight == pytest.approx(1.0)
    plan = forecasts.load_current()
    assert plan is not None
    np.testing.assert_allclose(plan.mean[0], [lump(week) for week in range(AHEAD)], atol=1e-3)
    assert not np.allclose(plan.statistical[0], plan.mean[0])


def test_weights_are_inverse_variance():
    site, item, party = foundation.make_site(), foundation.make_item(), foundation.make_party()
    forecasting.make_history({item: LUMPS}, location=site)
    off = [lump(week) + 3.0 for week in range(-TESTED, AHEAD)]
    tell([(party.pk, item, off)])
    forecasting.forecast()

    term = CustomerTerm.objects.get(item=item)

    assert term.signals_error == pytest.approx(9.0)
    assert term.weight == pytest.approx(term.statistics_error / (term.statistics_error + 9.0))
    series = ForecastSeries.objects.get(item=item)
    own = forecasts.unpack(series.mean, "f4le")
    added = forecasts.unpack(term.added, "f4le")
    expected = (1 - term.weight) * own + term.weight * np.array(off[TESTED:])
    np.testing.assert_allclose(own + added, expected, atol=1e-3)


def test_signals_that_were_not_tested_weigh_nothing():
    site, item, party = foundation.make_site(), foundation.make_item(), foundation.make_party()
    forecasting.make_history({item: [10] * 30}, location=site)
    with transaction.atomic():
        iscm_door.submit_demand_signals(
            messages.DemandSignals(
                source="purchase_cycle", run_key="new", party_ids=(party.pk,), item_ids=(item.pk,),
                first_week=FIRST_WEEK, means=((99.0,) * AHEAD,), variances=((0.0,) * AHEAD,),
            )
        )  # fmt: skip
        iscm_door.publish_demand_signals("purchase_cycle", "new")

    forecasting.forecast()

    assert not CustomerTerm.objects.exists()


def test_an_order_consumes_its_customers_forecast_first_and_then_everybodys():
    site, item = foundation.make_site(), foundation.make_item()
    surya, melati = foundation.make_party("Surya"), foundation.make_party("Melati")
    iscm.make_stock(item, site, 10_000)
    forecasting.make_history({item: [50, 50, 50, 50] * 13}, location=site)
    tell([(surya.pk, item, [20.0] * (TESTED + AHEAD)), (0, item, [30.0] * (TESTED + AHEAD))])
    forecasting.forecast()
    own = ForecastBalance.objects.get(party=surya)
    rest = ForecastBalance.objects.get(party=None)
    week = consumption.list_weeks(item.pk)[0]
    assert consumption.read_units(own.gross)[0] + consumption.read_units(rest.gross)[0] == week.gross
    assert consumption.read_units(own.gross)[0] == pytest.approx(0.4 * week.gross, abs=1)

    iscm.make_demand(item, 5, requested_on=FIRST_WEEK, party=melati)
    own.refresh_from_db()
    rest.refresh_from_db()
    assert (own.consumed_units, rest.consumed_units) == (0, 50_000)

    iscm.make_demand(item, 45, requested_on=FIRST_WEEK, party=surya)
    own.refresh_from_db()
    rest.refresh_from_db()
    # its own week and the one after, then everybody's
    mine = int(consumption.read_units(own.gross)[:2].sum())
    assert (own.consumed_units, rest.consumed_units) == (mine, 50_000 + 450_000 - mine)
    assert iscm.list_violations() == []


def test_a_bucket_is_explained_within_a_quarter_or_one_unit():
    actual = np.array([8.0, 8.0, 8.0, 1.0, 2.0, 100.0, 100.0, 4.0, 5.0])
    expected = np.array([10.0, 6.0, 10.1, 0.0, 0.9, 125.0, 74.9, 5.0, np.nan])

    found = measures.is_explained(actual, expected)

    # |8−10| ≤ 2; |8−6| ≤ 2; 2.1 > 2; one unit is always near; 1.1 > 1; 25 ≤ 25; 25.1 > 25; 1 ≤ max(1, 1); never told
    assert found.tolist() == [True, True, False, True, False, True, False, True, False]


def test_explained_share_is_by_customer_item_and_week_at_lag():
    item, surya = make_rhythm()
    melati = foundation.make_party("Melati")
    assert AccountSnapshot.objects.count() == 1
    # the rhythm falls due in the fourth week from the first; Melati was never foretold
    due = FIRST_WEEK + timedelta(weeks=3)
    iscm.make_demand(item, 38, requested_on=due, party=surya)
    iscm.make_demand(item, 12, requested_on=due, party=melati)
    iscm.make_demand(item, 7, requested_on=due + timedelta(weeks=1), party=surya)

    kpi = measures.measure_explained(last_week=weeks.number_of(due) + 1)

    assert (kpi.numerator, kpi.denominator) == (38.0, 57.0)


def say(item, party, **change) -> None:
    """Change what is expected of a customer in the fourth week, through the door, and forecast anew."""
    due = FIRST_WEEK + timedelta(weeks=3)
    told = messages.ForecastChange(
        item_id=item.pk, location_id=None, starts_on=due, ends_on=due + timedelta(weeks=1), reason="they said so",
        by="user:1", party_id=party.pk, **change,
    )  # fmt: skip
    with transaction.atomic():
        iscm_door.set_forecast_override(told)
    forecasting.forecast()


def judge(item, **units) -> tuple[float | None, float | None]:
    """Let customers order in the fourth week and return the explained share."""
    due = FIRST_WEEK + timedelta(weeks=3)
    for party, ordered in units.values():
        iscm.make_demand(item, ordered, requested_on=due, party=party)
    kpi = measures.measure_explained(last_week=weeks.number_of(due))
    return kpi.numerator, kpi.denominator


def test_what_a_person_said_of_a_customer_is_what_was_expected_of_him():
    item, surya = make_rhythm()
    melati = foundation.make_party("Melati")
    say(item, melati, quantity=Quantity(12 * 10_000))

    assert judge(item, surya=(surya, 38), melati=(melati, 12)) == (50.0, 50.0)


def test_a_persons_percentage_moves_what_was_expected_of_a_customer():
    item, surya = make_rhythm()
    say(item, surya, factor=5_000)

    assert judge(item, surya=(surya, 38)) == (0.0, 38.0)


def test_what_was_said_after_it_was_frozen_is_no_foresight():
    item, surya = make_rhythm()
    melati = foundation.make_party("Melati")
    say(item, melati, quantity=Quantity(12 * 10_000))
    ForecastRun.objects.filter(state="current").update(published_at=clock.now() - timedelta(hours=1))

    assert judge(item, surya=(surya, 38), melati=(melati, 12)) == (38.0, 50.0)


def test_without_a_forecast_old_enough_nothing_is_judged():
    item, surya = make_rhythm()
    iscm.make_demand(item, 5, requested_on=FIRST_WEEK, party=surya)

    kpi = measures.measure_explained(last_week=weeks.number_of(FIRST_WEEK))

    assert (kpi.numerator, kpi.denominator) == (None, None)


def test_lags_run_down_the_slowest_components():
    made, part, raw, other = (foundation.make_item() for _each in range(4))
    supplier = foundation.make_party(role="supplier")
    inner = foundation.make_bill(part, [(raw, 1)])
    outer = foundation.make_bill(made, [(part, 1), (other, 2)])
    foundation.make_source(made, kind="make", bill=outer, lead_time_days=2)
    foundation.make_source(part, kind="make", bill=inner, lead_time_days=5)
    foundation.make_source(raw, supplier=supplier, lead_time_days=10)
    foundation.make_source(other, supplier=supplier, lead_time_days=12)

    found = lags.read_components_weeks()

    assert found == {made.pk: 3.0, part.pk: 2.0}


def test_a_run_that_was_not_published_leaves_nothing():
    make_rhythm()
    run = ForecastRun.objects.get(state="current")

    forecasting.forecast()
    forecasting.forecast()

    assert not CustomerTerm.objects.filter(run=run).exists()
    assert AccountSnapshot.objects.count() == 1


def test_the_page_says_how_far_rhythms_count_and_why(client):
    item, _party = make_rhythm()
    client.force_login(foundation.make_user(roles=("planner",)))

    text = client.get(reverse("iscm_demand:forecast", args=[item.pk])).content.decode()

    assert "They count for" in text
    assert "100\xa0%" in text or "100 %" in text
    assert "Of it by rhythms" in text
    assert "Of it by agreements" not in text


def test_the_page_says_who_tells_of_what_customers_will_take(client):
    item, party = make_rhythm()
    tell([(party.pk, item, [5.0] * (TESTED + AHEAD))], source="agreement")
    tell([(0, item, [5.0] * (TESTED + AHEAD))], source="purchase_cycle", key="two")

    shares = terms.share_by_source(item.pk, run=ForecastRun.objects.get())

    assert shares == {"agreement": 0.5, "": 0.5}
    client.force_login(foundation.make_user(roles=("planner",)))
    text = client.get(reverse("iscm_demand:forecast", args=[item.pk])).content.decode()
    assert "Of it by agreements" in text
    assert "Of it by everybody else" in text
    assert "Of it by rhythms" not in text


def test_what_two_sources_tell_of_a_customer_is_one_expectation_and_frozen_once():
    site, item, party = foundation.make_site(), foundation.make_item(), foundation.make_party("Surya")
    iscm.make_stock(item, site, 10_000)
    forecasting.make_history({item: LUMPS}, location=site)
    tell([(party.pk, item, [lump(week) for week in range(-TESTED, AHEAD)])])
    tell([(party.pk, item, [7.0] * (TESTED + AHEAD)), (0, item, [1.0] * (TESTED + AHEAD))], source="pipeline")

    found = terms.load_signals(first_week=weeks.number_of(FIRST_WEEK), length=4)

    assert sorted(found.party_ids.tolist()) == [0, party.pk]
    row = found.party_ids.tolist().index(party.pk)
    assert found.mean[row].tolist() == found.likely[row].tolist() == [lump(week) + 7 for week in range(4)]
    assert found.variance[row].tolist() == [2.0] * 4
    forecasting.forecast()
    run = ForecastRun.objects.get()
    frozen = measures.load_frozen_customers(run.pk, weeks.number_of(FIRST_WEEK))
    assert frozen.keys.size == 2
    place = frozen.keys.tolist().index((item.pk << 31) + party.pk)
    assert frozen.final[place, :4].tolist() == [lump(week) + 7 for week in range(4)]
