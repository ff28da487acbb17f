"""The pegging tree: units add up at each level, slack stands on each link, the way to the cause is marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.utils.module_loading import autodiscover_modules

from rantai.desk.explain import queries, trees
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
from rantai.kernel.refs import DocRef
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)
autodiscover_modules("tasks")


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(factory.MONDAY, tick=False):
        yield


@pytest.fixture
def demand():
    """Ten wanted: four on stock, the others from a purchase that comes late and from one that is only planned."""
    site, supplier, panel = suppliers.make_site(), suppliers.make_supplier("Batam Power"), foundation.make_item("PANEL")
    source = foundation.make_source(panel, supplier=supplier, lead_time_days=2)
    factory.make_stock(panel, site, 4)
    made = factory.make_demand(panel, 10, requested_on=date(2026, 11, 6))
    order = suppliers.make_sent(supplier, [(panel, 5)], due_on=date(2026, 11, 20))
    suppliers.answer(order, (5, date(2026, 11, 20)))
    type(source).objects.filter(pk=source.pk).update(lead_time_days=30)
    planning.make_plan(factory.MONDAY, builder="test")
    return made


def grow(ref: DocRef, way: str) -> tuple[trees.Branch, ...]:
    story = queries.find_story(ref, as_of=factory.MONDAY)
    assert story
    return trees.grow(story, user=foundation.make_user(roles=["planner"]), way=way)


def test_units_add_up_at_each_level(demand):
    (root,) = grow(DocRef("demand", demand.pk), trees.DOWN)

    assert sum(child.units.amount for child in root.children) == root.units.amount == 100_000
    for branch in root.walk():
        for level in branch.levels:
            assert level.units.amount == sum(child.units.amount for child in branch.children)
            assert level.of in (None, level.units)


def test_the_critical_way_leads_to_the_leaf_and_slack_stands_on_links(demand):
    (root,) = grow(DocRef("demand", demand.pk), trees.DOWN)

    leaves = [branch for branch in root.walk() if branch.is_leaf]
    assert len(leaves) == 1
    assert leaves[0].cause
    assert leaves[0].is_critical
    assert all(child.slack_days is not None for child in root.children)


def test_a_planned_order_is_followed_up_to_its_customers(demand):
    proposal = PlannedOrder.objects.get()

    (root,) = grow(DocRef("planned_order", proposal.pk), trees.UP)
    assert all(branch.says_units.endswith("\N{NO-BREAK SPACE}pcs") for branch in root.walk())

    assert sum(level.units.amount for level in root.levels) == proposal.units
    assert demand.number in {branch.number for branch in root.walk()} | {demand.number}


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_page_answers_whoever_may_see_the_thing(client, demand, language):
    user = foundation.make_user(roles=["planner"], language=language)
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    url = f"/explain/demand/{demand.pk}/tree"

    page = client.get(url)

    assert page.status_code == 200
    assert page.content.decode().count('class="peg-row"') >= 4
    assert client.get(f"{url}?open=all").status_code == 200
    user.roles.clear()
    assert client.get(url).status_code == 403
