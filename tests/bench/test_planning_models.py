"""Planning models are read as data: what they say, what they leave unsaid, and what no file may do to us."""

import pytest

from rantai.bench.formats.planning.calendars import list_open
from rantai.bench.formats.planning.drafting import Rules
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.model import OperationKind, Steps
from rantai.bench.formats.planning.parsing import UnreadableModel, parse
from rantai.bench.formats.planning.translating import translate
from rantai.bench.formats.planning.values import (
    DAY,
    UnreadableValue,
    read_duration,
    read_instant,
    round_down_half,
    write_instant,
)
from rantai_engines.planning.problem import NEVER, UNIT, DemandKind, SourceKind

HEAD = '<?xml version="1.0"?><plan xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'


@pytest.fixture
def write(tmp_path):
    """Write a model and return its path."""

    def write_model(text, *, now="2026-01-01T00:00:00"):
        path = tmp_path / "model.xml"
        path.write_text(f"{HEAD}<current>{now}</current>{text}</plan>")
        return path

    return write_model


@pytest.fixture
def read(write):
    """Read a model from its text."""
    return lambda text, **when: load_model(write(text, **when))


@pytest.fixture
def problem_of(read):
    """Read a model and translate it."""
    return lambda text, *, rules=None: translate(read(text), rules=rules or Rules()).problem


def test_a_document_type_is_refused_before_an_entity_can_grow(tmp_path):
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE plan [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><plan>&b;</plan>')

    with pytest.raises(UnreadableModel, match=r"bomb.xml, line 1: declares a document type"):
        parse(path)


def test_depth_and_size_have_their_limits(write):
    path = write("<items>" * 70 + "</items>" * 70)

    with pytest.raises(UnreadableModel, match="nested deeper than 64"):
        parse(path)
    with pytest.raises(UnreadableModel, match="larger than 100 bytes"):
        parse(path, most_bytes=100)


def test_what_is_no_xml_is_named_with_its_line(tmp_path):
    path = tmp_path / "half.xml"
    path.write_text("<plan>\n<items>\n</plan>")

    with pytest.raises(UnreadableModel, match=r"half.xml, line 3: is no XML: mismatched tag"):
        parse(path)


def test_processing_instructions_are_passed_over(read):
    assert read('<?python raise SystemExit ?><items><item name="a"/></items>').notes == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("P7D", 7 * DAY), ("-P4D", -4 * DAY), ("PT12H30M", 45_000), ("P1Y", 365 * DAY), ("P1M", 365 * DAY / 12),
     ("PT38.707S", 38.707), ("24:00:00", DAY), ("90", 90)],
)  # fmt: skip
def test_durations(text, seconds):
    assert read_duration(text) == pytest.approx(seconds)


def test_a_text_that_is_no_duration_is_named_with_its_thing_and_passed_over(read):
    with pytest.raises(UnreadableValue):
        read_duration("a week")
    model = read('<operations><operation name="make"><duration>a week</duration></operation></operations>')

    assert model.operations[0].duration == 0
    assert model.notes == ["line 1: operation 'make', duration: 'a week' is no duration like P7D or PT12H; passed over"]


