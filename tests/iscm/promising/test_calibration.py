"""Promises are judged by their own quantiles: golden counts, and what a supplier's lateness did to them."""

from __future__ import annotations

import html
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising import measures
from rantai.iscm.promising.queries import quantiles
from tests.factories import crm as crm_factory
from tests.factories import foundation
from tests.factories import iscm as factory

DAY = date(2026, 3, 2)


def say(late: int | None, *, supplier: int | None = 7) -> measures.Said:
    """A promise with P50, P80, P90 at 0, 3 and 5 days, there so many days late; None: not yet."""
    days = {quantile: DAY + timedelta(days=more) for quantile, more in ((50, 0), (80, 3), (90, 5))}
    there_on = None if late is None else DAY + timedelta(days=late)
    return measures.Said(supplier_id=supplier, category_id=1, days=days, there_on=there_on)


def test_golden_counts_of_a_supplier_who_is_as_late_as_he_was() -> None:
    lateness = [-1, 0, 0, 0, 0, 1, 2, 3, 4, 6]
    assert quantiles.of_samples(lateness) == (0, 3, 4)

    (row,) = measures.calibrate([say(late) for late in lateness], today=DAY + timedelta(days=30))

    assert row.due == {50: 10, 80: 10, 90: 10}
    assert row.met == {50: 5, 80: 8, 90: 9}
    assert [row.off(quantile) for quantile in (50, 80, 90)] == pytest.approx([0, 0, 0])


def test_what_is_not_due_is_not_counted_and_what_never_came_is_missed() -> None:
    (row,) = measures.calibrate([say(None), say(0)], today=DAY + timedelta(days=4))

    # the P50 and P80 days of the first have gone by without it, its P90 day is tomorrow
    assert row.due == {50: 2, 80: 2, 90: 1}
    assert row.met == {50: 1, 80: 1, 90: 1}


def test_nothing_due_is_no_figure() -> None:
    assert measures.calibrate([], today=DAY) == []
    row = measures.calibrate([say(None)], today=DAY)[0:1]
    assert row == []


@pytest.mark.django_db
def test_a_delivery_is_judged_by_the_first_promise(client: Client) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 10)
    factory.make_demand(item, 5)
    (shipment,) = factory.release()
    crm_factory.pack(shipment, at=factory.MONDAY)
    with transaction.atomic():
        iscm.ship_shipment(shipment.pk, by="test", as_of=factory.MONDAY)
    factory.drain()
    with transaction.atomic():
        iscm.deliver_shipment(shipment.pk, by="test", as_of=factory.MONDAY + timedelta(days=20))
    factory.drain()
    today = factory.MONDAY.date() + timedelta(days=30)

    found = {kpi.code: kpi for kpi in measures.measure_calibration(since=date(2026, 1, 1), today=today)}

    late = found["promise_met_p80"]
    assert (late.numerator, late.denominator) == (0, 1)
    client.force_login(foundation.make_user(roles=["planner"], language="en"))
    page = client.get(reverse("iscm_promising:calibration"))
    assert page.status_code == 200
    line = Demand.objects.get()
    behind = client.get(page.context["rows"][0]["href"])
    text = html.unescape(behind.content.decode())
    assert reverse("iscm_promising:demand", args=[line.pk]) in text
    assert "0 of 1 promise kept its P80 day" in text
    assert line.number in text
    elsewhere = client.get(reverse("iscm_promising:judged"), {"supplier": "7", "category": "x"})
    assert elsewhere.context["due"] == 0
    assert line.number not in elsewhere.content.decode()
