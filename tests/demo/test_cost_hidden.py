"""What things cost us is not told to who may not see it: on no page, in no file, not even by the order of a list.

Everything is read in two worlds that differ in nothing but costs: whoever sees no cost must not be able to tell them
apart.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client

from rantai.demo import making
from rantai.foundation.access.models import User

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="who sees what knows no database; one shows it")
DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
COSTS = {
    "foundation_items.Item": ["standard_cost"],
    "foundation_items.Source": ["cost"],
    "foundation_locations.Lane": ["cost"],
    "iscm_demand.Demand": ["margin_per_unit"],
    "iscm_demand.ForecastSeries": ["expected_amount"],
    "iscm_fulfilment.GoodsReceiptLine": ["unit_cost"],
    "iscm_production.ProductionOrder": ["unit_cost"],
    "iscm_supply.PlanOutcome": ["stake"],
    "iscm_supply.PlannedOrder": ["unit_cost", "amount", "stake"],
    "iscm_supply.PlanException": ["stake"],
    "srm_buying.PurchaseRequisition": ["unit_cost", "value_at_stake"],
    "srm_buying.PurchaseOrder": ["total"],
    "srm_buying.PurchaseOrderLine": ["unit_cost", "amount"],
    "srm_contracts.SupplierPrice": ["unit_cost"],
    "crm_orders.SalesOrderLine": ["unit_cost"],
}
BLIND = ("warehouse", "service", "production")
SEEING = "buyer"
_LINK = re.compile(rb"""<(?:a|link|div|section)\b[^>]*?(?:href|hx-get)=["']([^"'#]+)""")
_ANEW = re.compile(rb'name="(?:csrfmiddlewaretoken|key)" value="[^"]+"|nonce="[^"]+"|X-CSRFToken[^}]+')
"""What is another on every page by design: tokens, nonces, the key that makes a form count once."""
_LEFT_OUT = ("/static/", "/account/", "/styleguide/", "/i18n/", "/messages/words")
_KEPT = re.compile(r"(^|&)(at=|export=csv)")
_MOST_OF_A_KIND = 2
_TOLD = ("text/html", "text/csv", "application/json")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_sees_no_cost_cannot_tell_two_worlds_apart_that_differ_in_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_turn", lambda *_facts: "left to the turn's own tests")
    making.make_demo(size="small", seed=1, as_of=DAY, report=lambda *_progress: None)

    with time_machine.travel(NOON, tick=False):
        before = {role: read_everything(role) for role in (*BLIND, SEEING)}
        for label, columns in COSTS.items():
            apps.get_model(label).objects.update(**{column: F(column) * 3 for column in columns})
        after = {role: read_everything(role) for role in (*BLIND, SEEING)}

    told = {role: [path for path in before[role] if before[role][path] != after[role].get(path)] for role in before}
    assert not [path for role in BLIND for path in told[role]]
    # Whoever buys does see the difference: the worlds do differ, and the walk comes to the pages that tell it.
    assert {"/", "/buying/orders/", "/buying/requisitions/"} <= set(told[SEEING])
    assert all(len(before[role]) > 60 for role in BLIND)


def read_everything(role: str) -> dict[str, bytes]:
    """Open whatever can be reached from the first page, details of what waits and files of lists with it."""
    cache.clear()
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@kirana.example"))
    waiting, seen, kinds, found = ["/"], {"/"}, Counter[str](), {}
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith(_TOLD):
            continue
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = _ANEW.sub(b"", content)
        for link in list_links(content, path):
            kind = re.sub(r"\d+", "N", link)
            if link not in seen and kinds[kind] < _MOST_OF_A_KIND:
                seen.add(link)
                kinds[kind] += 1
                waiting.append(link)
    return found


def list_links(content: bytes, base: str) -> list[str]:
    """Return the addresses of ours that a page leads to."""
    targets = [urlsplit(urljoin(base, link.decode().replace("&amp;", "&"))) for link in _LINK.findall(content)]
    return [
        f"{target.path}?{target.query}" if _KEPT.search(target.query) else target.path
        for target in targets
        if not target.netloc and not target.scheme and not target.path.startswith(_LEFT_OUT)
    ]
