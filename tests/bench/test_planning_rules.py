"""Small models of one rule each, worked out by hand: which date each demand must be given, and what is said besides.

1 January 2026 is a Thursday and the present of all of them.
"""

import json
import threading

import pytest

from rantai.bench import planning_cases
from rantai.bench.formats.planning.delivering import list_wished
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.values import read_instant
from rantai.bench.options import Options

from .small_models import HEAD, NOW, TAKE, WEEK, buy, demands, load, make, plan_text, resource


@pytest.fixture
def plan(tmp_path):
    """Plan a model; return its notes and what each demand is given, as (day and hour, quantity)."""

    def plan_model(text, **options):
        notes, given, _solution = plan_text(tmp_path, text, **options)
        return notes, given

    return plan_model


def test_a_resource_that_is_not_constrained_never_limits(plan):
    three = demands((1, 10), (1, 10), (1, 10), (1, 10))
    bound = plan(resource() + make(duration="P3D", loads=load()) + three)
    free = plan(resource(constrained="false") + make(duration="P3D", loads=load()) + three)

    # Nine days before the tenth hold three times three days; the fourth comes three days later.
    assert bound[1]["D3"] == [("01-13T00", 1)]
    assert free == ([], {f"D{n}": [("01-10T00", 1)] for n in range(4)})


def test_efficiency_that_changes_makes_an_order_longer_or_shorter(plan):
    slow_then_fast = resource(
        '<efficiency_calendar name="pace"><default>50</default><buckets><bucket start="2026-01-05T00:00:00"'
        ' value="200"/></buckets></efficiency_calendar>'
    )
    _notes, given = plan(slow_then_fast + make(duration="P1D", loads=load()) + demands((1, 1), (1, 2)))

    # Two days at half the pace from now on; the next ones after it.
    assert given == {"D0": [("01-03T00", 1)], "D1": [("01-05T00", 1)]}


def test_a_bucket_is_charged_for_the_order_and_for_each_unit(plan):
    buckets = resource(
        '<maximum_calendar name="hours"><buckets><bucket start="2026-01-01T00:00:00" end="2026-01-06T00:00:00"'
        ' value="5"/><bucket start="2026-01-06T00:00:00" end="2026-01-11T00:00:00" value="18"/>'
        '<bucket start="2026-01-11T00:00:00" value="99"/></buckets></maximum_calendar>'
    ).replace('name="m"', 'name="m" xsi:type="resource_buckets"')
    fixed = load(inside="<quantity>1</quantity><quantity_fixed>8</quantity_fixed>")
    _notes, given = plan(buckets + make(duration="P1D", loads=fixed) + demands((10, 10), (10, 10)))

    assert given == {"D0": [("01-10T00", 10)], "D1": [("01-12T00", 10)]}


def test_a_purchase_may_need_the_capacity_of_its_supplier(plan):
    limited = "<resource name='m'/><resource_qty>1</resource_qty>"
    _notes, given = plan(resource() + buy(inside=limited) + demands((5, 4), (5, 4)))

    assert given == {"D0": [("01-04T00", 5)], "D1": [("01-07T00", 5)]}


def test_safety_lead_time_is_hard_or_shrinks(plan):
    hard = buy(inside="<hard_safety_leadtime>P2D</hard_safety_leadtime>")
    soft = buy(inside="<extra_safety_leadtime>P2D</extra_safety_leadtime>")

    assert plan(hard + demands((5, 4)))[1] == {"D0": [("01-06T00", 5)]}
    assert plan(soft + demands((5, 4)))[1] == {"D0": [("01-04T00", 5)]}


def test_what_was_done_gives_and_what_was_closed_is_history(plan):
    orders = "<operationplans>" + "".join(
        f'<operationplan reference="{status}" end="2026-01-09T00:00:00" quantity="4" status="{status}">'
        '<operation name="make"/></operationplan>' for status in ("closed", "completed", "proposed")
    ) + "</operationplans>"  # fmt: skip
    notes, given = plan(make(duration="P2D", flows=TAKE.format("c")) + orders + demands((4, 1), (4, 1)))

    # The completed one took its parts before; nobody can make another without any.
    assert given == {"D0": [("01-01T00", 4)], "D1": []}
    assert len(notes) == 1
    assert "left to the planner" in notes[0]


