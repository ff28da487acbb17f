"""Whatever a role is shown a link to, it may open; what things cost us is not told to who may not see it; and the
plan is explained to the last unit.

One walk through every page proves the first. Where costs are told, on a page, in a file or by the order of a list, the
walk through a world that differs in nothing but costs is another: whoever sees no cost must not be able to tell the two
apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as set_up
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F
from django.test import Client

from rantai.demo import founding, making
from rantai.desk.explain import queries, words
from rantai.foundation.access.models import User
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlanOutcome
from rantai.kernel.refs import DocRef
from tests import databases, printing

pytestmark = pytest.mark.slow
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
# Who may open what knows no database: on PostgreSQL those go round who see most, so that each page is drawn there too.
ROLES = [role for role, *_rest in founding.LOGINS if connection.vendor == "sqlite" or role in {"admin", "manager"}]
_LINK = re.compile(rb"""<(?:a|link|div|section)\b[^>]*?(?:href|hx-get)=["']([^"'#]+)""")
_ANEW = re.compile(rb'name="(?:csrfmiddlewaretoken|key)" value="[^"]+"|nonce="[^"]+"|X-CSRFToken[^}]+')
"""What is another on every page by design: tokens, nonces, the key that makes a form count once."""
_LEFT_OUT = ("/static/", "/account/", "/styleguide/", "/i18n/")
_ALIKE = "/messages/words"
"""Where nothing of the world is told."""
_KEPT = re.compile(r"(^|&)(at=|export=csv)")
_MOST_OF_A_KIND = 2
"""Pages that differ only by number look alike; two of them tell enough."""
_TOLD = ("text/html", "text/csv", "application/json")


@dataclass
class Walk:
    """What somebody found who opened whatever can be reached from the first page."""

    found: dict[str, bytes] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, Path]]:
    """A small demonstration company in a database of its own: its URL and its home."""
    with django_db_blocker.unblock(), databases.copy() as (_name, url), databases.visit(url):
        with patch.object(making, "_turn", return_value="left to the turn's own tests"), printing.printed_here():
            making.make_demo(size="small", seed=1, as_of=DAY, report=lambda *_progress: None)
        yield url, set_up.HOME


@pytest.fixture(scope="module")
def walks(company: tuple[str, Path]) -> dict[str, Walk]:
    """What each role finds."""
    with time_machine.travel(NOON, tick=False), transaction.atomic():
        return {role: walk(role) for role in ROLES}


def test_every_link_that_a_role_sees_opens(walks: dict[str, Walk]) -> None:
    closed = [f"{role}: {broken}" for role, walk in walks.items() for broken in walk.closed]

    assert not closed, "\n".join(closed)
    assert all(len(walk.found) > 60 for walk in walks.values())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="who sees what knows no database; one shows it")
def test_who_sees_no_cost_cannot_tell_two_worlds_apart_that_differ_in_costs(
    company: tuple[str, Path], walks: dict[str, Walk], settings: Any
) -> None:
    settings.HOME, settings.MEDIA_ROOT = company[1], company[1] / "files"
    with time_machine.travel(NOON, tick=False), transaction.atomic():
        for label, columns in COSTS.items():
            apps.get_model(label).objects.update(**{column: F(column) * 3 for column in columns})
        after = {role: walk(role) for role in (*BLIND, SEEING)}

    told = {role: list_told(walks[role], other) for role, other in after.items()}
    assert not [path for role in BLIND for path in told[role]]
    # Whoever buys does see the difference: the worlds do differ, and the walk comes to the pages that tell it.
    assert {"/", "/buying/orders/", "/buying/requisitions/"} <= set(told[SEEING])


def test_the_plan_is_explained_to_the_last_unit(company: tuple[str, Path]) -> None:
    """By the queries of the pages: pegs add up to units, what is late has its leaf cause; `check` adds reasons up."""
    with time_machine.travel(NOON, tick=False):
        planning.make_plan(NOON, builder="test")
        outcomes = PlanOutcome.objects.filter(run__state="current").select_related("demand")
        stories = [(row, queries.find_story(DocRef("demand", row.demand_id), as_of=NOON)) for row in outcomes]

    assert len(stories) > 200
    later = 0
    for row, story in stories:
        assert story is not None, row.demand
        root, links = story.root, story.below[story.root.key]
        pegged = sum(link.units.amount for link in links if story.nodes[link.supplier].kind != "short")
        assert pegged == row.demand.units - row.demand.cancelled - row.short, row.demand
        for node in story.nodes.values():
            given = sum(link.units.amount for link in story.above[node.key])
            assert given <= node.units.amount or node.kind == "stock", (row.demand, node)
        if root.is_late or root.due_on is None or (root.wanted_on and root.due_on > root.wanted_on):
            later += 1
            assert story.chain.leaf_cause, row.demand
            assert words.answer(story, today=DAY)[1], row.demand
    assert later > 30


def list_told(before: Walk, after: Walk) -> list[str]:
    """Return the pages by which two worlds can be told apart."""
    paths = [path for path in before.found if not path.startswith(_ALIKE)]
    return [path for path in paths if before.found[path] != after.found.get(path)]


def walk(role: str) -> Walk:
    """Open whatever a role can reach from the first page, details of what waits and files of lists with it."""
    cache.clear()
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@kirana.example"))
    waiting, seen, kinds, made = [("/", "")], {"/"}, Counter[str](), Walk()
    while waiting:
        path, origin = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code not in (200, 302):
            made.closed.append(f"{path} answers {answer.status_code}, linked from {origin}")
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith(_TOLD):
            continue
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        made.found[path] = _ANEW.sub(b"", content)
        for link in list_links(content, path):
            kind = re.sub(r"\d+", "N", link)
            if link not in seen and kinds[kind] < _MOST_OF_A_KIND:
                seen.add(link)
                kinds[kind] += 1
                waiting.append((link, path))
    return made


def list_links(content: bytes, base: str) -> list[str]:
    """Return the addresses of ours that a page leads to."""
    targets = [urlsplit(urljoin(base, link.decode().replace("&amp;", "&"))) for link in _LINK.findall(content)]
    return [
        f"{target.path}?{target.query}" if _KEPT.search(target.query) else target.path
        for target in targets
        if not target.netloc and not target.scheme and not target.path.startswith(_LEFT_OUT)
    ]
