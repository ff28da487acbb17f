"""Holidays and selling seasons of the demonstration, from the date alone."""

from __future__ import annotations

from datetime import date, timedelta

LUNAR_YEAR = 354.367
"""Days; the Islamic calendar is reckoned from a known day, which is right to a day."""

FIXED = (
    (1, 1, "Tahun Baru"),
    (5, 1, "Hari Buruh"),
    (6, 1, "Hari Pancasila"),
    (8, 17, "Kemerdekaan"),
    (12, 25, "Natal"),
)

MOON = (
    # day of the holiday in a known year, name, days before and after that are closed too
    (date(2026, 3, 20), "Idul Fitri", (-1, 4)),
    (date(2026, 5, 27), "Idul Adha", (0, 0)),
    (date(2026, 6, 16), "Tahun Baru Hijriah", (0, 0)),
    (date(2026, 8, 25), "Maulid Nabi", (0, 0)),
    (date(2026, 1, 16), "Isra Mikraj", (0, 0)),
)

CHINESE_NEW_YEAR = (
    date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26),
    date(2029, 2, 13), date(2030, 2, 3),
)  # fmt: skip

# what a month sells against the mean, January first: school starts in July, budgets are spent in November
MONTHS = (0.86, 0.84, 0.95, 0.97, 0.93, 1.02, 1.24, 1.08, 0.95, 0.98, 1.16, 1.13)
WEEKDAYS = (1.15, 1.1, 1.05, 1.05, 1.1, 0.85, 0.7)


def list_holidays(first: date, last: date) -> list[tuple[date, str]]:
    """Return the days between both on which Indonesia does not work, by date."""
    found = {date(year, month, day): name for year in range(first.year, last.year + 1) for month, day, name in FIXED}
    for day in CHINESE_NEW_YEAR:
        found[day] = "Imlek"
    for known, name, (before, after) in MOON:
        for day in _list_lunar(known, first, last):
            for shift in range(before, after + 1):
                found[day + timedelta(days=shift)] = name
    return sorted((day, name) for day, name in found.items() if first <= day <= last)


def list_chinese_holidays(first: date, last: date) -> list[tuple[date, str]]:
    """Return the days on which suppliers in China do not work."""
    found = {day + timedelta(days=shift): "春节" for day in CHINESE_NEW_YEAR for shift in range(-1, 7)}
    for year in range(first.year, last.year + 1):
        found |= {date(year, 10, 1) + timedelta(days=shift): "国庆节" for shift in range(7)}
        found[date(year, 5, 1)] = "劳动节"
    return sorted((day, name) for day, name in found.items() if first <= day <= last)


def weigh_days(first: date, days: int) -> list[float]:
    """Return how much is sold on each of some days: trend, month, weekday, campaigns, Ramadan."""
    last = first + timedelta(days=days)
    feasts = _list_lunar(MOON[0][0], first, last + timedelta(days=40))
    return [_weigh(first + timedelta(days=place), place / days, feasts) for place in range(days)]


def find_discount(day: date) -> float:
    """Return the share of the price that a campaign takes off."""
    if (day.month, day.day) in ((11, 11), (12, 12)):
        return 0.12
    return 0.05 if day.month == 7 and day.day <= 15 else 0.0


def _weigh(day: date, age: float, feasts: list[date]) -> float:
    weight = MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * (1 + 0.35 * age)
    if (day.month, day.day) in ((11, 11), (12, 12)):
        weight *= 5
    for feast in feasts:
        until = (feast - day).days
        if 7 < until <= 30:
            weight *= 1.35
        elif -5 <= until <= 1:
            weight *= 0.15
    return weight


def _list_lunar(known: date, first: date, last: date) -> list[date]:
    start = round((first - known).days / LUNAR_YEAR) - 1
    count = round((last - first).days / LUNAR_YEAR) + 3
    days = [known + timedelta(days=round(place * LUNAR_YEAR)) for place in range(start, start + count)]
    return [day for day in days if first - timedelta(days=10) <= day <= last + timedelta(days=10)]
