"""Turn the texts of a model into instants, durations and numbers; time is naive seconds, as the model counts it."""

from __future__ import annotations

import datetime as dt
import math
import re

# Models know no zones: their instants are counted as they are written.
# ruff: noqa: DTZ001

EPOCH = dt.datetime(1970, 1, 1)
DAY = 86_400
#: Where the time of these models begins and ends.
BEGINNING = (dt.datetime(1971, 1, 1) - EPOCH) // dt.timedelta(seconds=1)
END = (dt.datetime(2030, 12, 31) - EPOCH) // dt.timedelta(seconds=1)

_YEAR = 365 * DAY
_PARTS = (_YEAR, _YEAR / 12, 7 * DAY, DAY, 3600, 60, 1)
_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(
    rf"([+-]?)P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_CLOCK = re.compile(r"(-?)(?:(\d+):)?(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)")
_CLOCK_PARTS = (DAY, 3600, 60, 1)


class UnreadableValue(ValueError):
    """A text that is not what its place needs."""

    def __init__(self, text: str, needed: str) -> None:
        super().__init__(f"'{text}' is no {needed}")


def read_instant(text: str) -> int:
    """Return seconds since the epoch of an ISO instant, whatever zone this machine is in."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableValue(text, "instant like 2026-01-31T08:00:00") from error
    return (moment.replace(tzinfo=None) - EPOCH) // dt.timedelta(seconds=1)


def write_instant(seconds: int) -> str:
    """Return the ISO form of an instant."""
    return (EPOCH + dt.timedelta(seconds=seconds)).isoformat()


def read_duration(text: str) -> float:
    """Return the seconds of an ISO duration, a clock time (8:30:00) or plain seconds.

    A year is 365 days and a month a twelfth of it.
    """
    if match := _DURATION.fullmatch(text):
        total = sum(float(value) * part for value, part in zip(match.groups()[1:], _PARTS, strict=True) if value)
    elif match := _CLOCK.fullmatch(text):
        given = [float(value) for value in match.groups()[1:] if value]
        total = sum(value * part for value, part in zip(given, _CLOCK_PARTS[-len(given) :], strict=True))
    else:
        raise UnreadableValue(text, "duration like P7D or PT12H")
    return -total if match[1] == "-" else total


def read_number(text: str) -> float:
    """Return a finite number."""
    try:
        number = float(text)
    except ValueError as error:
        raise UnreadableValue(text, "number") from error
    if not math.isfinite(number):
        raise UnreadableValue(text, "finite number")
    return number


def round_down_half(seconds: float) -> int:
    """Round to whole seconds, a half down: 53.5 is 53, 10.7 is 11."""
    return math.ceil(seconds - 0.5)


def nearest(number: float) -> int:
    """Round to a whole number, a half up, without the float's own dust."""
    return math.floor(number + 0.5)
