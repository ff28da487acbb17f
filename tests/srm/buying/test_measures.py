"""Supplier figures, and the traps that the glossary names for them."""

from datetime import date

import pytest
from django.db import transaction

from rantai.kernel.models import Event, KpiValue
from rantai.srm import facade as srm
from rantai.srm.buying import measures
from rantai.srm.buying.actions import lead_times
from rantai.srm.buying.models import PurchaseOrder
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20 = date(2026, 11, 20)  # a Friday
SINCE, UNTIL = date(2026, 11, 1), date(2026, 12, 1)


def otd(supplier, *, since=SINCE, until=UNTIL, **window):
    kpi = measures.measure_otd(supplier.pk, since=since, until=until, **window)
    return kpi.numerator, kpi.denominator


def make_arrival(supplier, *, due: date, came: date | None, units: int = 10, received: int | None = None, item=None):
    order = make.make_sent(supplier, [(item or foundation.make_item(), units)], due_on=due)
    make.answer(order, (units, due))
    if came:
        make.receive(order, units if received is None else received, on=came)
    return order


def test_without_activity_there_is_no_figure():
    supplier = make.make_supplier()

    assert otd(supplier) == (None, None)
    assert measures.measure_otd(supplier.pk, since=SINCE, until=UNTIL).value is None
    assert all(kpi.value is None for kpi in measures.measure_lead_time(supplier.pk, since=SINCE, until=UNTIL))
    assert measures.measure_commit_reliability(supplier.pk, since=SINCE, until=UNTIL).value is None


def test_lines_count_in_the_window_around_the_first_commit():
    supplier = make.make_supplier()
    make_arrival(supplier, due=NOV_20, came=NOV_20)
    make_arrival(supplier, due=NOV_20, came=date(2026, 11, 13))  # five working days early
    make_arrival(supplier, due=NOV_20, came=date(2026, 11, 12))  # six
    make_arrival(supplier, due=NOV_20, came=date(2026, 11, 23))  # Monday: one late

    assert otd(supplier) == (2, 4)
    assert otd(supplier, late=1) == (3, 4)


def test_overdue_open_lines_are_failures():
    supplier = make.make_supplier()
    make_arrival(supplier, due=NOV_20, came=NOV_20)
    make_arrival(supplier, due=NOV_20, came=None)

    assert otd(supplier) == (1, 2)


def test_a_later_commit_does_not_mend_lateness():
    supplier = make.make_supplier()
    order = make_arrival(supplier, due=NOV_20, came=None)
    make.answer(order, (10, date(2026, 11, 27)))
    make.receive(order, 10, on=date(2026, 11, 27))

    assert otd(supplier) == (0, 1)


def test_a_part_is_not_a_delivery_and_too_much_counts_once():
    supplier = make.make_supplier()
    make_arrival(supplier, due=NOV_20, came=NOV_20, received=9)
    make_arrival(supplier, due=NOV_20, came=NOV_20, received=25)

    assert otd(supplier) == (1, 2)
    kpi = measures.measure_commit_reliability(supplier.pk, since=SINCE, until=UNTIL)
    assert (kpi.numerator, kpi.denominator) == (190_000, 200_000)


def test_a_receipt_that_was_taken_back_is_no_delivery():
    supplier = make.make_supplier()
    order = make_arrival(supplier, due=NOV_20, came=None)
    make.receive(order, 10, on=NOV_20, receipt=5)
    make.receive(order, 10, on=date(2026, 11, 21), receipt=6, reverses=5)

    assert otd(supplier) == (0, 1)
    assert measures.measure_commit_reliability(supplier.pk, since=SINCE, until=UNTIL).numerator == 0


def test_the_day_of_delivery_counts_and_not_that_of_entry():
    supplier = make.make_supplier()
    order = make_arrival(supplier, due=NOV_20, came=None)
    # entered long after: received_at says when the goods came
    make.receive(order, 10, on=NOV_20)

    assert otd(supplier, until=date(2027, 6, 1)) == (1, 1)


def test_lines_due_later_and_cancelled_ones_are_not_due():
    supplier = make.make_supplier()
    make_arrival(supplier, due=date(2026, 12, 24), came=None)
    gone = make_arrival(supplier, due=NOV_20, came=None)
    srm.cancel_order(gone.pk, by=make.BUYER)

    assert otd(supplier) == (None, None)


def test_another_suppliers_lines_are_not_counted():
    one, two = make.make_supplier(), make.make_supplier()
    make_arrival(one, due=NOV_20, came=NOV_20)
    make_arrival(two, due=NOV_20, came=None)

    assert otd(one) == (1, 1)
    assert otd(two) == (0, 1)


def backdate(order: PurchaseOrder, sent_on: date) -> None:
    sent = make.NOW.replace(year=sent_on.year, month=sent_on.month, day=sent_on.day)
    PurchaseOrder.objects.filter(pk=order.pk).update(sent_at=sent)


def test_lead_time_has_mean_deviation_and_variation_in_working_days():
    supplier = make.make_supplier()
    for came in (date(2026, 11, 9), date(2026, 11, 11), date(2026, 11, 13)):  # 5, 7, 9 working days after the 2nd
        backdate(make_arrival(supplier, due=NOV_20, came=came), date(2026, 11, 2))

    mean, deviation, variation = measures.measure_lead_time(supplier.pk, since=SINCE, until=UNTIL)

    assert (mean.numerator, mean.denominator, mean.value) == (21, 3, 7.0)
    assert deviation.value == 2.0
    assert variation.value == pytest.approx(2 / 7)


def test_figures_of_a_day_are_stored_with_their_parts():
    supplier = make.make_supplier()
    make_arrival(supplier, due=NOV_20, came=NOV_20)

    with transaction.atomic():
        srm.snapshot_measures(date(2026, 12, 1))

    row = KpiValue.objects.get(code="supplier_otd", subject=f"supplier:{supplier.pk}")
    assert (row.numerator, row.denominator) == (1, 1)
    unanswered = KpiValue.objects.get(code="supplier_unanswered")
    assert (unanswered.numerator, unanswered.denominator) == (None, None)


def revise() -> int:
    with transaction.atomic():
        return lead_times.revise_lead_times(on=UNTIL)


def test_a_source_whose_receipts_show_another_lead_time_is_told_of_once():
    supplier, item = make.make_supplier(), foundation.make_item()
    source = foundation.make_source(item, supplier=supplier, lead_time_days=2)
    for number in range(5):
        assert revise() == 0, number
        order = make.make_sent(supplier, [(item, 10)], source_id=source.pk)
        make.answer(order, (10, NOV_20))
        backdate(order, date(2026, 11, 2))
        make.receive(order, 10, on=date(2026, 11, 9))

    assert (revise(), revise()) == (1, 0)

    told = Event.objects.get(kind="LeadTimeRevised").payload
    assert (told["source_id"], told["was_days"], told["mean_days"], told["sd_days"]) == (source.pk, 2, 5.0, 0.0)
