"""What a model may say of tools, alternates, batches, buckets, pools and running orders, each worked out by hand.

1 January 2026 is a Thursday and the present of all of them.
"""

import pytest

from .small_models import TAKE, WEEK, buy, demands, load, make, plan_text, resource


@pytest.fixture
def solved(tmp_path):
    """Plan a model that has nothing to complain of; return what each demand is given, and the plan."""

    def plan_model(text, **options):
        notes, given, solution = plan_text(tmp_path, text, **options)
        assert notes == []
        return given, solution

    return plan_model


@pytest.fixture
def plan(solved):
    """Plan such a model; return what each demand is given, as (day and hour, quantity)."""
    return lambda text, **options: solved(text, **options)[0]


def _named(name, inside=""):
    return f'<resources><resource name="{name}">{inside}</resource></resources>'


def _route(*loads):
    """A routing of steps of a day each."""
    steps = "".join(
        f'<suboperation><operation name="step {n}" duration="P1D"><loads>{load(each)}</loads></operation>'
        "</suboperation>"
        for n, each in enumerate(loads)
    )
    return (
        '<operations><operation name="route" xsi:type="operation_routing"><item name="a"/><location name="f"/>'
        f"<suboperations>{steps}</suboperations></operation></operations>"
    )


def _batched(quantity, *, item="a", batch=1):
    return (
        f'<flow xsi:type="flow_transfer_batch"><item name="{item}"/><quantity>{quantity}</quantity>'
        f"<transferbatch>{batch}</transferbatch></flow>"
    )


def _shelf(item="c", *, at="f", **fields):
    attributes = "".join(f' {field}="{value}"' for field, value in fields.items())
    name = f"{item} @ {at}"
    return f'<buffers><buffer name="{name}"{attributes}><item name="{item}"/><location name="{at}"/></buffer></buffers>'


def _order(operation="make", status="confirmed", inside="", **fields):
    attributes = "".join(f' {field}="{value}"' for field, value in fields.items())
    return (
        f'<operationplans><operationplan reference="x" status="{status}"{attributes}><operation name="{operation}"/>'
        f"{inside}</operationplan></operationplans>"
    )


@pytest.mark.parametrize(("kind", "days"), [("", ["04", "05", "08"]), ("<tool>true</tool>", ["04", "07", "10"])])
def test_a_tool_stays_with_its_job_from_the_first_step_that_needs_it_to_the_last(plan, kind, days):
    """Without it the second job begins while the first is at the machine between."""
    text = _named("card", kind) + _named("m") + _route("card", "m", "card") + demands((1, 4), (1, 4), (1, 4))

    assert plan(text) == {f"D{n}": [(f"01-{day}T00", 1)] for n, day in enumerate(days)}


@pytest.mark.parametrize(("kind", "day"), [("", "10"), ("<tool>1</tool>", "11")])
def test_a_tool_is_kept_while_its_job_waits_between_two_steps(plan, kind, day):
    """The machine is taken from the 3rd to the 8th; D1 has it before, its last step is on the 7th.

    The card stays with it until then, so that the first step of D0 begins on the 8th and not on the 6th.
    """
    other = make(name="other", item="b", duration="P5D", loads=load("m"), priority="0")
    taken = _order("other", quantity="1", start="2026-01-03T00:00:00", end="2026-01-08T00:00:00")
    text = _named("card", kind) + _named("m") + other + taken + _route("card", "m", "card")

    assert plan(text + demands((1, 10), (1, 8))) == {"D0": [(f"01-{day}T00", 1)], "D1": [("01-08T00", 1)]}


def test_each_piece_may_need_a_tool_of_its_own(plan):
    """Four frames: two and two fit side by side, three and two do not."""
    frames = _named("frame", "<toolperpiece>true</toolperpiece><maximum>4</maximum>")
    make_two_days = make(duration="P2D", loads=load("frame"))

    assert plan(frames + make_two_days + demands((2, 3), (2, 3))) == {"D0": [("01-03T00", 2)], "D1": [("01-03T00", 2)]}
    assert plan(frames + make_two_days + demands((2, 3), (3, 3))) == {"D0": [("01-03T00", 2)], "D1": [("01-05T00", 3)]}
    assert plan(frames + make_two_days + demands((5, 3))) == {"D0": []}


@pytest.mark.parametrize(
    ("search", "taken"), [("MINPENALTY", [0, 1]), ("PRIORITY", [0, 0]), ("MINCOST", [1, 1])]
)  # fmt: skip
def test_alternates_are_searched_as_the_load_says(solved, search, taken):
    """Two orders for the same day: one of them early on the same machine, or both just in time on two."""
    machines = _named("m", "<cost>9</cost>") + _named("n", "<cost>1</cost>")
    loads = "".join(load(each, name="any", priority=rank, search=search) for rank, each in ((1, "m"), (2, "n")))

    given, solution = solved(machines + make(duration="P2D", loads=loads) + demands((1, 10), (1, 10)))

    assert given == {"D0": [("01-10T00", 1)], "D1": [("01-10T00", 1)]}
    assert solution.runs.resource.tolist() == taken


