"""The company that goes through the storm: a shop with stock, suppliers, a policy, a machine's key and a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction

from rantai.foundation.access import actions as access
from rantai.foundation.access.models import User
from rantai.kernel import clock
from rantai.kernel.models import ApprovalPolicy
from rantai.wires.imports.presets import online_retail
from tests.factories import crm as sales
from tests.factories import foundation, srm
from tests.factories import iscm as operations

ITEMS = 12
STOCK = 60
ROLES = ("sales", "planner", "manager", "warehouse", "buyer")


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What those need who work at the shop while it is hit."""

    customers: tuple[int, ...]
    codes: tuple[str, ...]
    key: str
    email: str
    password: str


def found_shop() -> Shop:
    """Found the shop of the preset's files, with items of its own that sell while its past comes in."""
    place = {"zone": online_retail.ZONE, "country": online_retail.COUNTRY, "currency": online_retail.CURRENCY}
    foundation.make_company(**place)
    territory = foundation.make_territory("GB")
    site = foundation.make_site("MAIN", serves=territory)
    prices = sales.make_price_list(currency=online_retail.CURRENCY)
    supplier = srm.make_supplier("Leverancier")
    codes = [f"OWN-{number}" for number in range(ITEMS)]
    for code in codes:
        item = foundation.make_item(code, standard_cost=5 * 10_000)
        sales.make_price(item, "9.95", price_list=prices)
        foundation.make_source(item, supplier=supplier, lead_time_days=7)
        operations.make_stock(item, site, STOCK)
    customers = [sales.make_customer(f"Customer {number}", territory=territory).party_id for number in range(5)]
    let_the_plan_buy()
    user = make_person()
    return Shop(
        customers=tuple(customers),
        codes=tuple(codes),
        key=make_key(user),
        email=user.email,
        password=foundation.PASSWORD,
    )


@transaction.atomic
def let_the_plan_buy() -> None:
    """Let every purchase go without asking, so that a turn writes orders and letters too."""
    ApprovalPolicy.objects.create(
        kind="purchase", max_amount=10**15, horizon_days=60, set_by="user:1", set_at=clock.now()
    )


def make_person() -> User:
    """Somebody who may see every page; the server hashes as real ones do, the tests' own hash is unknown to it."""
    user = foundation.make_user("storm@shop.example", roles=ROLES)
    user.password = PBKDF2PasswordHasher().encode(foundation.PASSWORD, "storm")
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def make_key(user: User) -> str:
    """Return a key that may write orders."""
    _key, raw = access.issue_api_key(user, name="storm", scopes=("orders.write", "orders.read"), by="user:1")
    return raw
