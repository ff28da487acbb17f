"""Weeks from Monday to Sunday, numbered so that they can be counted and compared in bulk."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from rantai.foundation.parties import queries as parties
from rantai.kernel import clock

EPOCH = date(1900, 1, 1)
"""A Monday before any demand that somebody kept."""


def number_of(day: date) -> int:
    """Return the number of the week that holds a day."""
    return (day - EPOCH).days // 7


def monday_of(week: int) -> date:
    """Return the first day of a week by its number."""
    return EPOCH + timedelta(days=7 * week)


def current(as_of: datetime) -> int:
    """Return the number of the company's week at an instant."""
    company = parties.find_company()
    return number_of(clock.business_date(as_of, company.zone if company else "UTC"))


def sql_number(column: str) -> str:
    """Return SQL for the number of the week that holds a date column."""
    if connection.vendor == "postgresql":
        return f"(({column} - DATE '{EPOCH}') / 7)"
    return f"(CAST(julianday({column}) - julianday('{EPOCH}') AS INTEGER) / 7)"