def test_steps_of_a_running_order_have_dates_of_their_own(plan):
    routing = (
        '<operations><operation name="route" xsi:type="operation_routing"><item name="a"/><location name="f"/>'
        '<suboperations><suboperation><operation name="one" duration="P1D"/></suboperation><suboperation>'
        '<operation name="two" duration="P2D"/></suboperation></suboperations></operation></operations>'
    )
    orders = (
        '<operationplans><operationplan reference="x" quantity="3" status="confirmed" start="2026-01-01T00:00:00">'
        '<operation name="route"/></operationplan><operationplan reference="y" start="2026-01-05T00:00:00"'
        ' end="2026-01-08T00:00:00"><operation name="two"/><owner reference="x"/></operationplan></operationplans>'
    )
    notes, given = plan(routing.replace('name="route"', 'name="route" priority="0"') + orders + demands((3, 1)))

    assert notes == []
    assert given == {"D0": [("01-08T00", 3)]}


def test_a_running_order_without_end_ends_after_its_working_time(plan):
    order = (
        '<operationplans><operationplan reference="x" quantity="3" status="confirmed" start="2026-01-02T09:00:00">'
        '<operation name="make"/></operationplan></operationplans>'
    )
    text = WEEK + make('<available name="week"/>', duration="PT16H", priority="0") + order + demands((3, 1))

    # Eight hours on Friday, eight on Monday.
    assert plan(text)[1] == {"D0": [("01-05T17", 3)]}


def test_a_running_order_occupies_one_of_the_alternates(plan):
    two = '<resources><resource name="m"/><resource name="n"/></resources>'
    loads = "".join(load(resource, name="any", priority=rank) for rank, resource in ((1, "m"), (2, "n")))
    order = (
        '<operationplans><operationplan reference="x" quantity="1" status="confirmed" start="2026-01-01T00:00:00"'
        ' end="2026-01-05T00:00:00"><operation name="make"/></operationplan></operationplans>'
    )
    _notes, given = plan(two + make(duration="P4D", loads=loads) + order + demands((2, 5)))

    assert given == {"D0": [("01-05T00", 2)]}


def test_stock_below_nothing_is_made_up_first(plan):
    shelf = '<buffers><buffer name="a @ f" onhand="-5"><item name="a"/><location name="f"/></buffer></buffers>'
    receipt = (
        '<operationplans><operationplan ordertype="PO" reference="x" quantity="8" status="confirmed"'
        ' end="2026-01-06T00:00:00"><item name="a"/><location name="f"/></operationplan></operationplans>'
    )
    _notes, given = plan(shelf + receipt + demands((8, 1)).replace(' quantity="8"', ' quantity="8" minshipment="1"'))

    assert given == {"D0": [("01-06T00", 3)]}


def test_a_routing_takes_whichever_alternate_of_a_step_can(plan):
    step = (
        '<operation name="either" xsi:type="operation_alternate"><suboperations><suboperation><operation name="old"'
        ' duration="P1D"/><priority>1</priority><effective_end>2026-01-02T00:00:00</effective_end></suboperation>'
        '<suboperation><operation name="new" duration="P3D"/><priority>2</priority></suboperation></suboperations>'
        "</operation>"
    )
    routing = (
        '<operations><operation name="route" xsi:type="operation_routing"><item name="a"/><location name="f"/>'
        f"<suboperations><suboperation>{step}</suboperation><suboperation><operation name='last' duration='P2D'/>"
        "</suboperation></suboperations></operation></operations>"
    )

    assert plan(routing + demands((1, 1)))[1] == {"D0": [("01-06T00", 1)]}


def test_steps_that_wait_for_others_run_beside_them(plan):
    steps = "".join(
        f'<suboperation><operation name="{name}" duration="P{days}D">{waits}</operation></suboperation>'
        for name, days, waits in (
            ("left", 1, ""),
            ("right", 2, ""),
            ("join", 1, "<dependencies><dependency><blockedby name='left'/></dependency><dependency>"
                        "<blockedby name='right'/></dependency></dependencies>"),
        )
    )  # fmt: skip
    routing = (
        '<operations><operation name="route" xsi:type="operation_routing"><item name="a"/><location name="f"/>'
        f"<suboperations>{steps}</suboperations></operation></operations>"
    )

    assert plan(routing + demands((1, 1))) == ([], {"D0": [("01-04T00", 1)]})


def test_an_operation_waits_for_another(plan):
    waits = (
        '<operationdependencies><operationdependency><operation name="make"/><blockedby name="before"/>'
        "</operationdependency></operationdependencies>"
    )
    text = make(duration="P3D") + make(name="before", item="b", duration="P2D") + waits + demands((1, 1))

    assert plan(text) == ([], {"D0": [("01-06T00", 1)]})


def test_stock_is_brought_to_its_target_before_a_demand_for_what_it_needs(plan):
    """Five parts are there. The target of b takes four of them, so only one is left for a."""
    parts = TAKE.format("c")
    shelf = (
        '<buffers><buffer name="c @ f" onhand="5"><item name="c"/><location name="f"/></buffer>'
        '<buffer name="b @ f" minimum="4"><item name="b"/><location name="f"/></buffer></buffers>'
    )
    made = make(flows=parts, duration="P1D") + make(name="other", item="b", flows=parts, duration="P1D")
    text = shelf + made + demands((5, 10)).replace(' quantity="5"', ' quantity="5" minshipment="1"')

    assert plan(text)[1] == {"D0": [("01-10T00", 1)]}


