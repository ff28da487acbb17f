"""Figures, money and dates as people in three languages write them."""

import datetime

import pytest
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.ui import formats
from rantai.ui.templatetags.ui import punctuated

RUPIAH = Money(885_780_000 * 10_000, "IDR")
TODAY = datetime.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Rp\u00a0885,780,000"), ("id", "Rp\u00a0885.780.000"), ("zh-hans", "Rp\u00a0885,780,000")],
)
def test_money_follows_the_language(language, text):
    with translation.override(language):
        assert formats.money(RUPIAH) == text


def test_a_sum_beyond_the_largest_amount_is_shown():
    with translation.override("en"):
        assert formats.money(5 * 10**18, "IDR") == "Rp 500,000,000,000,000".replace(" ", formats.SPACE)
        assert formats.amount(-(10**17) - 10_000, "IDR").endswith("10,000,000,000,001")


def test_money_keeps_the_minor_unit_and_finer_prices():
    assert formats.money(12_340_000, "EUR") == "€1,234.00"
    assert formats.money(12_345, "EUR") == "€1.2345"
    assert formats.money(-50_000, "IDR") == "\N{MINUS SIGN}Rp\u00a05"
    assert formats.money(None, "EUR") == "–"


@pytest.mark.parametrize(("language", "text"), [("id", "Rp\u00a0886\u00a0jt"), ("zh-hans", "Rp\u00a08.9亿")])
def test_short_money_says_the_scale_in_a_word(language, text):
    with translation.override(language):
        assert formats.money(RUPIAH, short=True) == text


def test_quantities_show_no_idle_zeros():
    assert formats.quantity(Quantity.of(1140), "pcs") == "1,140\u00a0pcs"
    assert formats.quantity(25_000) == "2.5"


def test_a_share_is_a_percentage():
    assert formats.percent(0.953) == "95.3\u00a0%"
    assert formats.percent(None) == "–"


@pytest.mark.parametrize(("language", "text"), [("en", "18 Nov"), ("id", "18 Nov"), ("zh-hans", "11月18日")])
def test_a_day_of_this_year_has_no_year(language, text):
    with translation.override(language):
        assert formats.day(datetime.date(2026, 11, 18), today=TODAY) == text


def test_a_day_of_another_year_has_it():
    assert formats.day(datetime.date(2025, 11, 18), today=TODAY) == "18 Nov 2025"


def test_an_instant_of_today_says_so():
    now = datetime.datetime(2026, 11, 21, 15, 0, tzinfo=datetime.UTC)

    with timezone.override("Asia/Jakarta"):
        assert formats.moment(now - datetime.timedelta(hours=1), now=now) == "today 21:00"
        assert formats.moment(now - datetime.timedelta(days=9), now=now) == "12 Nov 22:00"


@pytest.mark.parametrize(("days", "text"), [(9, "in 9 days"), (-1, "1 day ago"), (0, "today"), (28, "in 4 weeks")])
def test_a_distance_is_said_in_words(days, text):
    assert formats.ago(TODAY + datetime.timedelta(days=days), today=TODAY) == text


def test_lateness_is_signed():
    assert [formats.late(days) for days in (9, -4, 0, None)] == ["+9 d", "\N{MINUS SIGN}4 d", "·", "–"]


def test_initials_take_first_and_last_name():
    assert [formats.initials(name) for name in ("Rina Wati Hartati", "Rina", "李伟", "")] == ["RH", "R", "李", ""]


@pytest.mark.parametrize(("language", "text"), [("en", "China"), ("id", "Tiongkok"), ("zh-hans", "中国")])
def test_a_country_is_named_in_the_readers_language(language, text):
    with translation.override(language):
        assert formats.country("cn") == text
        assert formats.country("Neverland") == "Neverland"
        assert formats.country("") == ""


@pytest.mark.parametrize(("language", "text"), [("en", "Chinese"), ("id", "Tionghoa"), ("zh-hans", "中文")])
def test_a_language_is_named_in_the_readers_language(language, text):
    with translation.override(language):
        assert formats.language("zh-hans") == text


def test_a_short_day_never_says_its_year():
    assert formats.day(datetime.date(2027, 1, 4), today=TODAY, style="short") == "4 Jan"
    assert formats.day(datetime.date(2027, 1, 4), today=TODAY) == "4 Jan 2027"


def test_commas_between_chinese_parts_are_chinese():
    title = mark_safe('<span class="is-hurt">36 张订单将延迟</span>, 114 张按期; Rp 1,200, IDR')

    with translation.override("zh-hans"):
        assert punctuated(title) == '<span class="is-hurt">36 张订单将延迟</span>，114 张按期; Rp 1,200, IDR'
    assert punctuated(title) == title
