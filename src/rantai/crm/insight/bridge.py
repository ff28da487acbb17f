"""Turn purchases into the arrays of the engines that value and expect them, and back into rows; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import queries, rules
from rantai.crm.insight.models import AccountValue, Valuation
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel import money
from rantai_engines.forecasting.cycles import CycleProblem, forecast_cycles
from rantai_engines.valuation.params import ValuationParams
from rantai_engines.valuation.problem import ValuationProblem
from rantai_engines.valuation.solution import ValuationSolution

SCALE = 10_000
RECENT_DAYS = 182
"""What buyers without a rhythm took in so long is what they are expected to go on taking."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All that a valuation needs, and the accounts in the order of its rows."""

    company: Company
    as_of: date
    account_ids: tuple[int, ...]
    currency: str
    problem: ValuationProblem
    params: ValuationParams
    margin_basis: str
    reasons: tuple[str, ...] = field(default=())


def snapshot(company: Company, *, as_of: date) -> Snapshot:
    """Read every customer's purchases up to a day, in one currency."""
    buyers = queries.list_buyers()
    rows = {party_id: place for place, (_account, party_id) in enumerate(buyers)}
    aliases = queries.read_aliases()
    found = list(queries.list_purchases(company.pk, until=as_of))
    rates, currency, left_out = _choose_rates(sorted({one.currency for one in found}), company, as_of)
    kept = [one for one in found if one.currency in rates and aliases.get(one.party_id, one.party_id) in rows]
    owner = np.array([rows[aliases.get(one.party_id, one.party_id)] for one in kept], dtype=np.int64)
    days = np.array([one.day for one in kept], dtype=np.int64)
    amounts = np.array([one.amount / SCALE * rates[one.currency] for one in kept], dtype=np.float64)
    problem = _build(owner, days, amounts, n_customers=len(buyers), until=as_of)
    share, basis = _choose_margin(company, as_of)
    return Snapshot(
        company=company,
        as_of=as_of,
        account_ids=tuple(account for account, _party in buyers),
        currency=currency,
        problem=problem,
        params=ValuationParams(margin_share=share),
        margin_basis=basis,
        reasons=tuple(f"no_rate:{code}" for code in left_out),
    )


def solve(held: Snapshot) -> ValuationSolution:
    """Value the customers of a snapshot."""
    # The engine is compiled: only the worker that values pays for loading numba, not every process that knows the task.
    from rantai_engines.valuation.solve import solve as solve_valuation

    return solve_valuation(held.problem, params=held.params, seed=0)


def describe(held: Snapshot, solution: ValuationSolution) -> dict[str, object]:
    """Return what the valuation says of itself: method, parameters, sums, the whale curve."""
    bought = solution.purchases > 0
    risk = _at_risk(solution)
    return {
        "as_of": held.as_of,
        "currency": held.currency,
        "method": solution.method,
        "parameters": solution.parameters(),
        "reasons": [*solution.reasons, *held.reasons],
        "horizon_days": held.params.horizon_days,
        "margin_share": held.params.margin_share,
        "margin_basis": held.margin_basis,
        "customers": int(bought.sum()),
        "alive": float(solution.probability_alive[bought].sum()),
        "value": sum(_scale(solution.lifetime_value[bought], held.currency)),
        "at_risk": sum(_scale(risk[bought], held.currency)),
        "curve": draw_curve(solution.lifetime_value[bought]),
    }


def draw_curve(values: NDArray[np.float64]) -> list[float]:
    """Return the cumulative share of value held by the best 0, 1, … 100 % of customers; empty where there is none.

    values has shape (n_customers,), money ≥ 0.
    """
    total = float(values.sum())
    if not values.size or total <= 0:
        return []
    cumulated = np.concatenate([[0.0], np.cumsum(np.sort(values)[::-1])]) / total
    places = np.linspace(0, values.size, 101)
    return [round(float(share), 6) for share in np.interp(places, np.arange(values.size + 1), cumulated)]


