"""Calendars are kept on a page: hours of the week, days that differ."""

from datetime import date

import pytest
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.calendars import queries
from rantai.foundation.calendars.models import Calendar
from rantai.kernel.models import Event
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"foundation_calendars:{name}", args=args)


@pytest.fixture
def planner(client):
    make.make_company()
    user = make.make_user(roles=["planner"])
    client.force_login(user)
    return user


def calendar_data(*days, initial=0, **changed):
    data = {
        "code": "SHIFT",
        "name": "Two shifts",
        "zone": "Asia/Jakarta",
        "days-TOTAL_FORMS": len(days),
        "days-INITIAL_FORMS": initial,
    }
    data |= {f"day_{weekday}": "06:00-14:00, 14:00-22:00" for weekday in range(5)}
    for place, day in enumerate(days):
        data |= {f"days-{place}-{name}": value for name, value in day.items()}
    return data | changed


def test_a_calendar_is_added_and_changed(client, planner):
    natal = {"day": "2026-12-25", "name": "Natal"}
    half = {"day": "2026-12-24", "name": "Malam Natal", "hours": "06:00-12:00"}

    client.post(url("add"), calendar_data(natal, half, {}))

    calendar = Calendar.objects.get(code="SHIFT")
    days = queries.get_working_days(calendar.pk)
    assert days.spans(date(2026, 12, 23)) == ((21_600, 50_400), (50_400, 79_200))
    assert days.spans(date(2026, 12, 24)) == ((21_600, 43_200),)
    assert not days.is_open(date(2026, 12, 25))
    assert not days.is_open(date(2026, 12, 26))

    client.post(url("calendar", calendar.pk), calendar_data(natal, initial=1, day_5="06:00-24:00", revision=1))
    days = queries.get_working_days(calendar.pk)
    assert days.spans(date(2026, 12, 26)) == ((21_600, 86_400),)
    assert days.spans(date(2026, 12, 24)) == ((21_600, 50_400), (50_400, 79_200))
    assert Event.objects.filter(kind="CalendarChanged", payload={"calendar_id": calendar.pk}).count() == 2
    assert client.post(url("calendar", calendar.pk), calendar_data(revision=1)).status_code == 409


@pytest.mark.parametrize(
    "changed",
    [
        {"day_0": "8 to 5"}, {"day_0": "17:00-08:00"}, {"day_0": "08:00-12:00, 11:00-15:00"}, {"day_0": "08:00-25:00"},
        {"zone": "Mars/Olympus"}, {"name": ""}, {"code": "RNT-DAYS"},
    ],
)  # fmt: skip
def test_bad_hours_are_refused(client, planner, changed):
    answer = client.post(url("add"), calendar_data(**changed))

    assert answer.status_code == 422
    assert not Calendar.objects.filter(code="SHIFT").exists()


def test_a_day_that_differs_is_there_once(client, planner):
    answer = client.post(url("add"), calendar_data({"day": "2026-12-25"}, {"day": "2026-12-25"}))

    assert "A day is there twice" in answer.content.decode()
    assert not Calendar.objects.filter(code="SHIFT").exists()


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_opens_in_every_language(client, planner, language):
    User.objects.update(language=language)
    pages = [url("calendars"), url("add"), url("calendar", Calendar.objects.get().pk)]

    assert [client.get(page).status_code for page in pages] == [200, 200, 200]


def test_a_buyer_looks_but_does_not_touch(client):
    make.make_company()
    client.force_login(make.make_user(roles=["buyer"]))
    calendar = Calendar.objects.get()

    assert client.get(url("calendar", calendar.pk)).status_code == 200
    assert client.post(url("calendar", calendar.pk), calendar_data(revision=1)).status_code == 403
    assert Calendar.objects.get().revision == 1
