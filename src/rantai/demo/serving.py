"""Whom the demonstration company serves first, what it keeps for them, and what it does in the market.

Rules as its managers wrote them down. They change no order; they say who gets what there is.

- Three classes. `key` are customers with a frame contract that runs: somebody signed that they are served. `dealer` are
  all other resellers. Everybody else is `standard`.
- Contracts want 98 of 100, dealers 96; otherwise the company's usual service holds.
- Of monitors and computers a fifth of what comes in a week is kept for key customers, a tenth for dealers; of
  accessories, which come from afar, a tenth for key customers. What nobody took by Sunday is everybody's.
- The days of the month that everybody knows (11.11 and 12.12) have been campaigns for years; last year's figures say
  about a seventh more in their weeks.
- Schools and offices live from budgets: the months in which these open are noted with the first deal about one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.demo.people import Customer
from rantai.demo.pipeline import BUDGET_TITLE, Contract, Deal
from rantai.demo.standing import BUDGETS

CLASSES = ("key", "dealer", "standard")
"""The first is served first."""
SERVICE = (("key", 9_800, "Kontrak menjanjikan pasokan"), ("dealer", 9_600, "Toko kosong pindah ke merek lain"))
"""Class, wanted service in 1/10,000, and why."""
_CAMPAIGN_DAYS = ((11, 11), (12, 12))
_LIFT = 11_500
_ANNOUNCED = timedelta(weeks=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So much of a category's supply in a week (1/10,000) is kept for a class, until the week is over."""

    demand_class: str
    category: str
    share: int
    priority: int


KEPT = (
    Share(demand_class="key", category="MONITORS", share=2_000, priority=1),
    Share(demand_class="key", category="COMPUTERS", share=2_000, priority=1),
    Share(demand_class="key", category="ACCESSORIES", share=1_000, priority=1),
    Share(demand_class="dealer", category="MONITORS", share=1_000, priority=2),
    Share(demand_class="dealer", category="COMPUTERS", share=1_000, priority=2),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """A promotion on a day, and what it lifts its week to (1/10,000)."""

    name: str
    on: date
    factor: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """A month in which a customer's budget opens, and since when somebody knows."""

    customer: Customer
    month: int
    known_on: date


def list_classes(
    customers: Sequence[Customer], contracts: Sequence[Contract], as_of: date
) -> Iterator[tuple[str, str]]:
    """Yield key and class of each customer that is not of the usual one."""
    running = {row.customer.key for row in contracts if row.begins <= as_of < row.ends}
    for customer in customers:
        if customer.key in running:
            yield customer.key, "key"
        elif customer.segment == "reseller":
            yield customer.key, "dealer"


def list_campaigns(first: date, as_of: date) -> Iterator[Campaign]:
    """Yield the campaigns of the past and those that are announced."""
    for year in range(first.year, as_of.year + 2):
        for month, day in _CAMPAIGN_DAYS:
            on = date(year, month, day)
            if first <= on <= as_of + _ANNOUNCED:
                yield Campaign(name=f"{day}.{month} {year}", on=on, factor=_LIFT, reason="Kampanye tanggal kembar")


def list_budgets(deals: Sequence[Deal]) -> Iterator[Budget]:
    """Yield the months of customers with whom somebody spoke of a budget."""
    met: dict[str, Deal] = {}
    for deal in deals:
        if deal.title == BUDGET_TITLE:
            met.setdefault(deal.customer.key, deal)
    for deal in met.values():
        for month, _share in BUDGETS.get(deal.customer.segment, ()):
            yield Budget(customer=deal.customer, month=month, known_on=deal.steps[0].on)
