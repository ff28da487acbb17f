"""Permissions of the house: who has them by default, and how a view asks for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from rantai.foundation.access.models import User

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request that a guard let pass, for type checkers: its user is one of us."""

    user: User


BUILTIN_ROLES: dict[str, dict[str, str]] = {
    "sales": {"en": "Sales", "id": "Penjualan", "zh-hans": "销售"},
    "service": {"en": "Customer service", "id": "Layanan pelanggan", "zh-hans": "客户服务"},
    "planner": {"en": "Planning", "id": "Perencanaan", "zh-hans": "计划"},
    "buyer": {"en": "Purchasing", "id": "Pembelian", "zh-hans": "采购"},
    "warehouse": {"en": "Warehouse", "id": "Gudang", "zh-hans": "仓库"},
    "production": {"en": "Production", "id": "Produksi", "zh-hans": "生产"},
    "finance": {"en": "Finance", "id": "Keuangan", "zh-hans": "财务"},
    "manager": {"en": "Management", "id": "Manajemen", "zh-hans": "管理层"},
}
"""Roles that a new company has; whoever is_admin holds every permission without a role."""

EVERY_ROLE = tuple(BUILTIN_ROLES)

SEES_COST = "cost.view"
"""What things cost us: unit cost, stock value, purchase prices, margins. A person may be excepted: User.hides_cost."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "access.manage": (),
    SEES_COST: ("sales", "planner", "buyer", "finance", "manager"),
}

API_SCOPES = (
    "forecast.write",
    "orders.read",
    "orders.write",
    "promise.read",
    "stock.read",
    "tracking.read",
    "masters.read",
    "masters.write",
)
"""What a machine's key can be allowed."""


SUBJECTS: dict[str, Any] = {
    "access": _("Users and rights"),
    "accounts": _("Customers"),
    "calendars": _("Calendars"),
    "company": _("Our company"),
    "cost": _("What things cost us"),
    "demand": _("Demand"),
    "desk": _("The chain as a whole"),
    "documents": _("Comments and files"),
    "imports": _("Files from outside"),
    "insight": _("Worth of customers"),
    "invoices": _("Invoices"),
    "items": _("Items"),
    "locations": _("Places and lanes"),
    "loyalty": _("Points"),
    "messages": _("Messages to partners"),
    "orders": _("Orders of customers"),
    "papers": _("Papers"),
    "parties": _("Names and addresses"),
    "payments": _("Payments"),
    "plan": _("Plan"),
    "prices": _("Prices"),
    "production": _("Production"),
    "purchasing": _("Buying"),
    "receipts": _("Goods coming in"),
    "scenarios": _("Scenarios"),
    "selling": _("Agreements and pipeline"),
    "shipments": _("Goods going out"),
    "stock": _("Stock"),
    "suppliers": _("Suppliers"),
    "transfers": _("Moves between our places"),
}
"""What a permission is about: the word before its dot, in words."""

