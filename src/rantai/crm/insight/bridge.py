"""Turn purchases into the arrays of the engines that value and expect them, and back into rows; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import queries, rules
from rantai.crm.insight.models import AccountValue, Valuation
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel import money
from rantai_engines.forecasting.cycles import LEAST_OCCASIONS, CycleProblem, forecast_cycles
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
    days = np.array([date.fromisoformat(one.day).toordinal() for one in kept], dtype=np.int64)
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
        "value": sum(_scale(value, held.currency) for value in solution.lifetime_value[bought]),
        "at_risk": sum(_scale(value, held.currency) for value in risk[bought]),
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
    bought = [int(place) for place in order if solution.purchases[place] > 0]
    return [
        AccountValue(
            valuation=valuation,
            account_id=held.account_ids[place],
            rank=rank,
            purchases=int(solution.purchases[place]),
            recency_days=int(solution.recency_days[place]),
            age_days=int(solution.age_days[place]),
            idle_days=int(solution.idle_days[place]),
            net_amount=_scale(solution.net_amount[place], held.currency),
            recency_score=int(solution.recency_score[place]),
            frequency_score=int(solution.frequency_score[place]),
            monetary_score=int(solution.monetary_score[place]),
            probability_alive=float(solution.probability_alive[place]),
            expected_purchases=float(solution.expected_purchases[place]),
            expected_value=_scale(solution.expected_value[place], held.currency),
            lifetime_value=_scale(solution.lifetime_value[place], held.currency),
            at_risk=_scale(risk[place], held.currency),
        )
        for rank, place in enumerate(bought, start=1)
    ]


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


def _scale(value: float, currency: str) -> int:
    return money.round_to_minor(round(float(value) * SCALE), currency)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythms:
    """Purchases of customers and items, sorted by pair and day; party ids are canonical, units base units."""

    party_ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    days: NDArray[np.int64]
    units: NDArray[np.float64]
    stocked: NDArray[np.int64]
    """Items that operations forecast."""


def read_rhythms(company: Company, *, until: date) -> Rhythms:
    """Read what every customer bought of every item up to a day."""
    aliases = queries.read_aliases()
    rows = [
        (aliases.get(one.party_id, one.party_id), one.item_id, one.day.toordinal(), one.units)
        for one in queries.list_item_purchases(company.pk, until=until)
    ]
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
    same = (np.diff(table[:, :3], axis=0) == 0).all(axis=1) if len(table) else np.zeros(0, dtype=np.bool_)
    starts = np.flatnonzero(np.concatenate([[True], ~same])) if len(table) else np.zeros(0, dtype=np.int64)
    units = np.add.reduceat(table[:, 3], starts) if starts.size else np.zeros(0, dtype=np.int64)
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


def expect(rhythms: Rhythms, alive: Mapping[int, float], *, until_day: int, weeks: int) -> Expected:
    """Return what rhythms seen up to a Sunday foretell of the weeks after it, customers without one together.

    Those are expected to go on as in the last half year. Items that nobody buys in a rhythm are left to statistics.
    """
    seen = (rhythms.days <= until_day) & np.isin(rhythms.item_ids, rhythms.stocked)
    customers, items = rhythms.party_ids[seen], rhythms.item_ids[seen]
    days, units = rhythms.days[seen], rhythms.units[seen]
    begins, counts = _find_pairs(customers, items)
    regular = counts >= LEAST_OCCASIONS
    rows = np.repeat(regular, counts)
    problem = CycleProblem(
        offsets=np.concatenate([[0], np.cumsum(counts[regular])]).astype(np.int64),
        days=days[rows],
        quantities=units[rows],
        alive=np.array([alive.get(party, 1.0) for party in customers[begins[regular]].tolist()], dtype=np.float64),
        until_day=until_day,
    )
    found = forecast_cycles(problem, weeks=weeks)
    known = np.unique(items[begins[regular]])
    recent = ~rows & (days > until_day - RECENT_DAYS) & np.isin(items, known)
    place = np.searchsorted(known, items[recent])
    rate = np.bincount(place, units[recent], known.size) / (RECENT_DAYS / 7)
    squares = np.bincount(place, units[recent] ** 2, known.size) / (RECENT_DAYS / 7)
    return Expected(
        party_ids=np.concatenate([customers[begins[regular]], np.zeros(known.size, dtype=np.int64)]),
        item_ids=np.concatenate([items[begins[regular]], known]),
        mean=np.concatenate([found.mean, np.repeat(rate[:, None], weeks, axis=1)]),
        variance=np.concatenate([found.variance, np.repeat(squares[:, None], weeks, axis=1)]),
    )


def _find_pairs(
    party_ids: NDArray[np.int64], item_ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each pair of customer and item begins and how many purchases it has."""
    if not party_ids.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    changed = (np.diff(party_ids) != 0) | (np.diff(item_ids) != 0)
    begins = np.flatnonzero(np.concatenate([[True], changed]))
    return begins, np.diff(np.append(begins, party_ids.size))