def to_rows(held: Snapshot, solution: ValuationSolution, valuation: Valuation) -> list[AccountValue]:
    """Return one row for each customer that ever bought, ranked by value."""
    risk = _at_risk(solution)
    order = np.lexsort((np.arange(len(held.account_ids)), -solution.net_amount, -solution.lifetime_value))
    bought = order[solution.purchases[order] > 0]
    columns = {
        "account_id": np.array(held.account_ids, dtype=np.int64)[bought].tolist(),
        "net_amount": _scale(solution.net_amount[bought], held.currency),
        "expected_value": _scale(solution.expected_value[bought], held.currency),
        "lifetime_value": _scale(solution.lifetime_value[bought], held.currency),
        "at_risk": _scale(risk[bought], held.currency),
        **{name: getattr(solution, name)[bought].tolist() for name in _PLAIN},
    }
    return [
        AccountValue(valuation=valuation, rank=rank, **dict(zip(columns, values, strict=True)))
        for rank, values in enumerate(zip(*columns.values(), strict=True), start=1)
    ]


_PLAIN = (
    "purchases", "recency_days", "age_days", "idle_days", "recency_score", "frequency_score", "monetary_score",
    "probability_alive", "expected_purchases",
)  # fmt: skip


def _at_risk(solution: ValuationSolution) -> NDArray[np.float64]:
    """Probability that a customer is lost × lifetime value (glossary: CLV at risk), shape (n_customers,)."""
    return (1 - solution.probability_alive) * solution.lifetime_value


def _choose_rates(
    currencies: Sequence[str], company: Company, on: date
) -> tuple[dict[str, float], str, tuple[str, ...]]:
    """Return rates into one currency, that currency, and what cannot be turned into it.

    The company's own; where everything was sold in one other currency without a rate, that one.
    """
    rates = {code: parties.find_rate(code, company.currency, on) for code in currencies}
    known = {code: rate / parties.ONE for code, rate in rates.items() if rate}
    if not known and len(currencies) == 1:
        return {currencies[0]: 1.0}, currencies[0], ()
    return known, company.currency, tuple(code for code in currencies if code not in known)


def _choose_margin(company: Company, as_of: date) -> tuple[float, str]:
    measured = queries.measure_margin(company.pk, until=as_of)
    if measured is not None:
        return measured, "orders"
    stated = company.settings.get("margin_share")
    return (float(stated), "settings") if stated is not None else (rules.ASSUMED_MARGIN, "assumed")


def _build(
    owner: NDArray[np.int64], days: NDArray[np.int64], amounts: NDArray[np.float64], *, n_customers: int, until: date
) -> ValuationProblem:
    """Sort transactions by customer into CSR form; owner, days and amounts have shape (n_transactions,)."""
    order = np.argsort(owner, kind="stable")
    offsets = np.zeros(n_customers + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=n_customers), out=offsets[1:])
    return ValuationProblem(offsets=offsets, days=days[order], amounts=amounts[order], until_day=until.toordinal())


def _scale(values: NDArray[np.float64], currency: str) -> list[int]:
    """Return amounts in 1/10,000, each rounded half-up to the minor unit."""
    scaled: list[int] = money.round_all_to_minor(np.rint(values * SCALE).astype(np.int64), currency).tolist()
    return scaled


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythms:
    """Purchases of customers and items, sorted by pair and day; party ids are canonical, units base units."""

    party_ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    days: NDArray[np.int64]
    units: NDArray[np.float64]
    stocked: NDArray[np.int64]
    """Items that operations forecast."""

    def take(self, rows: NDArray[np.bool_]) -> Rhythms:
        """Return some of the purchases."""
        return replace(
            self,
            party_ids=self.party_ids[rows],
            item_ids=self.item_ids[rows],
            days=self.days[rows],
            units=self.units[rows],
        )