def test_what_is_handed_on_in_batches_is_used_before_all_of_it_is_made(plan):
    """Four parts at a day each, then four pieces at a day each: by batches of two the pieces begin on the 3rd."""
    each_day = 'xsi:type="operation_time_per"'
    parts = make(name="parts", item="c", kind=f" {each_day}", duration_per="P1D", size_minimum="4", loads=load("m"),
                 flows=_batched(1, item="c", batch=2))  # fmt: skip
    pieces = make(kind=f" {each_day}", duration_per="P1D", loads=load("n"), flows=_batched(-1, item="c", batch=2))
    asked = demands((4, 1)).replace(' quantity="4"', ' quantity="4" minshipment="4"')

    assert plan(_named("m") + _named("n") + parts + pieces + asked) == {"D0": [("01-07T00", 4)]}


def test_batches_of_an_operation_without_a_machine_run_one_after_the_other(plan):
    pieces = make(kind=' xsi:type="operation_time_per"', duration_per="P1D", flows=_batched(1))
    asked = demands((3, 1)).replace(' quantity="3"', ' quantity="3" minshipment="3"')

    assert plan(pieces + asked) == {"D0": [("01-04T00", 3)]}


def test_transfer_batches_that_cannot_be_parted_are_named(tmp_path):
    pieces = make(duration="P2D", flows=_batched(-1, item="c"))
    notes, given, _solution = plan_text(tmp_path, buy("c", "P1D") + pieces + demands((3, 1)))

    assert ["batches" in note for note in notes] == [True]
    assert given == {"D0": [("01-04T00", 3)]}


@pytest.mark.parametrize(
    ("kind", "offset", "day"),
    [("load_bucketized_from_start", "", "12"), ("load_bucketized_from_end", "", "09"),
     ("load_bucketized_percentage", "<offset>50</offset>", "11")],
)  # fmt: skip
def test_a_bucket_is_charged_when_the_load_says(plan, kind, offset, day):
    """Nothing is free before the 9th. Orders of three days are charged at their start, their middle or their end."""
    buckets = resource(
        '<maximum_calendar name="hours"><buckets><bucket start="2026-01-01T00:00:00" end="2026-01-09T12:00:00"'
        ' value="0"/><bucket start="2026-01-09T12:00:00" value="5"/></buckets></maximum_calendar>'
    ).replace('name="m"', 'name="m" xsi:type="resource_buckets"')
    charged = f'<load xsi:type="{kind}"><resource name="m"/>{offset}</load>'

    given = plan(buckets + make(duration="P3D", loads=charged) + demands((4, 5)))

    assert [at[:5] for at, _quantity in given["D0"]] == [f"01-{day}"]


def test_what_of_a_running_order_is_done_needs_no_time_and_gives_no_more(plan):
    """Of ten pieces at a day each six are done on the 1st: the other four come on the 5th."""
    each_day = make(kind=' xsi:type="operation_time_per"', duration_per="P1D", priority="0")
    running = _order(quantity="10", quantity_completed="6", start="2026-01-01T00:00:00")

    assert plan(each_day + running + demands((4, 2))) == {"D0": [("01-05T00", 4)]}


@pytest.mark.parametrize(
    ("says", "given"),
    [("", []), ("<consume_material>false</consume_material>", [("01-05T00", 2)]),
     ("<produce_material>false</produce_material>", [])],
)  # fmt: skip
def test_a_running_order_may_take_or_give_nothing_any_more(plan, says, given):
    """Two parts are there: the order that runs takes them, or a demand for parts gets them."""
    running = _order(quantity="2", start="2026-01-05T00:00:00", inside=says)
    text = (
        _shelf(onhand=2)
        + make(duration="P1D", flows=TAKE.format("c"), priority="0")
        + running
        + demands((2, 5), item="c")
    )

    assert plan(text) == {"D0": given}


def test_a_running_order_occupies_the_resource_that_it_names(plan):
    loads = "".join(load(each, name="any", priority=rank) for rank, each in ((1, "m"), (2, "n")))
    runs_on = '<loadplans><loadplan><resource name="n"/></loadplan></loadplans>'
    running = _order(quantity="1", start="2026-01-01T00:00:00", end="2026-01-05T00:00:00", inside=runs_on)
    other = make(name="other", item="b", duration="P2D", loads=load("n"))
    text = _named("m") + _named("n") + make(duration="P4D", loads=loads, priority="0") + running + other

    assert plan(text + demands((1, 3), item="b")) == {"D0": [("01-07T00", 1)]}
    assert plan(text.replace('"1" start', '"1" consume_capacity="false" start') + demands((1, 3), item="b")) == {
        "D0": [("01-03T00", 1)]
    }


