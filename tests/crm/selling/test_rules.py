"""Schedules from a rhythm, rows against what came, win rates, and the way of a deal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rantai.crm.selling import rules, states
from rantai.crm.selling.actions.drafts import PlannedCallOff
from rantai.crm.selling.queries import known
from rantai.crm.selling.rules import Passage, Rhythm
from tests.factories import crm, foundation, selling

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_a_month_that_is_too_short_has_its_call_off_on_its_last_day() -> None:
    rhythm = Rhythm(first=date(2027, 1, 31), every=1, period=rules.MONTH)

    planned = rules.plan_call_offs(rhythm, units=10_000, valid_to=date(2027, 5, 1))

    assert [day for day, _units in planned] == [
        date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30),
    ]  # fmt: skip


def test_weeks_go_on_over_the_turn_of_the_year_and_a_season_weighs_its_quarter() -> None:
    rhythm = Rhythm(first=date(2026, 12, 21), every=2, period=rules.WEEK, quarters=(50, 0, 100, 200))

    planned = rules.plan_call_offs(rhythm, units=30_001, valid_to=date(2027, 1, 19))

    assert planned == [(date(2026, 12, 21), 60_002), (date(2027, 1, 4), 15_001), (date(2027, 1, 18), 15_001)]


@given(days, st.integers(1, 52), st.sampled_from([rules.WEEK, rules.MONTH]), st.integers(0, 2_000),
       st.tuples(*[st.integers(0, 300)] * 4))  # fmt: skip
def test_a_schedule_rises_stays_inside_and_has_no_empty_row(first, every, period, span, quarters) -> None:
    rhythm = Rhythm(first=first, every=every, period=period, quarters=quarters)
    valid_to = first + timedelta(days=span)

    planned = rules.plan_call_offs(rhythm, units=70_000, valid_to=valid_to)

    assert [day for day, _units in planned] == sorted({day for day, _units in planned})
    assert all(first <= day < valid_to and units > 0 for day, units in planned)


@given(st.lists(st.tuples(days, st.integers(1, 1_000)), max_size=20), st.integers(-50, 10_000), days)
def test_what_came_serves_the_earliest_rows_and_no_unit_twice(rows, came, today) -> None:
    planned = [(slot, day, units) for slot, (day, units) in enumerate(sorted(rows))]

    matched = rules.match_call_offs(planned, came=came, today=today)

    assert sum(row.called for row in matched) == min(max(came, 0), sum(units for _slot, _day, units in planned))
    gaps = [row.called < row.units for row in matched]
    assert gaps == sorted(gaps)
    assert all(
        row.called == 0 for row, before in zip(matched[1:], matched, strict=False) if before.called < before.units
    )
    assert [row.is_overdue for row in matched] == [
        gap and row.planned_on < today for gap, row in zip(gaps, matched, strict=True)
    ]


def test_a_deal_counts_at_the_stages_from_its_first_to_its_furthest() -> None:
    rates = rules.measure_win_rates([
        Passage(first="lead", last="quoted", is_won=True, deals=3),
        Passage(first="qualified", last="qualified", is_won=False, deals=2),
        Passage(first="lead", last="lead", is_won=False, deals=5),
    ])  # fmt: skip

    assert {stage: (rate.won, rate.closed) for stage, rate in rates.items()} == {
        "lead": (3, 8), "qualified": (3, 5), "quoted": (3, 3),
    }  # fmt: skip
    assert rates["quoted"].probability == pytest.approx((3 + 2) / 7)


@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from(list(rules.PRIOR_RATES)))
def test_a_rate_lies_between_what_was_measured_and_the_rule_of_thumb(won, lost, stage) -> None:
    rate = rules.WinRate(stage=stage, won=won, closed=won + lost)

    measured = won / (won + lost) if won + lost else rules.PRIOR_RATES[stage]

    low, high = sorted((measured, rules.PRIOR_RATES[stage]))
    assert low - 1e-12 <= rate.probability <= high + 1e-12


class DealMachine(RuleBasedStateMachine):
    """A deal that somebody moves about."""

    def __init__(self) -> None:
        super().__init__()
        self.path = ["lead"]

    @rule(to=st.sampled_from(states.OPPORTUNITIES.states))
    def move(self, to: str) -> None:
        if states.OPPORTUNITIES.can(self.path[-1], to):
            self.path.append(to)

    @invariant()
    def won_is_the_end_and_never_comes_of_a_mere_lead(self) -> None:
        assert "won" not in self.path[:-1]
        if self.path[-1] == "won":
            assert self.path[-2] in ("qualified", "quoted")


TestDeals = DealMachine.TestCase


@pytest.mark.django_db
@settings(max_examples=10)
@given(history=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 9)), max_size=12))
def test_no_day_knows_what_was_recorded_after_it(history) -> None:
    """Against the obvious reading: of each slot the last row told by then."""
    told = sorted(history, key=lambda row: row[0])
    start = date(2026, 1, 5)
    schedule = [
        PlannedCallOff(slot=slot + 1, planned_on=start + timedelta(days=100 + slot), units=units * 10_000,
                       recorded_on=start + timedelta(days=day))
        for day, slot, units in told
    ]  # fmt: skip
    with transaction.atomic():
        item, account = crm.make_priced_item(), crm.make_customer()
        held = selling.make_agreement(account, item, first=start, months=12, signed_on=start, schedule=schedule)
        for back in range(7):
            as_of = start + timedelta(days=back)
            found = known.read_known(foundation.make_company().pk, as_of=as_of, until=start + timedelta(days=400))
            latest = {slot: units for day, slot, units in told if day <= back}
            expected = [units * 10_000 for _slot, units in sorted(latest.items()) if units]
            mine = [units for units, key in zip(found.units, found.document_id, strict=True) if key == held.pk]
            assert mine == expected
        transaction.set_rollback(True)
