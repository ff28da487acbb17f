"""The pages of scenarios: build one in plain words, solve it, see it beside the plan, take it over."""

from __future__ import annotations

from io import BytesIO

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rantai.foundation.items.models import Source
from rantai.iscm.strategy import rules
from rantai.iscm.strategy.models import Scenario, ScenarioFigure, ScenarioRun, Takeover
from rantai.iscm.strategy.views import comparison, taking
from rantai.kernel import jobs
from tests.factories import foundation
from tests.iscm.strategy.conftest import days

NAMES = ("Everywhere on the shelf", "Quick to react", "Lean logistics", "New before the others", "Good and cheap")

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner_client(client):
    client.force_login(foundation.make_user(roles=["planner"]))
    return client


def page(client, name, *args, **query):
    answer = client.get(reverse(f"iscm_strategy:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def solve_all() -> None:
    while (job := jobs.claim(worker="t")) is not None:
        jobs.run_job(job, worker="t", is_raising=True)


def test_a_scenario_is_said_solved_compared_and_taken_over(world, planner_client):
    assert "Nobody has asked yet" in page(planner_client, "scenarios")
    planner_client.post(reverse("iscm_strategy:new"), {"name": "Pertama stops"})
    made = Scenario.objects.get()
    add = reverse("iscm_strategy:add_change", args=[made.pk, "supplier_down"])
    refused = planner_client.post(add, {"supplier": world.supplier.pk, "starts_on": "2026-11-02"})
    assert refused.status_code == 422
    planner_client.post(add, {"supplier": world.supplier.pk, "starts_on": "2026-11-02", "ends_on": "2026-12-12"})
    assert "PT Pertama delivers nothing from 2 Nov 2026 to 12 Dec 2026" in page(planner_client, "scenario", made.pk)

    planner_client.post(reverse("iscm_strategy:solve", args=[made.pk]))
    assert "Is being solved" in page(planner_client, "scenario", made.pk)
    solve_all()

    shown = page(planner_client, "scenario", made.pk)
    assert "4 more order lines late or short" in shown
    assert "Value at risk" in shown
    assert "with all that was known" in shown
    assert "PT Pertama" in page(planner_client, "compare", s=made.pk)
    assert "4 order lines lose" in page(planner_client, "outcomes", made.pk)
    change = made.changes.get()
    assert "This becomes 1 task for a person" in page(planner_client, "take", made.pk, change.pk)
    planner_client.post(reverse("iscm_strategy:take", args=[made.pk, change.pk]))
    row = Takeover.objects.get()
    assert "PT Pertama delivers nothing" in page(planner_client, "takeover", row.pk)
    planner_client.post(reverse("iscm_strategy:undo", args=[row.pk]))
    assert Takeover.objects.get().state == "undone"


def test_a_long_takeover_says_how_much_it_does_not_list():
    written = [{"what": "source", "id": n, "label": f"S{n}", "values": {"rank": [1, 2]}} for n in range(203)]

    assert len(taking.show_effects(written[:200])) == 200
    assert taking.show_effects(written)[-1]["label"] == "and 3 more"


@pytest.mark.parametrize("kind", sorted(rules.KINDS))
def test_every_kind_of_change_has_its_form(world, planner_client, kind):
    made = _begin(planner_client)

    assert "Lay it over the plan" in page(planner_client, "add_change", made.pk, kind)


def test_every_kind_is_told_in_words(world, planner_client):
    made = _begin(planner_client)
    second = Source.objects.get(supplier=world.second)
    said = {
        "demand": {"share": "20"},
        "promotion": {"share": "30", "pulled": "50", "starts_on": "2026-11-09", "ends_on": "2026-11-15"},
        "price": {"share": "-10", "elasticity": "-1.5", "item": "TRADE"},
        "lead_time": {"supplier": world.supplier.pk, "days": "-1"},
        "new_site": {"location": world.site.pk, "text": "Bandung", "days": "2", "amount": "1.5"},
        "lot_size": {"item": "TRADE", "minimum": "10", "maximum": "40"},
        "capacity": {"resource": world.machine.pk, "hours": "2"},
        "stock": {"service_level": "99"},
        "allocation": {"classes": "stake"},
        "source_rank": {"source": second.pk, "rank": "1"},
        "source_share": {"source": second.pk, "share": "25"},
        "template": {"template": "agile"},
    }

    for kind, figures in said.items():
        answer = planner_client.post(reverse("iscm_strategy:add_change", args=[made.pk, kind]), figures)
        assert answer.status_code == 302, (kind, answer.context["form"].errors)

    shown = page(planner_client, "scenario", made.pk)
    for text in (
        "Demand for everything moves by +20 % from now on",
        "A promotion lifts demand for everything by +30 % from 9 Nov 2026 to 15 Nov 2026, 50 % of the rise is missing",
        "Prices of TRADE change by −10 % from now on, elasticity −1.50",
        "Lead times of PT Pertama change by −1 working day",
        "A new site Bandung like Site JKT serves it in 2 working days, each unit costs 1.5 more",
        "Orders of TRADE: smallest 10, largest 40",
        "Line works 2 hours longer each day from now on",
        "Stock of everything is as sure as 99",
        "Customers are served first with whom most is at stake",
        "PART comes from PT Kedua as source number 1",
        "25 % of PART comes from PT Kedua",
        "Template “Quick to react” for everything",
    ):
        assert text in shown.replace("\N{NO-BREAK SPACE}", " "), text
    planner_client.post(reverse("iscm_strategy:solve", args=[made.pk]))
    solve_all()
    run = ScenarioRun.objects.get()
    assert run.state == "done", run.problems


def test_costs_are_for_those_who_may_see_them(world, ask, client):
    run = ask(("supplier_down", {"supplier": world.supplier, **days(0, 40)}))
    client.force_login(foundation.make_user(roles=["planner"], hides_cost=True))

    for name, args, query in (
        ("scenario", [run.scenario_id], {}),
        ("compare", [], {"s": run.scenario_id}),
        ("outcomes", [run.scenario_id], {}),
    ):
        shown = page(client, name, *args, **query)
        for word in ("Value at risk", "Margin", "Stock, mean", "planned purchases", "At stake"):
            assert word not in shown, (name, word)


def test_all_five_are_made_and_compared_by_one_click(world, planner_client):
    answer = planner_client.post(reverse("iscm_strategy:compare_five"))

    assert Scenario.objects.count() == 5
    assert "0 of 5 are solved" in planner_client.get(answer.url).content.decode()
    solve_all()
    shown = planner_client.get(answer.url).content.decode()
    for name in NAMES:
        assert name in shown
    assert "This writes" in page(planner_client, "apply", "agile")

    sheet = pl.read_excel(BytesIO(b"".join(planner_client.get(answer.url + "&export=xlsx").streaming_content)))
    assert sheet.columns[3:] == list(NAMES)
    figures = {figure: line for figure, *line in sheet.iter_rows()}
    assert figures["Order lines on time and whole"][1] == 1
    told = ScenarioFigure.objects.filter(code="stock_value").order_by("run_id")
    assert figures["Stock, mean"][2:] == pytest.approx([row.numerator / row.denominator / 10_000 for row in told])


def judge(*shares, stocks=(), sees_cost=True):
    """Return the headline over runs A, B, … by what share of what is expected they serve in time."""
    runs, told = [], {}
    for pk, share in enumerate(shares):
        runs.append(ScenarioRun(pk=pk, scenario=Scenario(name="ABC"[pk])))
        pairs = {"lines_on_time": (9, 9), "expected_on_time": (share, 100), "stock_value": ((*stocks, 1, 1, 1)[pk], 1)}
        told[pk] = {
            (code, ""): ScenarioFigure(code=code, numerator=above, denominator=below)
            for code, (above, below) in pairs.items()
        }
    return comparison.say_verdict(runs, told, sees_cost=sees_cost)


def test_the_headline_of_a_comparison_names_the_best_and_never_calls_alike_what_is_not():
    assert judge(99, 98, 0) == "“A” keeps most dates"
    assert judge(99, 99, 0) == "“A”, “B” keep most dates"
    assert judge(99, 99, 0, stocks=(7, 5, 1)) == "2 keep most dates alike; “B” does it with least stock"
    assert judge(99, 99, 0, stocks=(7, 5, 1), sees_cost=False) == "“A”, “B” keep most dates"
    assert judge(99, 99, 99) == "For customers they are alike"
    assert judge(99, 99, 99, stocks=(7, 5, 6)) == "For customers they are alike; “B” holds least stock"


def test_others_may_not_look(world, client):
    client.force_login(foundation.make_user(roles=["sales"]))

    assert client.get(reverse("iscm_strategy:scenarios")).status_code == 403
    assert client.post(reverse("iscm_strategy:compare_five")).status_code == 403
    assert Scenario.objects.count() == 0


def test_a_list_of_scenarios_asks_the_database_as_often_for_many_as_for_one(world, ask, planner_client):
    ask(("lead_time", {"supplier": world.supplier, "days": 1}), name="What if 1")
    page(planner_client, "scenarios")  # what a process keeps (rights, counts of the rail) is asked for once
    one = _count_queries(planner_client)

    for number in (2, 3, 4):
        ask(("lead_time", {"supplier": world.supplier, "days": number}), name=f"What if {number}")

    assert _count_queries(planner_client) == one


def _count_queries(client) -> int:
    with CaptureQueriesContext(connection) as asked:
        page(client, "scenarios")
    return len(asked)


def _begin(client) -> Scenario:
    client.post(reverse("iscm_strategy:new"), {"name": "What if"})
    return Scenario.objects.get()
