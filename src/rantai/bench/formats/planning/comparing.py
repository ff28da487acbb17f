"""Compare what each demand is given with what was expected, and say in words what differs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rantai.bench.formats.planning.expected import Delivered
from rantai.bench.formats.planning.model import Want
from rantai.bench.formats.planning.values import DAY, END, write_instant

_DIGITS = 4
Rows = Mapping[str, Sequence[Delivered]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A demand whose rows differ; ``is_worse`` when fewer units are on time, or units come later or not at all."""

    demand: str
    ours: str
    theirs: str
    is_worse: bool

    def describe(self) -> str:
        """Return the difference as a sentence."""
        return f"{self.demand}: {self.ours} instead of {self.theirs} ({'worse' if self.is_worse else 'not worse'})"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a case came out."""

    is_equal: bool
    is_equal_by_date: bool
    is_not_worse: bool
    differences: tuple[Difference, ...]


def compare(ours: Rows, theirs: Rows, *, wants: Sequence[Want]) -> Verdict:
    """Return the verdict on a case.

    Equal: the same multiset of (date, quantity) for every demand. Equal by date: the same sum on every date. Not
    worse: no demand has fewer units on time, nor units that come later or not at all, in sum.
    """
    names = [want.name for want in wants if want.name in theirs or want.name in ours]
    differing = [name for name in names if _bag(ours.get(name, ())) != _bag(theirs.get(name, ()))]
    by_date = [name for name in differing if _by_date(ours.get(name, ())) != _by_date(theirs.get(name, ()))]
    named = {want.name: want for want in wants}
    differences = tuple(_difference(named[name], ours.get(name, ()), theirs.get(name, ())) for name in differing)
    unknown = set(theirs) - set(named)
    return Verdict(
        is_equal=not differing and not unknown,
        is_equal_by_date=not by_date and not unknown,
        is_not_worse=not unknown and not any(difference.is_worse for difference in differences),
        differences=differences,
    )


def _bag(rows: Sequence[Delivered]) -> Counter[tuple[int, float]]:
    return Counter((row.at, round(row.quantity, _DIGITS)) for row in rows)


def _by_date(rows: Sequence[Delivered]) -> dict[int, float]:
    sums: dict[int, float] = defaultdict(float)
    for row in rows:
        sums[row.at] += row.quantity
    return {at: round(quantity, _DIGITS) for at, quantity in sums.items()}


def _difference(want: Want, ours: Sequence[Delivered], theirs: Sequence[Delivered]) -> Difference:
    on_time, late = _measure(want, ours)
    their_on_time, their_late = _measure(want, theirs)
    is_worse = on_time < their_on_time - 10**-_DIGITS or late > their_late + 10**-_DIGITS
    return Difference(demand=want.name, ours=_write(ours), theirs=_write(theirs), is_worse=is_worse)


def _measure(want: Want, rows: Sequence[Delivered]) -> tuple[float, float]:
    """Return the units by the due date and the unit-days after it; what never comes is late to the end of time."""
    on_time = sum(row.quantity for row in rows if row.at <= want.due)
    late = sum(row.quantity * (row.at - want.due) for row in rows if row.at > want.due)
    missing = max(want.quantity - sum(row.quantity for row in rows), 0.0)
    return min(on_time, want.quantity), (late + missing * (END - want.due)) / DAY


def _write(rows: Sequence[Delivered]) -> str:
    if not rows:
        return "nothing"
    return ", ".join(f"{row.quantity:g} on {write_instant(row.at)}" for row in sorted(rows, key=lambda row: row.at))
