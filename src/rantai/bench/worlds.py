"""A small company to sell from: a site with stock, and a customer whom a lane reaches, each with its working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.foundation.access import actions as access
from rantai.foundation.calendars import actions as calendars
from rantai.foundation.items.actions import items as item_actions
from rantai.foundation.items.actions.items import ItemRow
from rantai.foundation.locations import actions as locations
from rantai.foundation.locations import queries
from rantai.foundation.parties import actions as parties
from rantai.iscm import facade as iscm
from rantai.iscm.messages import OpeningStock
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import newcomers
from rantai.wires.imports.presets import online_retail

LINES = 5
STOCK = 1_000_000
BY = "bench"


@dataclass(frozen=True, kw_only=True)
class World:
    """Who sells what to whom; everything is in stock."""

    company_id: int
    site_id: int
    customer_id: int
    address_id: int
    item_ids: tuple[int, ...]


def found(*, items: int, stock: int = STOCK) -> World:
    """Found the company in the empty database, with so many units of each item."""
    company = run_atomic(lambda: newcomers.found_company(online_retail))
    site = queries.list_sites(company.pk).get()
    rows = [ItemRow(key=f"I{number}", name={"en": f"Item {number}"}) for number in range(items)]
    known = tuple(run_atomic(lambda: item_actions.upsert_items(rows, source=BY)).values())
    opening = OpeningStock(
        run_key=BY, item_ids=known, location_ids=(site.pk,) * items, units=(Quantity.of(stock).amount,) * items
    )
    run_atomic(lambda: iscm.set_opening_stock(opening))
    customer_id, address_id = run_atomic(lambda: _add_customer(site.pk))
    return World(company_id=company.pk, site_id=site.pk, customer_id=customer_id, address_id=address_id, item_ids=known)


def draft_order(world: World, number: int, *, as_of: datetime, lines: int = LINES) -> OrderDraft:
    """Return an order of so many lines; orders that follow each other want other items."""
    drafted = tuple(
        OrderLineDraft(
            item_id=world.item_ids[(number * lines + place) % len(world.item_ids)],
            quantity=Quantity.of(1 + place % LINES),
            requested_on=as_of.date() + timedelta(days=14),
            unit_price=100_000,
        )
        for place in range(lines)
    )
    return OrderDraft(
        company_id=world.company_id,
        party_id=world.customer_id,
        ship_to_id=world.address_id,
        lines=drafted,
        as_of=as_of,
        by=BY,
    )


def _add_customer(site_id: int) -> tuple[int, int]:
    country = access.add_territory("BENCH", name={"en": "Country"})
    region = access.add_territory("BENCH-1", name={"en": "Region"}, parent=country)
    locations.add_lane(site_id, territory=country, transit_days=3, rank=1, by=BY)
    locations.add_lane(site_id, territory=region, transit_days=2, rank=1, by=BY)
    office = calendars.add_calendar("BENCH", name="Monday to Friday", zone="UTC", shifts=calendars.weekdays(), by=BY)
    customer = parties.add_party("Bench customer", roles=["customer"], by=BY)
    place = {"street": "Street 1", "city": "City", "country": "GB", "zone": "Europe/London"}
    address = parties.add_address(customer.pk, is_default=True, territory=region, calendar=office, **place)
    return customer.pk, address.pk
