"""Lay out agreements beside what was bought of them, and tell which purchases were call-offs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import bridge as insight
from rantai.crm.insight.bridge import Rhythms
from rantai.crm.selling.queries.behaviour import Terms
from rantai.crm.selling.queries.known import AGREEMENT, Known
from rantai_engines.forecasting.calloffs import CallOffForecast, CallOffProblem

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

SCALE = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """Lines of agreements: `lines` is the pair of each as one number, `bought` the rows of its purchases, by line."""

    lines: Longs
    bought: Longs
    problem: CallOffProblem


def read_book(known: Known, terms: Terms, seen: Rhythms, until_day: int) -> Book:
    """Return the lines of agreements with their planned dates and what was bought of them."""
    signed = np.array([basis == AGREEMENT for basis in known.basis], dtype=np.bool_)
    items, documents = _longs(known.item_id)[signed], _longs(known.document_id)[signed]
    kept = np.isin(items, seen.stocked)
    keys = insight.to_keys(np.stack([_longs(known.party_id)[signed], items], axis=1))[kept]
    rows = np.stack([documents[kept], keys, _longs(known.day)[signed][kept]], axis=1)
    dates, place = np.unique(rows, axis=0, return_inverse=True)
    units = np.zeros(len(dates))
    np.add.at(units, place.reshape(-1), _longs(known.units)[signed][kept] / SCALE)
    lines, starts = np.unique(dates[:, :2], axis=0, return_index=True)
    bought, offsets = find_purchases(seen, lines[:, 1])
    problem = CallOffProblem(
        offsets=np.append(starts, len(dates)).astype(np.int64),
        days=np.ascontiguousarray(dates[:, 2]),
        units=units,
        agreements=np.searchsorted(_longs(terms.document_id), lines[:, 0]).astype(np.int64),
        ends=_longs(terms.ends),
        ahead=np.array(terms.ahead, dtype=np.float64),
        bought_offsets=offsets,
        bought_days=seen.days[bought],
        bought_units=seen.units[bought],
        from_day=int(seen.days.min(initial=until_day)),
        until_day=until_day,
    )
    return Book(lines=lines[:, 1], bought=bought, problem=problem)


def find_purchases(seen: Rhythms, keys: Longs) -> tuple[Longs, Longs]:
    """Return the rows of purchases of each pair, one pair after another, and where each begins."""
    pairs = insight.to_keys(np.stack([seen.party_ids, seen.item_ids], axis=1))
    low, high = np.searchsorted(pairs, keys, side="left"), np.searchsorted(pairs, keys, side="right")
    offsets = np.concatenate([[0], np.cumsum(high - low)]).astype(np.int64)
    rows = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - low, high - low)
    return rows.astype(np.int64), offsets


def find_taken(book: Book, agreed: CallOffForecast | None, seen: Rhythms, until_day: int) -> Flags:
    """Tell which purchases were call-offs, and are no rhythm.

    Where an agreement is over and its customer has bought on without one, all of them are the rhythm that goes on.
    """
    taken = np.zeros(seen.days.size, dtype=np.bool_)
    if agreed is None:
        return taken
    taken[book.bought[agreed.taken]] = True
    pairs, place = np.unique(book.lines, return_inverse=True)
    ends = np.zeros(pairs.size, dtype=np.int64)
    np.maximum.at(ends, place.reshape(-1), book.problem.ends[book.problem.agreements])
    rows, offsets = find_purchases(seen, pairs)
    owner = np.repeat(np.arange(pairs.size), np.diff(offsets))
    later = ~taken[rows] & (seen.days[rows] >= ends[owner])
    goes_on = (np.bincount(owner[later], minlength=pairs.size) > 0) & (ends <= until_day)
    taken[rows[goes_on[owner]]] = False
    return taken


def list_planned(book: Book) -> dict[int, list[int]]:
    """Return the planned days of each pair."""
    found: dict[int, list[int]] = {}
    offsets = book.problem.offsets.tolist()
    for pair, start, end in zip(book.lines.tolist(), offsets[:-1], offsets[1:], strict=True):
        found.setdefault(pair, []).extend(book.problem.days[start:end].tolist())
    return found


def _longs(values: object) -> Longs:
    return np.array(values, dtype=np.int64)