def test_an_order_for_a_demand_brings_stock_back_to_its_target(plan):
    """Of twelve parts the first demand's order takes eight: three to the demand, five to the target."""
    parts = TAKE.format("c")
    shelf = (
        '<buffers><buffer name="c @ f" onhand="12"><item name="c"/><location name="f"/></buffer>'
        '<buffer name="b @ f" onhand="5" minimum="5"><item name="b"/><location name="f"/></buffer></buffers>'
    )
    made = make(flows=parts, duration="P1D") + make(name="other", item="b", flows=parts, duration="P1D")
    first = demands((8, 9), item="b").replace("D0", "first")
    second = demands((12, 10)).replace(' quantity="12"', ' quantity="12" minshipment="1"')

    assert plan(shelf + made + first + second)[1] == {"first": [("01-09T00", 8)], "D0": [("01-10T00", 4)]}


def test_a_target_that_cannot_be_kept_makes_nobody_wait(plan):
    shelf = '<buffers><buffer name="a @ f" onhand="6" minimum="5"><item name="a"/><location name="f"/></buffer>'
    shelf += "</buffers>"

    assert plan(shelf + buy(lead="P9D") + demands((6, 2)))[1] == {"D0": [("01-02T00", 6)]}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("<items><item name='a'><itemsuppliers><itemsupplier><size_minimum>x</size_minimum></itemsupplier>"
         "</itemsuppliers></item></items>", "line 1: itemsupplier '', size_minimum: 'x' is no number; passed over"),
        (buy("z", "-P3D"), "leadtime: an order cannot arrive before it is placed"),
        ("<demands><demand name='z' quantity='NaN' due='2026-01-05T00:00:00'/></demands>", "'NaN' is no finite number"),
        ("<demands><demand name='z' quantity='3' due='soon'/></demands>", "'soon' is no instant"),
        ("<demands><demand name='z' quantity='3' due='2026-01-05T00:00:00'/></demands>", "neither item nor operation"),
        (buy("z", inside="<effective_start>2026-03-01T00:00:00</effective_start>"
                          "<effective_end>2026-02-01T00:00:00</effective_end>"), "effective at no time"),
        ("<calendars><calendar name='c'><buckets><bucket start='never'/></buckets></calendar></calendars>"
         "<locations><location name='g'><available name='c'/></location></locations>"
         + make(name="z", item="z").replace('"f"', '"g"'), "calendar 'c', buckets: 'never' is no instant"),
        ("<resources><resource><maximum>1</maximum></resource></resources>", "resource without a name"),
        ("<resources><resource name='r'><moon name='full'/></resource></resources>", "resource/moon: not understood"),
        ("<setupmatrices><setupmatrix name='s'><rules><rule><resource name='crew'/></rule></rules></setupmatrix>"
         "</setupmatrices>", "rule/resource: not understood"),
        ("<operationplans><operationplan reference='z' quantity='3' status='confirmed'/></operationplans>",
         "order 'z' has no date"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_with_is_named_and_the_rest_is_planned(plan, text, note):
    notes, given = plan(buy("good") + text + demands((5, 4), item="good"))

    assert [each for each in notes if note in each]
    assert given["D0"] == [("01-04T00", 5)]


@pytest.mark.parametrize(
    "text",
    [
        make(flows=TAKE.format("b")) + make(name="back", item="b", flows=TAKE.format("a")),
        resource("<maximum>0</maximum>") + make(duration="P1D", loads=load()),
        "<calendars><calendar name='never' default='0'/></calendars><locations><location name='f'>"
        "<available name='never'/></location></locations>" + make(duration="P1D"),
        "",
    ],
    ids=["circle", "no capacity", "no working day", "no source"],
)  # fmt: skip
def test_what_can_never_be_had_is_short_and_the_rest_is_planned(plan, text):
    other = demands((5, 10), item="good").replace("D0", "other")

    assert plan(buy("good") + text + demands((5, 4)) + other)[1] == {"D0": [], "other": [("01-10T00", 5)]}


def test_sizes_that_contradict_each_other_and_the_largest_numbers_are_planned(plan):
    odd = buy(inside="<size_minimum>9</size_minimum><size_maximum>3</size_maximum>")

    assert plan(odd + demands((5, 4)))[1] == {"D0": [("01-04T00", 5)]}
    assert plan(buy() + demands((1e11, 4)))[1] == {"D0": [("01-04T00", 1e11)]}


def test_a_model_that_names_no_present_begins_with_its_first_due_date(plan):
    assert plan(buy() + demands((5, 4), (5, 9)), now="")[1] == {"D0": [("01-07T00", 5)], "D1": [("01-09T00", 5)]}


def test_a_plan_that_nothing_limits_gives_all_on_the_due_date_in_the_pieces_of_its_delivery(tmp_path):
    path = tmp_path / "model.xml"
    delivery = '<operation name="ship" duration="P9D"><size_maximum>4</size_maximum></operation>'
    path.write_text(
        f'{HEAD}{NOW}<demands><demand name="D" quantity="10" due="2026-01-02T00:00:00"><item name="a"/>{delivery}'
        "</demand></demands></plan>"
    )

    rows = list_wished(load_model(path))["D"]

    assert [(row.at, row.quantity) for row in rows] == [(read_instant("2026-01-02T00:00:00"), q) for q in (2, 4, 4)]


def test_what_does_not_come_back_in_time_is_left_alone():
    held = threading.Event()

    with pytest.raises(TimeoutError, match=r"took longer than 0.01 s"):
        planning_cases.finish_within(held.wait, seconds=0.01)

    held.set()
    assert planning_cases.finish_within(held.wait, seconds=60.0)
    with pytest.raises(ZeroDivisionError):
        planning_cases.finish_within(lambda: 1 // 0, seconds=60.0)


def test_constraints_may_be_written_as_a_sum(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "one.xml").write_text(f"{HEAD}{NOW}{buy()}{demands((5, 1))}</plan>")
    rows = {"D0": [{"date": "2026-01-04T00:00:00", "quantity": 5}]}
    plans = {"1": {"solver": {"constraints": "16+32"}, "demands": rows}}
    (tmp_path / "one" / "one.expected_demands.json").write_text(json.dumps(plans))

    assert planning_cases.measure(Options(data=str(tmp_path)))["equal"] == 1


def test_demands_may_be_asked_for_ahead_of_their_due_date(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "one.xml").write_text(f"{HEAD}{NOW}{buy()}{demands((5, 9))}</plan>")
    rows = {"D0": [{"date": "2026-01-07T00:00:00", "quantity": 5}]}
    plans = {"1": {"solver": {"administrativeleadtime": "P2D", "autofence": "whatever"}, "demands": rows}}
    (tmp_path / "one" / "one.expected_demands.json").write_text(json.dumps(plans))

    assert planning_cases.measure(Options(data=str(tmp_path)))["equal"] == 1


def test_what_is_made_to_order_serves_its_own_batch_alone(plan):
    item = '<items><item name="a" xsi:type="item_mto"/></items>'
    shelf = '<buffers><buffer name="a @ f" onhand="5" batch="X"><item name="a"/><location name="f"/></buffer></buffers>'
    asked = demands((10, 10), (10, 2)).replace('"D0"', '"D0" batch="X"').replace('"D1"', '"D1" batch="Y"')
    notes, given = plan(item + shelf + make(duration="P2D") + asked)

    # Nothing of X is there for Y: two days from now.
    assert (notes, given) == ([], {"D0": [("01-10T00", 10)], "D1": [("01-03T00", 10)]})


def test_a_skill_is_had_while_it_lasts(plan):
    crew = (
        '<resources><resource name="m"><members><resource name="ann"><resourceskills><resourceskill>'
        '<skill name="weld"/><effective_end>2026-01-03T00:00:00</effective_end></resourceskill></resourceskills>'
        '</resource><resource name="bob"><resourceskills><resourceskill><skill name="weld"/></resourceskill>'
        "</resourceskills></resource></members></resource></resources>"
    )
    weld = make(duration="P2D", loads=load(inside='<skill name="weld"/>'))

    # Ann starts one on the first, Bob one on the first and one on the third; the fourth follows Bob's.
    given = plan(crew + weld + demands((1, 1), (1, 1), (1, 1), (1, 1)))[1]
    assert sorted(day for rows in given.values() for day, _quantity in rows) == [
        "01-03T00", "01-03T00", "01-05T00", "01-07T00",
    ]  # fmt: skip


def test_a_model_of_which_nothing_is_expected_is_planned_and_written_out(tmp_path):
    (tmp_path / "alone.xml").write_text(f"{HEAD}{NOW}{buy()}{demands((5, 1))}</plan>")
    figures = planning_cases.measure(Options(data=str(tmp_path), out=str(tmp_path / "out.json")))

    assert (figures["cases"], figures["equal"], list(figures["failed"])) == (1, 0, ["alone"])
    rows = json.loads((tmp_path / "out.json").read_text())["rows"]
    assert [(row["case"], row["date"], row["quantity"]) for row in rows] == [("alone", "2026-01-04T00:00:00", 5)]
