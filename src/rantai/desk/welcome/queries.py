"""Read what a new company still lacks, and what goes with a demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from rantai.desk.turn.models import TurnRun
from rantai.foundation.access.models import User
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.locations.rules import SITES
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties import rules
from rantai.foundation.parties.models import Company, PartyRole
from rantai.iscm import facade as iscm

# Without these nothing flows; with them the loop page has something to say itself.
_NEEDED = ("items", "customers", "turn")


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstStep:
    """Something a new company does once; `ways` are links that begin it, the usual one first."""

    name: str
    title: str
    why: str
    is_done: bool
    ways: tuple[tuple[str, str], ...]


def list_first_steps(user: User) -> tuple[FirstStep, ...]:
    """Return what this person can do to bring a new company to life, done or not; nothing once the loop runs.

    Every state is read from the tables: a step is done because the thing is there, not because somebody ticked it.
    """
    company = parties.find_company()
    if company is None or company.is_demo:
        return ()
    steps = tuple(_list_steps(user, company))
    if all(step.is_done for step in steps if step.name in _NEEDED):
        return ()
    return tuple(step for step in steps if step.ways or step.is_done)


def list_losses() -> list[tuple[str, int]]:
    """Return what goes with a demonstration, in words with its number."""
    roles = PartyRole.objects.filter(ended_on=None)
    return [
        (_("customers"), roles.filter(role__in=("customer", "reseller")).count()),
        (_("suppliers"), roles.filter(role="supplier").count()),
        (_("items"), Item.objects.count()),
        (_("plants and warehouses"), Location.objects.filter(kind__in=SITES).count()),
        (_("messages in the outbox"), OutgoingMessage.objects.count()),
        (_("people who can sign in, you among them"), User.objects.filter(is_active=True).count()),
    ]


def _list_steps(user: User, company: Company) -> Iterator[FirstStep]:
    has_items = Item.objects.filter(archived_at=None).exists()
    has_customers = PartyRole.objects.filter(role="customer").exists()
    yield FirstStep(
        name="history",
        title=_("Bring your past orders"),
        why=_("Customers and items come with them, their value and their demand."),
        is_done=has_items and has_customers,
        ways=_list_ways(user, [("imports.use", "wires_imports:new", "orders", _("Bring a file"))]),
    )
    yield FirstStep(
        name="items",
        title=_("Say what you sell"),
        why=_("Items with their units and costs, from a file or one by one."),
        is_done=has_items,
        ways=_list_ways(
            user,
            [
                ("imports.use", "wires_imports:new", "items", _("Bring a file")),
                ("items.edit", "foundation_items:add", "", _("Add one")),
            ],
        ),
    )
    yield from _list_partner_steps(user, has_customers=has_customers)
    yield from _list_stock_steps(user, company)
    yield FirstStep(
        name="turn",
        title=_("Turn the loop once"),
        why=_("Customers are valued, demand is forecast, and a plan says what to buy and why."),
        is_done=has_items and TurnRun.objects.filter(state="done").exists(),
        ways=_list_ways(user, [("plan.view", "iscm_supply:plan", "", _("Open the plan"))]) if has_items else (),
    )
    yield FirstStep(
        name="colleagues",
        title=_("Invite your colleagues"),
        why=_("Each sees what their role needs, in their own language."),
        is_done=User.objects.filter(kind="staff").count() > 1,
        ways=_list_ways(user, [("access.manage", "foundation_access:invite", "", _("Invite"))]),
    )


def _list_partner_steps(user: User, *, has_customers: bool) -> Iterator[FirstStep]:
    yield FirstStep(
        name="suppliers",
        title=_("Say who supplies you"),
        why=_("With lead times and minimums, so that the plan knows what comes when."),
        is_done=PartyRole.objects.filter(role="supplier").exists(),
        ways=_list_ways(
            user,
            [
                ("imports.use", "wires_imports:new", "parties", _("Bring a file")),
                ("suppliers.edit", "srm_suppliers:new", "", _("Add one")),
            ],
        ),
    )
    yield FirstStep(
        name="customers",
        title=_("Say who buys from you"),
        why=_("Names and addresses, from a file; a first order may add one too."),
        is_done=has_customers,
        ways=_list_ways(
            user,
            [
                ("imports.use", "wires_imports:new", "parties", _("Bring a file")),
                ("orders.edit", "crm_orders:new_order", "", _("New order")),
            ],
        ),
    )


def _list_stock_steps(user: User, company: Company) -> Iterator[FirstStep]:
    ways = frozenset(way for way in rules.WAYS if getattr(company, way))
    if not rules.is_shown("iscm_inventory", ways):
        return
    yield FirstStep(
        name="sites",
        title=_("Say where your goods are"),
        why=_("A plant or a warehouse with its calendar."),
        is_done=Location.objects.filter(kind__in=SITES, archived_at=None).exists(),
        ways=_list_ways(user, [("locations.edit", "foundation_locations:add", "", _("Add one"))]),
    )
    yield FirstStep(
        name="stock",
        title=_("Count what is in stock"),
        why=_("Opening stock by file; with past orders it can be set by weeks of cover instead."),
        is_done=bool(iscm.list_stock(limit=1)),
        ways=_list_ways(user, [("imports.use", "wires_imports:new", "stock", _("Bring a file"))]),
    )


def _list_ways(user: User, ways: list[tuple[str, str, str, str]]) -> tuple[tuple[str, str], ...]:
    """Return (address, label) of the pages that there are and that this person may open."""
    found = []
    for permission, url_name, kind, label in ways:
        if user.has_perm(permission):
            try:
                found.append((reverse(url_name) + (f"?kind={kind}" if kind else ""), label))
            except NoReverseMatch:
                continue
    return tuple(found)