def read_rhythms(company: Company, *, until: date) -> Rhythms:
    """Read what every customer bought of every item up to a day."""
    keys, days, units = queries.read_item_purchases(company.pk, until=until).T
    parties_of, items_of = keys >> 31, keys & (2**31 - 1)
    for alias, party in queries.read_aliases().items():
        parties_of = np.where(parties_of == alias, party, parties_of)
    table = np.stack([parties_of, items_of, days], axis=1)
    order = np.lexsort((days, items_of, parties_of))
    table, units = table[order], units[order]
    same = (np.diff(table, axis=0) == 0).all(axis=1) if len(table) else np.zeros(0, dtype=np.bool_)
    starts = np.flatnonzero(np.concatenate([[True], ~same])) if len(table) else np.zeros(0, dtype=np.int64)
    units = np.add.reduceat(units, starts) if starts.size else np.zeros(0, dtype=np.int64)
    return Rhythms(
        party_ids=table[starts, 0],
        item_ids=table[starts, 1],
        days=table[starts, 2],
        units=units / SCALE,
        stocked=queries.list_stocked(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What pairs of customers and items are expected to buy by week; party 0 is everybody without a rhythm."""

    party_ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    mean: NDArray[np.float64]
    """(n, weeks) base units."""
    variance: NDArray[np.float64]
    likely: NDArray[np.float64]
    """What a person would write down: the usual quantity in the weeks in which it falls due."""
    interval: NDArray[np.float64]
    """Usual days from one purchase to the next, 0 where there is no such thing; `(n,)`."""

    def list_pairs(self) -> NDArray[np.int64]:
        """Return party and item of each row, `(n, 2)`."""
        return np.stack([self.party_ids, self.item_ids], axis=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """What somebody who knows more tells of customers, so that everybody else is not expected to bring it again."""

    told: NDArray[np.bool_]
    """Purchases that were told ahead; `(n_purchases,)`."""
    reach: NDArray[np.float64]
    """Share of such purchases that is known so many weeks ahead; `(weeks,)`."""
    item_ids: NDArray[np.int64]
    """Items that it tells of: what everybody else takes of them is expected, too."""


def find_rows(pairs: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return where pairs of party and item stand among sorted ones, each of which is there."""
    return np.searchsorted(to_keys(pairs), to_keys(wanted))


def to_keys(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one sortable number for each party and item: ids stay far below 2^31."""
    return (pairs[:, 0] << 31) + pairs[:, 1]


def expect(
    rhythms: Rhythms, alive: Mapping[int, float], *, until_day: int, weeks: int, elsewhere: Elsewhere | None = None
) -> Expected:
    """Return what rhythms seen up to a Sunday foretell of the weeks after it, customers without one together.

    Those are expected to go on as in the last half year. Items that nobody buys in a rhythm, and of which nobody tells
    elsewhere, are left to statistics.
    """
    seen = (rhythms.days <= until_day) & np.isin(rhythms.item_ids, rhythms.stocked)
    customers, items = rhythms.party_ids[seen], rhythms.item_ids[seen]
    days, units = rhythms.days[seen], rhythms.units[seen]
    begins, counts = find_pairs(customers, items)
    problem = CycleProblem(
        offsets=np.append(begins, days.size).astype(np.int64),
        days=days,
        quantities=units,
        alive=np.array([alive.get(party, 1.0) for party in customers[begins].tolist()], dtype=np.float64),
        until_day=until_day,
        customers=customers[begins],
    )
    found = forecast_cycles(problem, weeks=weeks)
    regular = found.regular
    known = np.unique(items[begins[regular]])
    told, later = np.zeros(days.size, dtype=np.bool_), np.ones(weeks)
    if elsewhere is not None:
        known = np.union1d(known, elsewhere.item_ids)
        told, later = elsewhere.told[seen], 1 - elsewhere.reach
    recent = ~np.repeat(regular, counts) & (days > until_day - RECENT_DAYS) & np.isin(items, known)
    rate, squares = np.zeros((2, known.size, weeks))
    for rows, share in ((recent & ~told, np.ones(weeks)), (recent & told, later)):
        place = np.searchsorted(known, items[rows])
        rate += np.outer(np.bincount(place, units[rows], known.size), share) / (RECENT_DAYS / 7)
        squares += np.outer(np.bincount(place, units[rows] ** 2, known.size), share) / (RECENT_DAYS / 7)
    return Expected(
        party_ids=np.concatenate([customers[begins[regular]], np.zeros(known.size, dtype=np.int64)]),
        item_ids=np.concatenate([items[begins[regular]], known]),
        mean=np.concatenate([found.mean[regular], rate]),
        variance=np.concatenate([found.variance[regular], squares]),
        likely=np.concatenate([found.likely[regular], rate]),
        interval=np.concatenate([found.interval[regular], np.zeros(known.size)]),
    )


def find_pairs(
    party_ids: NDArray[np.int64], item_ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each pair of customer and item begins and how many purchases it has."""
    if not party_ids.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    changed = (np.diff(party_ids) != 0) | (np.diff(item_ids) != 0)
    begins = np.flatnonzero(np.concatenate([[True], changed]))
    return begins, np.diff(np.append(begins, party_ids.size))
