"""What a supplier reads in a letter and on its paper: days, quantities and sums as they write them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel.quantities import Quantity
from rantai.srm import facade as srm
from rantai.srm.buying.actions import sending
from rantai.srm.buying.queries import paper
from rantai.srm.messages import PurchaseChange
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)


def make_order(language: str, units: int = 1200):
    item = foundation.make_item(code="PANEL-15", name="15-inch panel")
    return make.make_sent(make.make_supplier("Suzhou Light", language=language), [(item, units)])


def read(key: str) -> dict[str, str]:
    values: dict[str, str] = OutgoingMessage.objects.filter(key=key).order_by("id").last().values
    return values


@pytest.mark.parametrize(
    ("language", "day"), [("en", "4 Nov 2026"), ("id", "4 Nov 2026"), ("zh-hans", "2026年11月4日")]
)
def test_the_day_of_the_answer_is_written_in_the_suppliers_language(language, day):
    make_order(language)

    assert read("purchase.order")["answer_by"] == day


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "PANEL-15: 1,200 pcs · 20 Nov 2026 → 600.5 pcs · 1 Dec 2026"),
        ("id", "PANEL-15: 1.200 buah · 20 Nov 2026 → 600,5 buah · 1 Des 2026"),
        ("zh-hans", "PANEL-15: 1,200 件 · 2026年11月20日 → 600.5 件 · 2026年12月1日"),
    ],
)
def test_an_asked_change_is_written_in_the_suppliers_language(language, words):
    order = make_order(language)
    change = PurchaseChange(
        ref=order.lines.get().ref, units=Quantity(6_005_000), due_on=date(2026, 12, 1), reason="fewer orders"
    )
    with transaction.atomic():
        srm.change_purchases([change])

    srm.ask_changes(order.pk, by=make.BUYER, as_of=make.NOW)

    assert read("purchase.change")["changes"].replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_letter_that_is_sent_again_on_another_day_is_another_letter_and_on_the_same_day_is_not():
    order = make_order("en")
    for day in (date(2026, 11, 3), date(2026, 11, 3), date(2026, 11, 4)):
        with transaction.atomic():
            sending.send_again(order.pk, by=make.BUYER, on=day, paper=None)

    assert OutgoingMessage.objects.filter(key="purchase.order").count() == 3
    assert read("purchase.order")["answer_by"] == "6 Nov 2026"


@pytest.mark.parametrize(
    ("language", "line", "total"),
    [
        ("en", ("1,200", "20 Nov 2026", "50,000", "60,000,000"), "60,000,000"),
        ("id", ("1.200", "20 Nov 2026", "50.000", "60.000.000"), "60.000.000"),
        ("zh-hans", ("1,200", "2026年11月20日", "50,000", "60,000,000"), "60,000,000"),
    ],
)
def test_the_paper_writes_days_and_figures_as_the_supplier_does(language, line, total):
    order = make_order(language)

    printed = paper.describe_order(order, language)

    (row,) = printed["lines"]
    assert (row["units"], row["due_on"], row["unit_cost"], row["amount"]) == line
    assert printed["total"] == total
