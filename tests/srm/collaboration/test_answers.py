from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.srm import facade as srm
from rantai.srm.buying.actions import commits
from rantai.srm.collaboration import actions
from rantai.srm.collaboration.models import ForecastPublication, SupplierAnswer, SupplierForecast
from rantai.srm.messages import AnswerLine, AnswerPart, SharedForecast, StageNotice
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20 = date(2026, 11, 20)


def make_order(units: int = 10):
    return make.make_sent(make.make_supplier(), [(foundation.make_item(), units)])


def test_an_answer_of_another_supplier_is_refused():
    order, stranger = make_order(), make.make_supplier()

    with pytest.raises(actions.NotYourOrder):
        make.answer(order, (10, NOV_20), supplier_id=stranger.pk)

    assert SupplierAnswer.objects.count() == 0


def test_an_answer_to_another_version_is_refused():
    order = make_order()

    with pytest.raises(actions.OlderRevision, match="revision 7"):
        make.answer(order, (10, NOV_20), asked_revision=7)

    assert SupplierAnswer.objects.count() == 0


def test_an_answer_that_names_a_strange_line_or_day_lists_every_problem():
    order, other = make_order(), make_order()
    strange = make.list_schedules(other)[0].pk
    own = make.list_schedules(order)[0].pk
    lines = (
        AnswerLine(schedule_id=strange, parts=()),
        AnswerLine(schedule_id=own, parts=(AnswerPart(units=Quantity(-1), on=date(1900, 1, 1)),)),
    )

    with pytest.raises(actions.BadAnswer) as caught:
        srm.record_answer(make.make_answer(order, *lines))

    assert len(caught.value.problems) == 3
    assert SupplierAnswer.objects.count() == 0


def test_more_than_ordered_or_less_than_received_is_refused():
    order = make_order()
    with pytest.raises(commits.MoreThanAsked):
        make.answer(order, (11, NOV_20))
    make.receive(order, 4, on=NOV_20)

    with pytest.raises(commits.LessThanReceived):
        make.answer(order, (3, NOV_20))

    assert SupplierAnswer.objects.count() == 0


def test_a_merged_supplier_answers_under_its_old_name():
    from rantai.foundation.parties import actions as parties

    order, survivor = make_order(), make.make_supplier()
    with transaction.atomic():
        parties.merge_parties(survivor.pk, alias_id=order.supplier_id, by=make.BUYER)

    assert not make.answer(order, (10, NOV_20), supplier_id=survivor.pk).is_repeat


def test_what_tier_two_committed_stands_behind_the_commit():
    order = make_order()
    make.answer(order, (10, NOV_20))
    commit = SupplierAnswer.objects.get().commits.get()

    with transaction.atomic():
        actions.record_upstream(commit, part="glass", units=Quantity.of(10), committed_on=date(2026, 11, 9))

    assert commit.upstream.get().part == "glass"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.lists(
        st.tuples(
            st.integers(0, 6),
            st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3)), max_size=3),
        ),
        max_size=4,
    )
)
@example(answers=[(3, [(1, 0), (4, 0)]), (4, []), (0, [(1, 0), (6, 0)])])
def test_any_run_of_answers_and_receipts_conserves_units(answers):
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])
    root = make.list_schedules(order)[0]
    received = 0
    for receipt, parts in answers:
        order.refresh_from_db()
        if order.state == "received":
            break
        days = [(units, date.fromordinal(NOV_20.toordinal() + offset)) for units, offset in parts]
        with suppress(commits.MoreThanAsked, commits.LessThanReceived):
            make.answer(order, *days, schedule=root)
        if receipt:
            make.receive(order, receipt, on=NOV_20)
            received += receipt
    rows = make.list_schedules(order)

    assert sum(row.ordered for row in rows) == 100_000
    assert sum(row.received for row in rows) == received * 10_000
    assert list(srm.list_violations()) == []


def share(run: int, *rows: tuple[int, int, date, int]) -> int:
    site = make.make_site()
    forecast = SharedForecast(
        run_id=run,
        as_of=datetime(2026, 11, 2, tzinfo=UTC),
        supplier_ids=tuple(row[0] for row in rows),
        item_ids=tuple(row[1] for row in rows),
        location_ids=(site.pk,) * len(rows),
        bucket_starts=tuple(row[2] for row in rows),
        units=tuple(row[3] for row in rows),
    )
    with transaction.atomic():
        return srm.publish_forecast(forecast)


def test_a_forecast_is_shared_in_versions_that_show_what_changed():
    one, two, item = make.make_supplier(), make.make_supplier(), foundation.make_item()
    monday, next_one = date(2026, 11, 2), date(2026, 11, 9)

    assert share(1, (one.pk, item.pk, monday, 50), (two.pk, item.pk, monday, 70)) == 2
    assert share(1, (one.pk, item.pk, monday, 99)) == 0
    assert share(2, (one.pk, item.pk, monday, 60), (one.pk, item.pk, next_one, 5), (two.pk, item.pk, monday, 70)) == 1

    found = ForecastPublication.objects.order_by("id").values_list("supplier_id", "version", "buckets", "changed")
    assert list(found) == [(one.pk, 1, 1, 1), (two.pk, 1, 1, 1), (one.pk, 2, 2, 2)]
    rows = SupplierForecast.objects.filter(publication__version=2).order_by("bucket_start")
    assert list(rows.values_list("units", "was_units")) == [(60, 50), (5, None)]


def test_a_bucket_that_vanished_counts_as_changed():
    supplier, item = make.make_supplier(), foundation.make_item()
    share(1, (supplier.pk, item.pk, date(2026, 11, 2), 50), (supplier.pk, item.pk, date(2026, 11, 9), 50))

    share(2, (supplier.pk, item.pk, date(2026, 11, 2), 50))

    assert ForecastPublication.objects.get(version=2).changed == 1


def test_a_ship_notice_moves_what_is_expected_and_nothing_else():
    order = make_order()
    make.answer(order, (10, NOV_20))
    notice = StageNotice(
        order_id=order.pk, supplier_id=order.supplier_id, schedule_ids=(), stage="in_transit",
        arrives_on=date(2026, 11, 24), carrier="Sea", tracking="MSKU 1", at=make.NOW, by="link:1",
    )  # fmt: skip

    assert srm.notice_stage(notice) == 1
    assert srm.notice_stage(notice) == 0

    (row,) = make.list_schedules(order)
    assert (row.expected_on, row.committed_on) == (date(2026, 11, 24), NOV_20)
    assert Event.objects.get(kind="ShipNoticed").payload["units"] == 100_000
