"""Whoever can do something about units without a date is told: on which order, since when, how many, and why."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.utils.translation import override

from rantai.foundation.documents.models import Notification
from rantai.foundation.documents.rules import VIEW_PERMISSION
from rantai.foundation.items.models import Source
from rantai.iscm import events
from rantai.iscm import facade as iscm
from rantai.iscm.messages import Stake
from rantai.iscm.promising.actions import alarms
from rantai.iscm.supply.management import planning
from rantai.kernel.needs import NoSuchNeed
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEW_PERMISSION, "sales_order", "orders.view")


def make_short():
    """Four units that nothing brings: their only source ended before it could."""
    foundation.make_site()
    item = foundation.make_item("PNL-15", name={"en": "Panel 15″", "id": "Panel 15 inci"})
    demand = factory.make_demand(item, 4, requested_on=date(2026, 11, 12), stake=Stake(margin_per_unit=10_000))
    planning.make_plan(factory.MONDAY, builder="test")
    return demand


def tell(demand, *, cause: str = "no_source") -> int:
    with transaction.atomic():
        return alarms.tell_planners(
            events.ShortageForeseen(
                order_kind=demand.kind, order_id=demand.order_id, line=demand.line, schedule=demand.schedule,
                demand_id=demand.pk, short_units=40_000, leaf_cause=cause,
            )
        )  # fmt: skip


def test_planners_are_told_in_their_language_and_nobody_else() -> None:
    demand = make_short()
    planner = foundation.make_user(roles=["planner"], language="id")
    foundation.make_user(roles=["warehouse", "buyer"])

    assert tell(demand) == 1

    notice = Notification.objects.get()
    assert (notice.user, notice.kind, notice.ref_kind, notice.ref_id) == (
        planner, "shortage", "sales_order", demand.order_id,
    )  # fmt: skip
    with override("id"):
        said = iscm.say_shortage(demand.pk, units=40_000, cause="no_source", as_of=factory.MONDAY)
    assert notice.text == said
    for part in (demand.number, "4\N{NO-BREAK SPACE}buah", "Panel 15 inci", "12 Nov"):
        assert part in notice.text


def test_the_same_fact_twice_tells_once_and_a_seen_one_may_come_again() -> None:
    demand = make_short()
    foundation.make_user(roles=["planner"])

    assert (tell(demand), tell(demand)) == (1, 0)
    Notification.objects.update(seen_at=factory.MONDAY)
    assert tell(demand) == 1


def test_the_sentence_names_the_leaf_cause() -> None:
    demand = make_short()

    said = iscm.say_shortage(demand.pk, units=40_000, cause="no_source", as_of=factory.MONDAY)

    assert said.startswith(f"{demand.number}: 4\N{NO-BREAK SPACE}pcs")
    assert "wanted on 12 Nov, have no date: nothing says where it comes from (Panel 15″" in said
    unknown = iscm.say_shortage(demand.pk, units=40_000, cause="", as_of=factory.MONDAY)
    assert "the plan knows nothing that brings them" in unknown


def test_what_needs_me_lists_the_lines_with_units_day_and_cause() -> None:
    demand = make_short()

    sheet = iscm.describe_need("unpromised", as_of=factory.MONDAY)

    assert (sheet.total, sheet.need.count, [row.key for row in sheet.rows]) == (1, 1, [f"unpromised:{demand.pk}"])
    (row,) = sheet.rows
    assert row.title == f"{demand.number} of {demand.party.name} has no date"
    assert "nothing says where it comes from" in row.why
    assert (row.due_on, row.stake.amount, row.ref.id) == (date(2026, 11, 12), 4 * 10_000, demand.order_id)
    alone = iscm.describe_need(row.key, as_of=factory.MONDAY)
    assert alone.need == row
    with pytest.raises(NoSuchNeed):
        iscm.describe_need("unpromised:999999", as_of=factory.MONDAY)
    assert not Source.objects.exists()
