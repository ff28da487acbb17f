"""When regular work is due next: in the company's zone, over clock changes too."""

from datetime import UTC, datetime, time

import pytest

from rantai.kernel import cron
from rantai.kernel.cron import Entry
from rantai.kernel.models import Job


def test_the_next_slot_is_today_or_tomorrow_in_the_company_zone():
    entry = Entry(name="turn", task="desk.turn", at=(time(6, 30),))

    # 06:30 in Jakarta is 23:30 UTC of the day before
    assert cron.next_slot(entry, now=datetime(2026, 11, 22, 1, tzinfo=UTC), zone="Asia/Jakarta") == datetime(
        2026, 11, 22, 23, 30, tzinfo=UTC
    )
    assert cron.next_slot(entry, now=datetime(2026, 11, 22, 23, 30, tzinfo=UTC), zone="Asia/Jakarta") == datetime(
        2026, 11, 23, 23, 30, tzinfo=UTC
    )


def test_an_entry_by_minutes_is_due_at_the_next_round_minute():
    entry = Entry(name="messages", task="mail.send_due", every_minutes=15)

    assert cron.next_slot(entry, now=datetime(2026, 11, 22, 1, 7, tzinfo=UTC), zone="UTC") == datetime(
        2026, 11, 22, 1, 15, tzinfo=UTC
    )


def test_an_entry_without_times_is_never_due():
    assert cron.next_slot(Entry(name="x", task="x"), now=datetime(2026, 11, 22, tzinfo=UTC), zone="UTC") is None


@pytest.mark.django_db(transaction=True)
def test_who_begins_has_missed_nothing_and_who_stopped_makes_up_for_it():
    daily = Entry(name="sweep", task="config.sweep", at=(time(6, 30),))
    often = Entry(name="often", task="config.sweep", every_minutes=15)
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert cron.queue_due((daily, often), now=noon, zone="UTC") == 1
    assert Job.objects.count() == 1

    assert cron.queue_due((daily,), now=noon.replace(day=23), zone="UTC") == 1
    assert cron.queue_due((daily,), now=noon.replace(day=23), zone="UTC") == 0