def test_instants_do_not_know_the_zone_of_this_machine(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")

    assert write_instant(read_instant("2026-03-29T02:30:00")) == "2026-03-29T02:30:00"


def test_half_seconds_round_down():
    assert [round_down_half(seconds) for seconds in (53.5, 10.7, 0.5, -0.5)] == [53, 11, 0, -1]


def test_a_field_is_an_attribute_or_an_element_and_later_mentions_add(read):
    model = read(
        '<buffers><buffer name="a @ b" onhand="10"><item name="a"/><location name="b"/></buffer></buffers>'
        "<buffers><buffer name='a @ b'><minimum>4</minimum></buffer></buffers>"
    )

    assert [(place.on_hand, place.minimum) for place in model.places] == [(10, 4)]


def test_a_flow_means_the_first_place_of_its_item_and_location_whatever_that_is_called(read):
    model = read(
        '<buffers><buffer name="shelf"><item name="a"/><location name="b"/></buffer></buffers>'
        '<operations><operation name="use"><location name="b"/><flows><flow xsi:type="flow_start"><item name="a"/>'
        "<quantity>-2</quantity></flow></flows></operation></operations>"
    )

    assert [place.name for place in model.places] == ["shelf"]
    assert [(flow.place, flow.per) for flow in model.operations[0].flows] == [(0, -2)]


def test_places_of_one_item_without_location_stay_apart_by_name(read):
    model = read(
        '<buffers><buffer name="free"><item name="a"/></buffer><buffer name="held"><item name="a"/></buffer></buffers>'
        '<flows><flow xsi:type="flow_start"><operation name="use"/><buffer name="held"/><quantity>-1</quantity></flow>'
        "</flows>"
    )

    assert [place.name for place in model.places] == ["free", "held"]
    assert model.operations[0].flows[0].place == 1


def test_an_operation_that_names_its_item_gives_one_of_it_where_nothing_says_how_many(problem_of):
    problem = problem_of(
        '<operations><operation name="make" duration="P2D"><item name="a"/><location name="b"/></operation>'
        '</operations><demands><demand name="d" due="2026-02-01T00:00:00" quantity="25"><item name="a"/>'
        '<location name="b"/></demand></demands>'
    )

    assert problem.sources.kind.tolist() == [SourceKind.MAKE]
    assert problem.sources.minimum.tolist() == [UNIT]
    assert problem.operations.fixed_seconds.tolist() == [2 * DAY]
    assert problem.demands.min_shipment.tolist() == [2 * UNIT]
    assert problem.demands.max_lateness.tolist() == [5 * 365 * DAY]


def test_sizes_and_times_are_per_unit_of_output(problem_of):
    problem = problem_of(
        '<operations><operation name="saw" xsi:type="operation_time_per" duration_per="PT40S" size_multiple="5">'
        '<item name="board"/><flows><flow xsi:type="flow_end"><item name="board"/><quantity>4</quantity></flow>'
        '<flow xsi:type="flow_start"><item name="log"/><quantity>-1</quantity></flow></flows></operation></operations>'
    )

    assert problem.sources.minimum.tolist() == [4 * UNIT]
    assert problem.sources.multiple.tolist() == [20 * UNIT]
    assert problem.operations.unit_seconds.tolist() == [10.0]
    assert problem.bom_lines.quantity_per.tolist() == [250_000]


def test_an_output_that_does_not_grow_is_made_in_lots_of_it(problem_of):
    problem = problem_of(
        '<operations><operation name="brew" xsi:type="operation_time_per" duration_per="PT1H"><item name="ale"/><flows>'
        '<flow xsi:type="flow_end"><item name="ale"/><quantity_fixed>30</quantity_fixed></flow></flows></operation>'
        "</operations>"
    )

    sources = problem.sources
    assert sources.minimum.tolist() == sources.multiple.tolist() == sources.maximum.tolist() == [30 * UNIT]
    assert problem.operations.fixed_seconds.tolist() == [3600]
    assert problem.operations.unit_seconds.tolist() == [0.0]


def test_purchases_of_the_owner_of_an_item_are_its_own(problem_of):
    problem = problem_of(
        '<items><item name="all"><itemsuppliers><itemsupplier><supplier name="s"/><location name="hub"/>'
        "<leadtime>P7D</leadtime></itemsupplier></itemsuppliers><itemdistributions><itemdistribution>"
        '<origin name="hub"/><destination name="shop"/><leadtime>P2D</leadtime></itemdistribution></itemdistributions>'
        '</item><item name="a"><owner name="all"/></item></items><demands>'
        '<demand name="d" due="2026-02-01T00:00:00" quantity="5"><item name="a"/><location name="shop"/></demand>'
        "</demands>"
    )

    assert problem.sources.kind.tolist() == [SourceKind.MOVE, SourceKind.BUY]
    assert problem.sources.origin.tolist() == [1, -1]
    assert problem.sources.item_location.tolist() == [0, 1]


def test_priority_nought_is_never_planned_and_its_confirmed_orders_count(problem_of):
    problem = problem_of(
        '<operations><operation name="give" priority="0"><item name="a"/></operation></operations><operationplans>'
        '<operationplan end="2026-01-05T00:00:00" quantity="9" status="confirmed"><operation name="give"/>'
        "</operationplan></operationplans>"
    )

    assert len(problem.sources.key) == 0
    assert problem.receipts.quantity.tolist() == [9 * UNIT]


def test_what_confirmed_orders_take_is_required_on_their_dates(problem_of):
    problem = problem_of(
        '<operations><operation name="use" duration="P5D"><flows><flow xsi:type="flow_start"><item name="a"/>'
        "<quantity>-1</quantity></flow></flows></operation></operations><operationplans>"
        '<operationplan end="2026-01-20T00:00:00" quantity="10" status="confirmed"><operation name="use"/>'
        "</operationplan></operationplans>"
    )

    assert problem.demands.kind.tolist() == [DemandKind.REQUIREMENT]
    assert problem.demands.due.tolist() == [read_instant("2026-01-15T00:00:00")]


def test_alternates_are_flat_sources_by_rank_and_range(problem_of):
    problem = problem_of(
        '<buffers><buffer name="a"><item name="a"/><producing name="any"/></buffer></buffers><operations>'
        '<operation name="any" xsi:type="operation_alternate"><flows><flow xsi:type="flow_end"><buffer name="a"/>'
        '<quantity>1</quantity></flow></flows><suboperations><suboperation><operation name="slow" duration="P9D"/>'
        '<priority>2</priority></suboperation><suboperation><operation name="fast" duration="P1D"/>'
        "<priority>1</priority><effective_end>2026-03-01T00:00:00</effective_end></suboperation><suboperation>"
        '<operation name="never"/><priority>0</priority></suboperation></suboperations></operation></operations>'
    )

    assert problem.sources.rank.tolist() == [2, 1]
    # What ends exactly at the end of the range is still given.
    assert problem.sources.effective_to.tolist() == [NEVER, read_instant("2026-03-01T00:00:01")]


def test_a_routing_is_one_source_with_its_steps_in_order(read):
    text = (
        '<operations><operation name="route" xsi:type="operation_routing"><item name="a"/><suboperations>'
        '<suboperation><operation name="one" duration="P1D"/></suboperation>'
        '<suboperation><operation name="two" duration="P2D"/></suboperation></suboperations></operation></operations>'
    )
    model = read(text)
    problem = translate(model, rules=Rules()).problem

    assert model.operations[0].kind is OperationKind.ROUTING
    assert len(problem.sources.key) == 1
    assert problem.operations.fixed_seconds.tolist() == [DAY, 2 * DAY]
    assert problem.operations.sequence.tolist() == [0, 1]


def test_a_delivery_operation_gives_its_demand_a_place_of_its_own(write):
    path = write(
        '<demands><demand name="d" due="2026-02-01T00:00:00" quantity="5"><item name="a"/><operation name="ship"'
        ' duration="P1D"><flows><flow xsi:type="flow_start"><item name="a"/><quantity>-1</quantity></flow></flows>'
        "</operation></demand></demands>"
    )

    translated = translate(load_model(path), rules=Rules())

    place = translated.delivery_places[0]
    assert translated.problem.demands.item_location.tolist() == [place]
    assert translated.problem.sources.item_location.tolist() == [place]
    assert translated.problem.bom_lines.component.tolist() == [0]


def test_change_overs_are_matched_as_patterns_in_order_of_priority(problem_of):
    problem = problem_of(
        '<resources><resource name="line" setup="red"><setupmatrix name="colours"><rules>'
        '<rule priority="2" duration="P3D"/><rule priority="1" fromsetup="red" tosetup="bl.*" duration="P1D"/></rules>'
        "</setupmatrix></resource></resources><operations>"
        + "".join(
            f'<operation name="{colour}"><loads><load><resource name="line"/><setup>{colour}</setup></load></loads>'
            "</operation>"
            for colour in ("blue", "green")
        )
        + "</operations>"
    )

    times = problem.setup_times
    days = {
        (before, after): seconds // DAY
        for before, after, seconds in zip(
            times.from_setup.tolist(), times.to_setup.tolist(), times.seconds.tolist(), strict=True
        )
    }
    red, blue, green = range(3)
    assert days[red, blue] == 1
    assert days[red, green] == days[blue, red] == days[-1, green] == 3
    assert problem.resources.setup.tolist() == [red]


def test_a_load_on_a_pool_falls_on_a_member_that_has_the_skill(problem_of):
    problem = problem_of(
        '<resources><resource name="crew"><members><resource name="ann"/><resource name="bob"/><resource name="cyd"/>'
        "</members></resource></resources><skills><skill name='weld'><resourceskills>"
        "<resourceskill><resource name='cyd'/><priority>1</priority></resourceskill>"
        "<resourceskill><resource name='ann'/><priority>2</priority></resourceskill></resourceskills></skill></skills>"
        '<buffers><buffer name="a"><item name="a"/><producing name="join"><item name="a"/><loads><load>'
        '<resource name="crew"/><skill name="weld"/></load></loads></producing></buffer></buffers>'
    )

    assert problem.loads.resource.tolist() == [3, 1]
    assert len(set(problem.loads.group.tolist())) == 1


def test_only_what_binds_limits(problem_of):
    text = (
        '<resources><resource name="m"/></resources><items><item name="a"><itemsuppliers><itemsupplier>'
        '<supplier name="s"/></itemsupplier></itemsuppliers></item></items><buffers><buffer name="a"><item name="a"/>'
        "</buffer></buffers>"
    )
    free = problem_of(text, rules=Rules(constraints=16))
    bound = problem_of(text)

    assert (free.sources.fence < 0).all()
    assert (bound.sources.fence == 0).all()
    assert (free.resources.kind.tolist(), bound.resources.kind.tolist()) == ([0], [1])


def test_members_of_a_group_ship_together_only_by_its_policy(problem_of):
    demand = '<demand name="{}" due="2026-02-01T00:00:00" quantity="1"><item name="a"/></demand>'
    problem = problem_of(
        "".join(
            f'<demands><demand name="{policy}" xsi:type="demand_group"><policy>{policy}</policy><members>'
            f"{demand.format(policy + '1')}{demand.format(policy + '2')}</members></demand></demands>"
            for policy in ("alltogether", "independent")
        )
    )

    groups = problem.demands.group.tolist()
    assert groups[0] == groups[1] >= 0
    assert groups[2:] == [-1, -1]


def test_what_is_not_understood_is_reported_by_name(read):
    model = read('<demands><demand name="d"><moon>full</moon></demand></demands><ships><ship name="x"/></ships>')

    assert model.notes == [
        "demand/moon: not understood and passed over (1 times)",
        "ships: not understood and passed over (1 times)",
    ]


def test_hours_by_day_of_week(read):
    model = read(
        '<calendars><calendar name="hours" default="0"><buckets><bucket days="62" value="1" starttime="PT9H"'
        ' endtime="PT17H"/></buckets></calendar></calendars><resources><resource name="m"><available name="hours"/>'
        "</resource></resources>"
    )

    (steps,) = model.resources[0].calendars
    week = [(write_instant(a), write_instant(b)) for a, b in list_open(steps) if a >= model.now][:3]
    # 1 January 2026 is a Thursday.
    assert week == [
        ("2026-01-01T09:00:00", "2026-01-01T17:00:00"),
        ("2026-01-02T09:00:00", "2026-01-02T17:00:00"),
        ("2026-01-05T09:00:00", "2026-01-05T17:00:00"),
    ]


def test_the_lowest_priority_number_wins_and_of_equal_buckets_the_later(read):
    model = read(
        '<resources><resource name="m"><maximum_calendar name="c"><default>1</default><buckets>'
        '<bucket start="2026-01-01T00:00:00" end="2026-01-31T00:00:00" value="2"/>'
        '<bucket start="2026-01-10T00:00:00" end="2026-01-20T00:00:00" value="3"/>'
        '<bucket start="2026-01-15T00:00:00" end="2026-01-31T00:00:00" value="9" priority="-1"/>'
        "</buckets></maximum_calendar></resource></resources>"
    )

    steps = model.resources[0].maximum
    assert isinstance(steps, Steps)
    seen = [steps.at(read_instant(f"2026-01-{day:02}T00:00:00")) for day in (1, 10, 15, 31)]
    assert seen == [2, 3, 9, 1]
