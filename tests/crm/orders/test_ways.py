"""While an order is taken down, a line that would be late shows what else could be done, and a click does it."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.foundation.items.actions import substitutes
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from tests.crm.orders.test_pages import line_data
from tests.factories import crm, foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(client: Client) -> Client:
    """Somebody who sells and sees costs."""
    client.force_login(foundation.make_user(roles=["sales"], language="en"))
    return client


def near() -> str:
    return (timezone.now().date() + timedelta(days=8)).isoformat()


def quote(seller: Client, item: Item, quantity: str, **facts: str) -> tuple[str, str]:
    url = reverse("crm_orders:new_order") + f"?customer={crm.make_customer().party_id}"
    line = {"item": item.code, "quantity": quantity, "requested_on": near()}
    return url, unescape(seller.post(url, line_data(line, do="quote", **facts)).content.decode())


def find_value(page: str, kind: str) -> str:
    found = re.search(rf'name="take" value="({kind}\|[^"]+)"', page)
    assert found, page[page.find("What else") :][:3000]
    return found.group(1)


def make_late_item() -> Item:
    """Four are here; more come in three weeks."""
    item = crm.make_stocked_item("MON-15", price="1500000", units=4)
    foundation.make_source(item, lead_time_days=20)
    return item


def test_a_line_in_time_shows_no_other_ways(seller: Client) -> None:
    _url, page = quote(seller, crm.make_stocked_item(), "2")

    assert "What else could be done" not in page


def test_a_split_becomes_two_lines_by_a_click(seller: Client) -> None:
    item = make_late_item()
    url, page = quote(seller, item, "10")

    line = {"item": item.code, "quantity": "10", "requested_on": near()}
    taken = unescape(seller.post(url, line_data(line, take=find_value(page, "split"))).content.decode())

    figures = re.findall(r'name="lines-(\d)-quantity" value="(\d+)"', taken)
    assert figures == [("0", "4"), ("1", "6")]
    assert "later than wanted" not in taken


def test_a_substitute_takes_the_place_of_the_item_in_its_quantity(seller: Client) -> None:
    item = make_late_item()
    other = crm.make_stocked_item("MON-17", price="1900000", units=50)
    substitutes.add_substitute(item.pk, substitute_id=other.pk, ratio=Fraction(2))
    url, page = quote(seller, item, "10")
    line = {"item": item.code, "quantity": "10", "requested_on": near()}

    taken = unescape(seller.post(url, line_data(line, take=find_value(page, "substitute"))).content.decode())

    assert 'name="lines-0-item" value="MON-17"' in taken
    assert 'name="lines-0-quantity" value="20"' in taken
    assert "later than wanted" not in taken


def test_another_site_is_kept_with_the_line_and_taken_at_confirmation(seller: Client) -> None:
    item = make_late_item()
    far = foundation.make_site("FAR")
    factory.make_stock(item, far, 30)
    url = reverse("crm_orders:new_order") + f"?customer={crm.make_customer().party_id}"
    here = {"item": item.code, "quantity": "10", "requested_on": near(), "site": str(crm.make_warehouse().pk)}
    page = unescape(seller.post(url, line_data(here, do="quote")).content.decode())
    value = find_value(page, "site")

    taken = unescape(seller.post(url, line_data(here, take=value)).content.decode())
    assert f'name="lines-0-site" value="{far.pk}"' in taken
    seller.post(url, line_data(here | {"site": str(far.pk)}, do="confirm"))

    row = ScheduleLine.objects.get()
    assert (row.ships_from_id, SalesOrder.objects.get().state) == (far.pk, "confirmed")
    assert Location.objects.get(pk=row.ships_from_id) == far


def test_costs_are_shown_to_those_who_may_see_them(client: Client) -> None:
    item = make_late_item()
    Item.objects.filter(pk=item.pk).update(standard_cost=1_000_000 * 10_000)
    open_eyed = foundation.make_user(roles=["sales"], language="en")
    hidden = foundation.make_user(roles=["sales"], language="en", hides_cost=True)

    client.force_login(open_eyed)
    _url, seen = quote(client, item, "10")
    client.force_login(hidden)
    _url, unseen = quote(client, item, "10")

    assert "Costs us" in seen
    assert "Not known: freight" in seen
    assert "What else could be done" in unseen
    assert "Costs us" not in unseen


def test_a_click_that_names_nothing_changes_nothing(seller: Client) -> None:
    item = crm.make_stocked_item()
    url, _page = quote(seller, item, "2")
    line = {"item": item.code, "quantity": "2", "requested_on": near()}

    for value in ("split|9|1@x", "site|0|999999", "substitute|0", "later|0|never", "x"):
        assert seller.post(url, line_data(line, take=value)).status_code in (200, 422)


def test_a_change_shows_what_else_moves_before_it_is_made(seller: Client) -> None:
    item = crm.make_stocked_item("MON-15", price="1500000", units=10)
    first, waiting = (
        crm.make_order(crm.make_customer(), [(item, units)], as_of=timezone.now(), in_days=3) for units in (10, 6)
    )
    for order in (first, waiting):
        crm.crm.confirm_order(order.pk, revision=1, by=crm.BY, as_of=timezone.now())
    factory.drain()
    waiting.refresh_from_db()
    line = first.lines.get()
    url = reverse("crm_orders:change_order", args=[first.pk])
    first.refresh_from_db()
    form = {f"line-{line.pk}-quantity": "2", f"line-{line.pk}-requested_on": "", "revision": str(first.revision)}

    page = unescape(seller.post(url, form | {"do": "preview"}).content.decode())

    assert "What else moves" in page
    assert waiting.number in page
    assert "8\xa0pcs are free for others: stock" in page
    line.refresh_from_db()
    assert line.quantity == 100_000, "nothing has changed yet"