def test_an_order_of_alternates_runs_the_first_of_them(plan):
    alternates = (
        '<operations><operation name="any" xsi:type="operation_alternate"><item name="a"/><location name="f"/>'
        '<suboperations><suboperation><operation name="slow" duration="P9D"/><priority>2</priority></suboperation>'
        '<suboperation><operation name="fast" duration="P2D"/><priority>1</priority></suboperation></suboperations>'
        "</operation></operations>"
    )

    running = _order("any", quantity="4", start="2026-01-01T00:00:00")

    # Five more could not be had before the 3rd either, but in one order; so it is seen that four come with the first.
    assert plan(alternates.replace('"fast"', '"fast" size_maximum="1"') + running + demands((4, 1))) == {
        "D0": [("01-03T00", 4)]
    }


def test_nobody_buys_while_the_stock_of_all_locations_is_above_the_safety_stock_of_all(plan):
    """Eight lie at g, where none is kept back: f gets them rather than what it could buy in time."""
    stocks = (("f", 1, 2), ("g", 8, 0), ("h", 3, 3))
    shelves = "".join(_shelf("a", at=place, onhand=units, minimum=least) for place, units, least in stocks)
    pooled = '<items><item name="a"><booleanproperty name="global_purchase" value="1"/></item></items>'
    text = pooled + shelves + buy(lead="P1D")

    # One from f, then from where most is above its target; three are left of twelve, and five are to be kept.
    assert plan(text + demands((9, 10), (4, 20))) == {
        "D0": [("01-10T00", 1), ("01-10T00", 8)],
        "D1": [("01-20T00", 4)],
    }


@pytest.mark.parametrize("policy", ["alltogether", "inratio"])
def test_a_group_is_asked_for_when_the_first_of_it_is_due(plan, policy):
    members = demands((2, 9), (3, 5)).removeprefix("<demands>").removesuffix("</demands>")
    group = (
        f'<demands><demand name="G" xsi:type="demand_group"><members>{members}</members><policy>{policy}</policy>'
        "</demand></demands>"
    )

    assert plan(buy() + group) == {"D0": [("01-05T00", 2)], "D1": [("01-05T00", 3)]}


def test_stock_waits_for_the_receipt_that_is_next_instead_of_an_order(plan):
    """A target of ten, two there, three to come on the 20th: the rest is ordered for then, and a demand waits."""
    shelf = _shelf("a", onhand=2, minimum=10, maximum=30)
    receipt = (
        '<operationplans><operationplan ordertype="PO" reference="x" quantity="3" status="confirmed"'
        ' end="2026-01-20T00:00:00"><item name="a"/><location name="f"/></operationplan></operationplans>'
    )
    text = shelf + receipt + buy() + demands((9, 1)).replace(' quantity="9"', ' quantity="9" minshipment="9"')

    assert plan(text) == {"D0": [("01-04T00", 9)]}
    assert plan(text, autofence=90 * 86_400.0) == {"D0": [("01-20T00", 9)]}


def test_an_order_that_is_cut_keeps_its_hours_on_all_its_resources(solved):
    """The slower of two resources rules how long the cut order runs on both."""
    machines = _named("m", "<efficiency>50</efficiency>") + _named("n")
    each_six_hours = make(kind=' xsi:type="operation_time_per"', duration_per="PT6H", loads=load("m") + load("n"))

    _given, solution = solved(machines + each_six_hours + _shelf("a", minimum=5) + demands((4, 5), (1, 8)))

    runs = solution.runs
    spans = set(zip(runs.order.tolist(), runs.start.tolist(), runs.end.tolist(), strict=True))
    assert len(spans) == len(set(runs.order.tolist()))


def test_the_delivery_of_an_item_is_that_of_what_it_belongs_to(plan):
    family = (
        '<items><item name="family"><operation name="ship" duration="P2D"/></item><item name="a"><owner name="family"/>'
        "</item></items>"
        '<operations><operation name="ship"><flows><flow xsi:type="flow_start"><buffer name="a @ f"/><quantity>-1'
        "</quantity></flow></flows></operation></operations>"
    )

    assert plan(family + _shelf("a", onhand=9) + demands((5, 1))) == {"D0": [("01-03T00", 5)]}


def test_an_operation_may_leave_the_hours_of_its_location_alone(plan):
    site = WEEK + '<locations><location name="f"><available name="week"/></location></locations>'

    assert plan(site + make(duration="PT12H") + demands((1, 1))) == {"D0": [("01-02T13", 1)]}
    assert plan(site + make(duration="PT12H", nolocationcalendar="true") + demands((1, 1))) == {"D0": [("01-01T12", 1)]}


def test_a_fixed_flow_may_be_a_type_of_its_own(plan):
    """Each order takes two of three parts, whatever its size."""
    fixed = '<flow xsi:type="flow_fixed_start"><item name="c"/><quantity>-2</quantity></flow>'

    assert plan(_shelf(onhand=3) + make(flows=fixed) + demands((7, 2), (7, 4))) == {"D0": [("01-02T00", 7)], "D1": []}
