"""Working days are counted on the calendar, hours in its zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from rantai.foundation.calendars import actions, queries
from rantai.foundation.calendars.queries import NeverOpen, WorkingDays

OFFICE = WorkingDays(name="office", week=(((28_800, 61_200),),) * 5 + ((), ()))


def test_adding_days_passes_over_the_weekend():
    assert OFFICE.add(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert OFFICE.add(date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert OFFICE.add(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert OFFICE.subtract(date(2026, 11, 23), 1) == date(2026, 11, 20)
    assert OFFICE.subtract(date(2026, 11, 22), 0) == date(2026, 11, 20)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_adding_and_subtracting_undo_each_other_on_open_days(day, days):
    start = OFFICE.on_or_after(day)

    assert OFFICE.subtract(OFFICE.add(start, days), days) == start
    assert OFFICE.count(start, OFFICE.add(start, days)) == days


def test_a_calendar_without_shifts_says_so():
    with pytest.raises(NeverOpen, match="closed"):
        WorkingDays(name="closed", week=((),) * 7).on_or_after(date(2026, 1, 1))


def test_hours_follow_the_clock_change():
    night = WorkingDays(zone="Europe/Berlin", week=(((0, 86_400),),) * 7)

    starts, ends = night.expand(date(2026, 3, 28), date(2026, 3, 31))

    assert len(starts) == 1
    assert int(ends[0] - starts[0]) == 3 * 86_400 - 3600
    assert datetime.fromtimestamp(int(starts[0]), UTC) == datetime(2026, 3, 28, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_shift_after_the_clock_change_begins_at_its_local_time():
    late = WorkingDays(zone="Europe/Berlin", week=(((22 * 3600, 86_400),),) * 7)

    starts, ends = late.expand(date(2026, 3, 29), date(2026, 3, 30))

    assert datetime.fromtimestamp(int(starts[0]), UTC) == datetime(2026, 3, 29, 20, tzinfo=UTC)
    assert timedelta(seconds=int(ends[0] - starts[0])) == timedelta(hours=2)


@pytest.mark.django_db
def test_a_changed_calendar_is_read_anew():
    with transaction.atomic():
        calendar = actions.add_calendar("JKT", name="Jakarta", zone="Asia/Jakarta")
    assert not queries.get_working_days(calendar.pk).is_open(date(2026, 11, 21))

    holiday = actions.ExceptionRow(day=date(2026, 12, 25), name="Natal")
    with transaction.atomic():
        actions.edit_calendar(
            calendar, values={"name": "Jakarta 6 hari"}, shifts=actions.weekdays(days=range(6)), exceptions=[holiday],
            expected_revision=1, by="test",
        )  # fmt: skip

    days = queries.get_working_days(calendar.pk)
    assert days.is_open(date(2026, 11, 21))
    assert not days.is_open(date(2026, 12, 25))


@pytest.mark.django_db
def test_no_calendar_is_open_every_day(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.get_working_days(None).count(date(2026, 1, 1), date(2027, 1, 1)) == 365
