"""Projected stock: what comes and goes adds up in every bucket, and every bar leads to its papers."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from rantai.iscm.supply.management import planning
from rantai.iscm.supply.queries import projection
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to(factory.MONDAY, tick=False)


@pytest.fixture
def planned():
    site, supplier, item = suppliers.make_site(), suppliers.make_supplier("Batam Power"), foundation.make_item("PANEL")
    foundation.make_source(item, supplier=supplier, lead_time_days=5)
    factory.make_stock(item, site, 12)
    order = suppliers.make_sent(supplier, [(item, 10)], due_on=date(2026, 11, 12))
    suppliers.answer(order, (10, date(2026, 11, 12)))
    factory.make_demand(item, 8, requested_on=date(2026, 11, 6))
    factory.make_demand(item, 20, requested_on=date(2026, 11, 25))
    return planning.make_plan(factory.MONDAY, builder="test").run, site, item


@pytest.mark.parametrize("by", [projection.DAY, projection.WEEK])
def test_every_bucket_adds_up_and_hands_on_to_the_next(planned, by):
    run, site, item = planned

    found = projection.read(run, item.pk, site.pk, by=by)

    assert found
    assert found.buckets[0].opening == found.on_hand
    for one, after in zip(found.buckets, found.buckets[1:], strict=False):
        going = one.orders + one.forecast + one.requirement + one.taken
        assert one.closing == one.opening + one.receipt + one.planned - going
        assert after.opening == one.closing
    assert sum(one.orders for one in found.buckets) == 280_000
    assert sum(one.receipt for one in found.buckets) == 100_000
    assert sum(row.units for row in found.movements) == found.buckets[-1].closing - found.on_hand


def test_the_first_shortage_is_seen_where_nothing_more_is_ordered(planned):
    run, site, item = planned

    found = projection.read(run, item.pk, site.pk, by=projection.WEEK)

    assert found
    assert found.first_short
    assert found.first_short.start == date(2026, 11, 23)
    assert found.buckets[-1].alone == -60_000
    assert found.buckets[-1].closing >= 0


def test_days_and_weeks_tell_the_same(planned):
    run, site, item = planned

    days = projection.read(run, item.pk, site.pk, by=projection.DAY)
    weeks = projection.read(run, item.pk, site.pk, by=projection.WEEK)

    assert days
    assert weeks
    assert days.movements == weeks.movements


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_page_leads_to_the_papers_and_to_a_file(client, planned, language, django_assert_max_num_queries):
    _run, site, item = planned
    user = foundation.make_user(roles=["planner"], language=language)
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    url = reverse("iscm_supply:stock", args=[item.pk, site.pk])

    with django_assert_max_num_queries(60):
        text = client.get(f"{url}?at=2026-11-09").content.decode()

    assert "PO-00001" in text
    assert client.get(f"{url}?by=day").status_code == 200
    assert client.get(f"{url}?export=xlsx")["Content-Type"].startswith("application/vnd")
    assert b"2026-11-09" in b"".join(client.get(f"{url}?export=csv").streaming_content)
    user.roles.clear()
    assert client.get(url).status_code == 403
