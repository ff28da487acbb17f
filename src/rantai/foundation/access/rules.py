"""Permissions of the house: who has them by default, and how a view asks for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

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

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "access.manage": (),
}

API_SCOPES = (
    "orders.read",
    "orders.write",
    "promise.read",
    "stock.read",
    "tracking.read",
    "masters.read",
    "masters.write",
)
"""What a machine's key can be allowed."""


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
