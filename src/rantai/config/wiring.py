"""Who hears what, and what happens when: the one place where houses are joined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.crm import handlers as crm
from rantai.foundation import events as masters
from rantai.foundation import handlers as foundation
from rantai.foundation.access import rules as access
from rantai.foundation.documents import rules as documents
from rantai.foundation.items import queries as items
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm_door
from rantai.iscm import handlers as iscm
from rantai.kernel import citations, cron, outbox, refs
from rantai.kernel.cron import Entry
from rantai.kernel.facts import Fact
from rantai.srm import facade as srm
from rantai.wires.mail import tasks as mail

SUBSCRIPTIONS: tuple[tuple[type[Fact], Callable[[Any], None]], ...] = (
    # suppliers → operations, and what operations hear of their own warehouse
    *iscm.HANDLED,
    # operations → customers, and what customers' house hears of itself
    *crm.HANDLED,
    # masters
    (masters.PartyErased, foundation.on_party_erased),
    # what was recorded for somebody outside → the world
    (masters.MessageQueued, mail.on_message_queued),
    (masters.UserInvited, mail.on_user_invited),
)

PAGES = {
    # kind of document: (its page, who may see it)
    "sales_order": ("crm_orders:order", "orders.view"),
    "invoice": ("crm_orders:invoice", "invoices.view"),
    "sales_agreement": ("crm_selling:agreement", "selling.view"),
    "opportunity": ("crm_selling:deal", "selling.view"),
    "party": ("crm_accounts:customer", "accounts.view"),
    "supplier": ("srm_suppliers:supplier", "suppliers.view"),
    "purchase_requisition": ("srm_buying:requisition", "purchasing.view"),
    "purchase_order": ("srm_buying:order", "purchasing.view"),
    "planned_order": ("iscm_supply:order", "plan.view"),
    "shipment": ("iscm_fulfilment:shipment", "shipments.view"),
    "goods_receipt": ("iscm_fulfilment:receipt", "receipts.view"),
    "production_order": ("iscm_production:order", "production.view"),
    "transfer_order": ("iscm_fulfilment:transfer", "transfers.view"),
    "item": ("foundation_items:item", "items.view"),
    "scenario": ("iscm_strategy:scenario", "scenarios.view"),
    "takeover": ("iscm_strategy:takeover", "scenarios.view"),
    "promotion_candidate": ("iscm_inventory:candidate", "stock.view"),
}

NAMES: dict[str, tuple[Any, citations.Numbers | None]] = {
    # kind of document: (its word, who knows its number)
    "purchase_order": (_("Purchase order"), srm.number_orders),
    "plan_run": (pgettext_lazy("document", "Plan"), partial(iscm_door.number_documents, "plan_run")),
    "shipment": (_("Shipment"), partial(iscm_door.number_documents, "shipment")),
    "goods_receipt": (_("Goods receipt"), partial(iscm_door.number_documents, "goods_receipt")),
    "return_receipt": (_("Return"), partial(iscm_door.number_documents, "return_receipt")),
    "transfer_order": (_("Transfer"), partial(iscm_door.number_documents, "transfer_order")),
    "production_order": (_("Production order"), partial(iscm_door.number_documents, "production_order")),
    "stock_count": (_("Stock count"), partial(iscm_door.number_documents, "stock_count")),
    "item": (_("Item"), items.name_codes),
    "promotion_candidate": (_("Stock to promote"), partial(iscm_door.number_documents, "promotion_candidate")),
    "import": (_("Import"), None),
    "scenario": (_("Scenario"), None),
    "takeover": (_("Taken over"), None),
}

CRON: tuple[Entry, ...] = (
    Entry(name="turn", task="desk.turn", at=(time(6, 30),)),
    Entry(name="loop figures", task="desk.snapshot_figures", at=(time(0, 50),)),
    Entry(name="sweep", task="config.sweep", at=(time(2, 30),)),
    Entry(name="allocations", task="iscm.keep_allocations", at=(time(0, 10),)),
    Entry(name="promise figures", task="iscm.measure_promises", at=(time(0, 55),)),
    Entry(name="supplier figures", task="srm.snapshot_measures", at=(time(1, 0),)),
    Entry(name="lead times", task="srm.revise_lead_times", at=(time(1, 10),)),
    Entry(name="settled purchases", task="srm.close_received_orders", at=(time(1, 20),)),
    Entry(name="sensing", task="iscm.sense_demand", every_minutes=60),
    Entry(name="stock figures", task="iscm.find_excess", at=(time(3, 10),)),
    Entry(name="service figures", task="iscm.measure_service", at=(time(3, 20),)),
    Entry(name="shipments", task="iscm.release_for_shipping", every_minutes=15),
    Entry(name="messages", task="mail.send_due", every_minutes=1),
    Entry(name="digests", task="mail.send_digests", at=(time(7, 0),), payload={"pace": "daily"}),
    Entry(name="digests now", task="mail.send_digests", every_minutes=5, payload={"pace": "now"}),
)
"""Regular work, in the company's zone."""


def find_zone() -> str | None:
    """Return the zone in which the cron table is read: the company's; without one there is no regular work."""
    company = parties.find_company()
    return company.zone if company else None


for fact, handler in SUBSCRIPTIONS:
    outbox.subscribe(fact, handler)
cron.TABLE[:] = CRON
for kind, (page, permission) in PAGES.items():
    refs.PAGES[kind] = page
    documents.VIEW_PERMISSION[kind] = permission
documents.FILE_PERMISSION["purchase_order"] = access.SEES_COST
citations.NAMES.update(NAMES)
citations.LISTS["plan_run"] = "iscm_supply:plan"
