"""The walk down bills and routings: working time there and back, levels, and what is there already."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rantai.foundation.calendars.queries import WorkingDays
from rantai.iscm.production.queries import walk

ZONE = "Asia/Jakarta"
OFFICE = WorkingDays(name="office", zone=ZONE, week=(((28_800, 43_200), (46_800, 61_200)),) * 5 + ((), ()))
"""Eight to twelve and thirteen to seventeen, Monday to Friday."""
MONDAY = int(datetime(2026, 11, 2, 10, tzinfo=ZoneInfo(ZONE)).timestamp())
TABLE, TOP, LEG, WOOD = 1, 2, 3, 4
PLANT = 9


def local(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, ZoneInfo(ZONE)).replace(tzinfo=None)


def make_way(
    kind: str, *, days: int = 0, parts: tuple[walk.Part, ...] = (), work: tuple[walk.Work, ...] = ()
) -> walk.Way:
    return walk.Way(
        kind=kind, source_id=1, lead_time_days=days, working=OFFICE, zone=ZONE, parts=parts, work=work,
        late_days=(0, 1, 3),
    )  # fmt: skip


def part(item: int, units: int, **facts: int) -> walk.Part:
    return walk.Part(item_id=item, quantity=units * 10_000, batch=10_000, **facts)


class Ways:
    """A table from a bought top and legs that are made of bought wood."""

    def __init__(self, *, top: int = 2, wood: int = 5) -> None:
        glue = walk.Work(step=10, fixed_seconds=0, unit_seconds=3600, hours=OFFICE)
        turn = walk.Work(step=10, fixed_seconds=1800, unit_seconds=0, hours=OFFICE)
        self.known = {
            TABLE: make_way("make", parts=(part(TOP, 1), part(LEG, 4)), work=(glue,)),
            TOP: make_way("buy", days=top),
            LEG: make_way("make", parts=(part(WOOD, 1),), work=(turn,)),
            WOOD: make_way("buy", days=wood),
        }  # fmt: skip

    def find_way(self, item_id: int, location_id: int) -> walk.Way | None:
        return self.known.get(item_id)


def arrive(ways: Ways, units: int, supply: walk.Supply | None = None, quantile: int = 0) -> int | None:
    return walk.arrive(
        ways, supply or walk.Supply(), item_id=TABLE, location_id=PLANT, units=units * 10_000, now=MONDAY,
        quantile=quantile,
    )  # fmt: skip


def test_working_time_leaves_out_nights_and_week_ends():
    assert local(walk.advance(OFFICE, MONDAY, 2 * 3600)) == datetime(2026, 11, 2, 12)
    assert local(walk.advance(OFFICE, MONDAY, 3 * 3600)) == datetime(2026, 11, 2, 14)
    assert local(walk.advance(OFFICE, MONDAY, 6 * 3600 + 4 * 8 * 3600 + 60)) == datetime(2026, 11, 9, 8, 1)


def test_the_slowest_component_decides_through_the_levels():
    # wood comes on Monday the 9th; half an hour for the legs, two hours for two tables
    assert local(arrive(Ways(), 2)) == datetime(2026, 11, 9, 10, 30)
    assert local(arrive(Ways(top=9), 2)) == datetime(2026, 11, 13, 10)
    # late suppliers move P80 and P90 by their working days
    assert local(arrive(Ways(), 2, quantile=1)) == datetime(2026, 11, 10, 10, 30)


def test_what_is_there_and_comes_is_used_first():
    supply = walk.Supply(
        free={(TOP, PLANT): 20_000, (LEG, PLANT): 40_000}, arrivals={(LEG, PLANT): [(MONDAY + 3600, 40_000)]}
    )

    assert local(arrive(Ways(), 2, supply)) == datetime(2026, 11, 2, 14)
    assert supply.free == {(TOP, PLANT): 0, (LEG, PLANT): 0}
    assert supply.arrivals == {(LEG, PLANT): []}


def test_without_a_way_there_is_no_day():
    ways = Ways()
    del ways.known[WOOD]

    assert arrive(ways, 1) is None


def test_a_bill_that_leads_to_itself_ends():
    ways = Ways()
    ways.known[WOOD] = make_way("make", parts=(part(TABLE, 1),))

    assert arrive(ways, 1) is None


def test_a_share_that_is_lost_is_made_up_for():
    assert walk.Part(item_id=1, quantity=30_000, batch=20_000, yield_share=9_000).needed(10_000) == 16_667


SECONDS = st.integers(0, 40 * 8 * 3600)
INSTANTS = st.integers(MONDAY, MONDAY + 30 * 86_400)


@given(INSTANTS, SECONDS)
def test_back_from_where_one_came_is_no_earlier_and_takes_as_long(instant: int, seconds: int):
    end = walk.advance(OFFICE, instant, seconds)
    start = walk.retreat(OFFICE, end, seconds)

    assert start >= instant
    assert walk.advance(OFFICE, start, seconds) == end


@given(st.integers(1, 40), st.integers(0, 5), st.integers(0, 20))
def test_more_units_or_longer_lead_times_never_come_sooner(units: int, more: int, days: int):
    first = arrive(Ways(wood=days), units)
    assert first is not None
    assert first <= (arrive(Ways(wood=days), units + more) or 0)
    assert first <= (arrive(Ways(wood=days + more), units) or 0)


@given(st.integers(1, 40), st.dates(date(2026, 11, 3), date(2026, 12, 20)))
def test_work_planned_back_from_a_day_ends_within_it(units: int, due_on: date):
    work = (
        walk.Work(step=10, fixed_seconds=1800, unit_seconds=1200, hours=OFFICE),
        walk.Work(step=20, fixed_seconds=0, unit_seconds=900, hours=OFFICE),
    )
    begins = walk.plan_back(work, units=units * 10_000, due_on=due_on, zone=ZONE)

    assert begins == sorted(begins)
    instant = walk.midnight(begins[0], ZONE)
    for step in work:
        instant = walk.advance(OFFICE, instant, step.seconds(units * 10_000))
    assert instant <= walk.midnight(due_on + timedelta(days=1), ZONE)
