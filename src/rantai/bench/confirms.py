"""Orders of five lines confirmed one after another: promise, demand, taken supply, events."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import Any

from rantai.bench.options import Options
from rantai.crm import facade as crm
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.foundation.items.actions import items as item_actions
from rantai.foundation.items.actions.items import ItemRow
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as parties
from rantai.iscm import facade as iscm
from rantai.iscm.messages import OpeningStock
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import newcomers
from rantai.wires.imports.presets import online_retail

ITEMS = 20
LINES = 5
STOCK = 1_000_000


def measure(options: Options) -> dict[str, Any]:
    """Confirm `size` orders (default 300) in one process; the drafts are captured before the clock starts."""
    orders = int(options.size or 300)
    company = run_atomic(lambda: newcomers.found_company(online_retail))
    site = locations.list_sites(company.pk).get()
    rows = [ItemRow(key=f"I{number}", name={"en": f"Item {number}"}) for number in range(ITEMS)]
    items = list(run_atomic(lambda: item_actions.upsert_items(rows, source="bench")).values())
    stock = OpeningStock(
        run_key="bench",
        item_ids=tuple(items),
        location_ids=(site.pk,) * ITEMS,
        units=(Quantity.of(STOCK).amount,) * ITEMS,
    )
    run_atomic(lambda: iscm.set_opening_stock(stock))
    customer = run_atomic(lambda: parties.add_party("Bench customer", roles=["customer"], by="bench"))
    drafts = [crm.capture_order(_draft(company.pk, customer.pk, items, number)) for number in range(orders)]
    seconds = [_time(order_id) for order_id in drafts]
    ordered = sorted(seconds)
    return {
        "seconds": sum(seconds),
        "orders": orders,
        "per_second": round(orders / sum(seconds), 1),
        "p50_ms": round(statistics.median(seconds) * 1000, 2),
        "p95_ms": round(ordered[int(orders * 0.95)] * 1000, 2),
    }


def _draft(company: int, customer: int, items: list[int], number: int) -> OrderDraft:
    now = clock.now()
    lines = tuple(
        OrderLineDraft(
            item_id=items[(number + place) % ITEMS],
            quantity=Quantity.of(1 + place),
            requested_on=now.date() + timedelta(days=14),
            unit_price=100_000,
        )
        for place in range(LINES)
    )
    return OrderDraft(company_id=company, party_id=customer, lines=lines, as_of=now, by="bench")


def _time(order_id: int) -> float:
    started = time.perf_counter()
    crm.confirm_order(order_id, revision=1, by="bench", as_of=clock.now())
    return time.perf_counter() - started