ABILITIES: dict[str, Any] = {
    "access.manage": _("Invite people, set roles, teams, territories and keys"),
    "accounts.change": _("Change a customer's terms"),
    "accounts.set_credit": _("Set credit limits"),
    "accounts.view": _("See customers"),
    "calendars.edit": _("Change calendars and holidays"),
    "calendars.view": _("See calendars"),
    "company.edit": _("Change the company, its taxes, rates and numbers"),
    "company.view": _("See the company's settings"),
    "cost.view": _("See unit costs, purchase prices, stock values and margins"),
    "demand.allocate": _("Say how much is kept for which class"),
    "demand.approve": _("Approve the forecast that the plan counts on"),
    "demand.edit": _("Change forecasts"),
    "demand.view": _("See demand, forecast and promises"),
    "desk.explain": _("See why: the chain behind any date"),
    "desk.jobs": _("See and stop work in the background"),
    "desk.loop": _("See the loop page"),
    "desk.needs": _("See what needs them now"),
    "desk.turn": _("Start a turn of the loop"),
    "documents.use": _("Comment, attach files, hand over tasks"),
    "imports.use": _("Bring files in"),
    "insight.value": _("Have customers valued anew"),
    "insight.view": _("See what customers are worth"),
    "invoices.issue": _("Issue invoices and credit notes"),
    "invoices.view": _("See invoices"),
    "items.edit": _("Change items, sources, bills and routings"),
    "items.view": _("See items"),
    "locations.edit": _("Change plants, warehouses and lanes"),
    "locations.view": _("See plants, warehouses and lanes"),
    "loyalty.edit": _("Change points programmes"),
    "loyalty.view": _("See points"),
    "messages.edit": _("Change the words of messages, send again"),
    "messages.view": _("See what was sent"),
    "orders.cancel": _("Cancel orders"),
    "orders.capture": _("Write orders and quotes"),
    "orders.change": _("Change confirmed orders"),
    "orders.expedite": _("Buy from a faster supplier for a late order"),
    "orders.confirm": _("Confirm orders and promise dates"),
    "orders.release_hold": _("Let held orders go"),
    "orders.view": _("See orders"),
    "papers.edit": _("Change letterhead, logo and layout of papers"),
    "parties.edit": _("Change names, addresses and contacts"),
    "parties.erase": _("Erase what is personal, for good"),
    "parties.merge": _("Merge duplicates"),
    "parties.view": _("See names and addresses"),
    "payments.record": _("Note payments that came in"),
    "plan.decide": _("Accept, change or dismiss proposals"),
    "plan.view": _("See the plan"),
    "prices.change": _("Change prices"),
    "prices.view": _("See prices"),
    "production.view": _("See production orders"),
    "production.work": _("Release, start and finish production"),
    "purchasing.approve": _("Approve purchase orders"),
    "purchasing.edit": _("Write and send purchase orders"),
    "purchasing.view": _("See purchase orders"),
    "receipts.view": _("See receipts"),
    "receipts.work": _("Take goods in"),
    "scenarios.decide": _("Approve what is taken over of scenarios"),
    "scenarios.edit": _("Ask what if, take changes over"),
    "scenarios.view": _("See scenarios and strategy templates"),
    "selling.edit": _("Write agreements and deals"),
    "selling.sign": _("Sign and end agreements"),
    "selling.view": _("See agreements and the pipeline"),
    "shipments.release": _("Release orders for shipping"),
    "shipments.view": _("See shipments"),
    "shipments.work": _("Pick, pack and ship"),
    "stock.adjust": _("Count and adjust stock"),
    "stock.plan": _("Set how sure stock must be"),
    "stock.view": _("See stock"),
    "suppliers.edit": _("Change suppliers and their prices"),
    "suppliers.view": _("See suppliers"),
    "transfers.view": _("See moves between our places"),
    "transfers.work": _("Write, ship and receive moves"),
    # what a machine's key can be allowed
    "orders.read": _("Read orders"),
    "orders.write": _("Write orders"),
    "promise.read": _("Ask for dates"),
    "stock.read": _("Read stock"),
    "forecast.write": _("Change the forecast"),
    "tracking.read": _("Follow deliveries"),
    "masters.read": _("Read items and partners"),
    "masters.write": _("Write items and partners"),
}
"""Every permission in words; a test finds one that has none."""


def permission_required(name: str) -> Callable[[View], View]:
    """Let a view answer only staff who hold the permission; others sign in or get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.has_perm(name):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = name  # type: ignore[attr-defined]
        return guarded

    return decorate


def staff_required(view: View) -> View:
    """Let a view answer any of our own people: their settings, their notifications."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.permission = "staff"  # type: ignore[attr-defined]
    return guarded


def refuse() -> NoReturn:
    """Answer 403 from inside a view that some may only look at."""
    raise PermissionDenied


def public(view: View) -> View:
    """Mark a view as open to anybody: it guards itself, by a token for instance."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view
