"""The exceptions queue: what a click does, what stays away, what comes back, and that a page costs a few queries."""

from __future__ import annotations

import html
from datetime import date, timedelta
from io import BytesIO

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rantai.foundation.documents.models import Task
from rantai.iscm.messages import Stake
from rantai.iscm.supply.actions import exceptions
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import ExceptionAnswer, PlanException, PlannedOrder
from rantai.iscm.supply.queries import board, plans
from rantai.kernel import jobs
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 2)
STAKE = Stake(margin_per_unit=50_000)


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to(factory.MONDAY, tick=False)


@pytest.fixture
def planner(client):
    foundation.make_company()
    user = foundation.make_user(roles=["planner"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return user


def make_late(units: int = 10, *, customers: int = 1):
    """A purchase that comes on the 20th, for which customers wait since the 6th, and one that nobody needs."""
    site, supplier = suppliers.make_site(), suppliers.make_supplier("Batam Power")
    panel, lamp = foundation.make_item("PANEL"), foundation.make_item("LAMP")
    source = foundation.make_source(panel, supplier=supplier, lead_time_days=2)
    for _customer in range(customers):
        factory.make_demand(panel, units // customers, requested_on=date(2026, 11, 6), stake=STAKE)
    for item, day in ((panel, date(2026, 11, 20)), (lamp, date(2026, 11, 12))):
        order = suppliers.make_sent(supplier, [(item, units)], due_on=day)
        suppliers.answer(order, (units, day))
    # what was promised for the 6th has to wait for the 20th: nothing else comes sooner any more
    type(source).objects.filter(pk=source.pk).update(lead_time_days=30)
    planning.make_plan(factory.MONDAY, builder="test")
    return site, panel, lamp


def one(kind: str) -> PlanException:
    return plans.list_exceptions().get(kind=kind)


def decide(client, row: PlanException, *, do: str = "", **figures: str):
    url = reverse("iscm_supply:exceptions_decide") + f"?only={row.pk}" + (f"&do={do}" if do else "")
    return client.post(url, {f"e{row.pk}-{name}": value for name, value in figures.items()})


def open_kinds() -> set[str]:
    return set(board.list_open(today=TODAY).values_list("kind", flat=True))


def test_the_queue_names_who_waits_and_the_leaf_cause(client, planner):
    make_late()

    text = client.get(reverse("iscm_supply:exceptions")).content.decode()

    order = factory.Demand.objects.get()
    assert "Get 10 PCE PANEL" in text or "PANEL" in text
    assert order.party.name in text
    assert "it waits for an order under way" in text
    assert "Ask Batam Power for 5 Nov" in text or "Ask Batam Power for" in text


def test_accepting_asks_the_supplier_and_the_exception_is_quiet_for_three_days(client, planner):
    make_late()
    row = one("expedite")

    decide(client, row)

    asked = PurchaseChangeRequest.objects.get()
    assert (asked.due_on, asked.units, asked.made_by) == (row.wanted_on, 100_000, planner.actor)
    assert jobs.Job.objects.filter(task="srm.ask_purchase_changes").count() == 1
    answer = ExceptionAnswer.objects.get()
    assert (answer.answer, answer.back_on) == ("asked", TODAY + timedelta(days=exceptions.WAITS_DAYS))
    assert "expedite" not in open_kinds()
    assert board.list_open(today=answer.back_on).filter(kind="expedite").exists()


def test_another_day_may_be_asked_for(client, planner):
    make_late()
    row = one("expedite")

    assert decide(client, row, due_on="nonsense").status_code == 422
    assert not PurchaseChangeRequest.objects.exists()
    decide(client, row, due_on="2026-11-11", units="8")

    asked = PurchaseChangeRequest.objects.get()
    assert (asked.due_on, asked.units) == (date(2026, 11, 11), 80_000)


def test_what_nobody_needs_is_asked_to_be_cancelled(client, planner):
    make_late()

    decide(client, one("cancel"))

    assert PurchaseChangeRequest.objects.get().units == 0


def test_a_dismissal_holds_in_the_next_plan_until_something_is_different(client, planner):
    make_late()
    decide(client, one("expedite"), do="dismiss")

    planning.make_plan(factory.MONDAY, builder="test")
    assert one("expedite")
    assert "expedite" not in open_kinds()

    suppliers.answer(PurchaseOrder.objects.earliest("pk"), (10, date(2026, 11, 26)))
    planning.make_plan(factory.MONDAY, builder="test")
    assert "expedite" in open_kinds()


def test_many_are_previewed_then_dismissed_with_a_way_back(client, planner):
    make_late()
    ids = [row.pk for row in board.list_open(today=TODAY)]

    page = client.post(reverse("iscm_supply:exceptions_preview"), {"ids": ids, "do": "dismiss"})
    assert f"{len(ids)} exceptions would go away" in page.content.decode()
    assert not ExceptionAnswer.objects.exists()

    client.post(reverse("iscm_supply:exceptions_decide"), {"ids": ids, "do": "dismiss", "reason": "seen"})
    assert not open_kinds()
    answers = list(ExceptionAnswer.objects.values_list("pk", flat=True))
    client.post(reverse("iscm_supply:exceptions_reopen") + "?" + "&".join(f"ids={pk}" for pk in answers))
    assert board.list_open(today=TODAY).count() == len(ids)


def test_an_order_that_comes_late_becomes_a_task_on_it(client, planner):
    make_late()
    row = one("late")

    decide(client, row)

    task = Task.objects.get()
    assert (task.ref_kind, task.owner, task.due_on) == ("sales_order", planner, TODAY)
    assert "PANEL" in task.title


def test_what_must_be_ordered_today_is_ordered(client, planner):
    suppliers.make_site()
    supplier, item = suppliers.make_supplier(), foundation.make_item("BOARD")
    foundation.make_source(item, supplier=supplier, lead_time_days=3)
    factory.make_demand(item, 4, requested_on=date(2026, 11, 3))
    planning.make_plan(factory.MONDAY, builder="test")

    decide(client, one("release"))

    assert PlannedOrder.objects.get().state == "released"
    assert "release" not in open_kinds()


def test_who_may_only_look_changes_nothing(client, planner):
    make_late()
    planner.roles.set([])
    row = one("expedite")

    assert client.get(reverse("iscm_supply:exceptions")).status_code == 403
    assert decide(client, row).status_code == 403
    assert not PurchaseChangeRequest.objects.exists()


def test_what_a_newer_plan_replaced_is_not_decided_twice(client, planner):
    make_late()
    row = one("expedite")
    decide(client, row)

    decide(client, row)

    assert PurchaseChangeRequest.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_page_answers_in_every_language(client, planner, language):
    make_late()
    type(planner).objects.filter(pk=planner.pk).update(language=language)

    for words in ("", "?view=gone&gone=1", "?export=csv", f"?at={one('expedite').pk}"):
        assert client.get(reverse("iscm_supply:exceptions") + words).status_code == 200
    inside = client.get(reverse("iscm_supply:exceptions") + f"?at={one('late').pk}", headers={"HX-Request": "true"})
    assert inside.content.decode().startswith("<div")


def test_the_number_of_queries_does_not_grow_with_the_rows(client, planner, django_assert_max_num_queries):
    make_late(customers=1)
    client.get(reverse("iscm_supply:exceptions"))
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("iscm_supply:exceptions"))
    most = len(few)
    for item in range(8):
        factory.make_demand(foundation.make_item(f"I{item}"), 3, requested_on=date(2026, 11, 6))
    planning.make_plan(factory.MONDAY, builder="test")
    client.get(reverse("iscm_supply:exceptions"))  # who waits longer than wanted is counted once for each plan

    with django_assert_max_num_queries(most):
        client.get(reverse("iscm_supply:exceptions"))


def test_the_queue_goes_to_a_sheet_and_what_is_changed_there_is_previewed(client, planner):
    make_late()
    row = one("expedite")
    url = reverse("iscm_supply:exceptions_sheet")
    content = b"".join(client.get(url).streaming_content)
    frame = pl.read_excel(BytesIO(content))
    ours = pl.col(frame.columns[0]).cast(pl.Int64) == row.pk
    assert frame.filter(ours).height == 1
    wanted = frame.columns[7]
    frame = frame.with_columns(
        pl.when(ours).then(pl.lit("2026-11-12")).otherwise(pl.col(wanted).cast(str)).alias(wanted)
    )
    filled = BytesIO()
    frame.write_excel(filled)

    page = client.post(url, {"file": SimpleUploadedFile("exceptions.xlsx", filled.getvalue())})

    text = page.content.decode()
    assert "1 thing would be done" in text
    assert f'name="e{row.pk}-due_on" value="2026-11-12"' in text
    assert not PurchaseChangeRequest.objects.exists()
    bad = client.post(url, {"file": SimpleUploadedFile("x.xlsx", b"PK no workbook")}, follow=True)
    assert "not the sheet of the exceptions" in bad.content.decode()
    same = client.post(url, {"file": SimpleUploadedFile("x.xlsx", content)}, follow=True)
    assert "No day and no quantity" in same.content.decode()


def test_a_cell_of_the_sheet_that_cannot_be_read_is_said_at_its_field(client, planner):
    make_late()
    row = one("expedite")
    url = reverse("iscm_supply:exceptions_sheet")
    frame = pl.read_excel(BytesIO(b"".join(client.get(url).streaming_content)))
    units, wanted = frame.columns[5], frame.columns[7]
    frame = frame.with_columns(pl.lit("12 boxes").alias(units), pl.lit("3 Dec").alias(wanted))
    filled = BytesIO()
    frame.write_excel(filled)

    page = client.post(url, {"file": SimpleUploadedFile("exceptions.xlsx", filled.getvalue())})

    text = html.unescape(page.content.decode())
    assert f'name="e{row.pk}-units" value="12 boxes"' in text
    assert "'3 Dec' is no day. Choose one, or write it like 2026-12-31." in text
    assert frame.columns[8] == "Unit"


def test_a_purchase_that_came_in_part_is_changed_by_what_is_still_to_come(client, planner):
    _site, panel, _lamp = make_late()
    order = PurchaseOrder.objects.get(lines__item=panel)
    factory.receive(order, 4, at=factory.MONDAY)
    planning.make_plan(factory.MONDAY, builder="test")
    row = one("expedite")

    page = client.get(reverse("iscm_supply:exceptions"), {"at": row.pk})
    form = page.context["form"]
    asked = {f"{form.prefix}-{name}": form[name].value() for name in form.fields}
    client.post(reverse("iscm_supply:exceptions_decide") + f"?only={row.pk}", asked)

    assert row.units == 6 * 10_000
    assert form["units"].value() == "6"
    assert PurchaseChangeRequest.objects.get().units == 10 * 10_000
