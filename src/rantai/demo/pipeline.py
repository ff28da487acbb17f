"""What the sales people of the demonstration have on paper: signed agreements, and deals as they came to hear of them.

Nothing here changes what anybody orders. How much is written down, and how wrong, was settled from how such a sales
force works before anybody measured what a forecast makes of it; it stays as it is whatever that shows.

- Agreements are contracts: all are there. They are signed one to five weeks before they begin, renewals two to four
  weeks before the old one ends. They say what is planned for each quarter; what is left out, called off in another
  quantity or never again is not in them.
- A regular buyer says four weeks ahead what it will take (standing.TOLD_AHEAD_DAYS). Such a call is routine: every
  second one is written down, within a week.
- Tenders of public budgets are published, and equipment that has served its time is asked for: seven of ten such deals
  are known, months ahead as a possibility, with a quote in the last weeks.
- Days: half keep the day that was named to within two, three of ten come up to ten days later, one up to a week
  sooner, one weeks later. Budgets and replacements depend on signatures: four of ten keep their week, four of ten come
  up to a month later, one still later, one sooner. Half of those who are late say so in the week before.
- Quantities: six of ten are right, the rest a third off either way; above twenty people speak in fives. One line of
  seven is not mentioned.
- Lost: of eight calls of a regular buyer one comes to nothing. Of ten tenders and replacements that are known, four
  are won.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.demo.catalogue import DemoItem
from rantai.demo.past import Need, Shelf
from rantai.demo.people import Customer
from rantai.demo.standing import TOLD_AHEAD_DAYS, Term, find_season

_SIGNED_AHEAD, _RENEWED_AHEAD = (7, 35), (14, 28)
"""Days before an agreement begins."""
_WRITTEN = {"round": 0.5, "budget": 0.7, "renewal": 0.7}
_WON = {"round": 7 / 8, "budget": 0.4, "renewal": 0.4}
_SLIPS: dict[str, tuple[tuple[int, int, int], ...]] = {
    # weight, from and to how many days later than was named
    "round": ((50, -2, 2), (30, 3, 10), (10, -7, -3), (10, 11, 28)),
    "budget": ((40, -3, 3), (40, 4, 30), (10, 31, 60), (10, -14, -4)),
}
_SOON = timedelta(days=7)
"""Nobody writes down that something comes sooner, nor that it came yesterday."""
_CORRECTED, _RIGHT, _MENTIONED = 0.5, 0.6, 6 / 7
BUDGET_TITLE = "Pengadaan anggaran"
_TITLES = {"round": "Pesanan rutin", "budget": BUDGET_TITLE, "renewal": "Peremajaan perangkat"}
_REASONS = ("Kalah harga", "Ditunda tanpa tanggal")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """A signed agreement: planned units of each call-off, by item."""

    key: str
    customer: Customer
    signed_on: date
    begins: date
    ends: date
    """The first day without it."""
    plan: tuple[tuple[DemoItem, tuple[tuple[date, int], ...]], ...]
    renews: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DealStep:
    """What was written of a deal on a day; stage as the sales people's own: lead, qualified, quoted, won, lost."""

    on: date
    stage: str
    expected_on: date
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deal:
    """A deal as the sales people wrote it down, oldest step first."""

    key: str
    customer: Customer
    title: str
    lines: tuple[tuple[DemoItem, int], ...]
    steps: tuple[DealStep, ...]


def make_contracts(chance: random.Random, *, terms: Sequence[Term], as_of: date) -> list[Contract]:
    """Write the agreements that were signed by a day."""
    found: list[Contract] = []
    for number, term in enumerate(terms, start=1):
        ahead = chance.randint(*(_RENEWED_AHEAD if term.is_renewal else _SIGNED_AHEAD))
        # nobody agrees on a Saturday
        late = timedelta(days=max(0, 7 - term.first.weekday()) if term.first.weekday() > 4 else 0)
        found.append(
            Contract(
                key=f"KT-{number:04d}",
                customer=term.customer,
                signed_on=term.begins - timedelta(days=ahead),
                begins=term.begins + late,
                ends=term.ends + late,
                plan=tuple((item, tuple(_plan(term, units, late))) for item, units in term.plan),
                renews=found[-1].key if term.is_renewal else "",
            )
        )
    return [contract for contract in found if contract.signed_on <= as_of]


def make_deals(
    chance: random.Random, *, needs: Sequence[Need], customers: Sequence[Customer], shelf: Shelf, as_of: date
) -> list[Deal]:
    """Write the deals that were heard of by a day: some that came, and some that never did."""
    told = [need for need in needs if need.kind in _WRITTEN and chance.random() < _WRITTEN[need.kind]]
    rounds: dict[str, list[Need]] = defaultdict(list)
    for need in told:
        if need.kind == "round":
            rounds[need.customer.key].append(need)
    wishes = [(need, True) for need in told]
    wishes += [(need, False) for need in _list_lost(chance, told, rounds, customers, shelf)]
    drafts = [_write(chance, need, is_won=is_won) for need, is_won in wishes]
    drafts.sort(key=lambda deal: (deal.steps[0].on, deal.customer.key, deal.title))
    numbered = (
        Deal(
            key=f"PL-{number:04d}",
            customer=deal.customer,
            title=deal.title,
            lines=deal.lines,
            steps=tuple(step for step in deal.steps if step.on <= as_of),
        )
        for number, deal in enumerate(drafts, start=1)
    )
    return [deal for deal in numbered if deal.steps]


def _plan(term: Term, units: float, late: timedelta) -> Iterator[tuple[date, int]]:
    day = term.first
    while day < term.ends:
        if day >= term.begins:
            yield day + late, max(1, round(units * find_season(day)))
        day += term.interval


def _list_lost(
    chance: random.Random, told: Sequence[Need], rounds: dict[str, list[Need]], customers: Sequence[Customer],
    shelf: Shelf,
) -> Iterator[Need]:  # fmt: skip
    """What was spoken of and never bought: as a rule by the same kind of customer, in the same quantities."""
    firms = {"budget": ("school", "government"), "renewal": ("company",)}
    for need in told:
        share = _WON[need.kind]
        # so many more were spoken of for each one that came
        for _one in range(int((1 - share) / share + chance.random())):
            if need.kind == "round":
                like = chance.choice(rounds[need.customer.key])
                day = like.day + timedelta(days=chance.randint(-30, 30))
                yield Need(customer=need.customer, day=day, lines=like.lines, kind="round")
                continue
            buyer = chance.choice([row for row in customers if row.segment in firms[need.kind]])
            items = shelf.choose(chance, len(need.lines), age=1.0)
            lines = tuple((item, units) for item, (_item, units) in zip(items, need.lines, strict=False))
            day = need.day + timedelta(days=chance.randint(-60, 60))
            yield Need(customer=buyer, day=day, lines=lines, kind=need.kind)


def _write(chance: random.Random, need: Need, *, is_won: bool) -> Deal:
    slip = timedelta(days=_slip(chance, need.kind))
    lines = tuple((item, _say(chance, units)) for item, units in need.lines if chance.random() < _MENTIONED)
    return Deal(
        key="",
        customer=need.customer,
        title=_TITLES[need.kind],
        lines=lines or need.lines[:1],
        steps=tuple(_step(chance, need, need.day - slip, is_won=is_won)),
    )


def _step(chance: random.Random, need: Need, named: date, *, is_won: bool) -> Iterator[DealStep]:
    """From first hearing of it to its end; `need.day` is when it comes, or would have come."""
    ahead = [TOLD_AHEAD_DAYS - chance.randint(0, 7)]
    if need.kind != "round":
        ahead = [chance.randint(45, 120), chance.randint(25, 44), chance.randint(10, 24)]
    days = [need.day - timedelta(days=count) for count in ahead]
    for on, stage in zip(days, ("lead", "qualified", "quoted")[-len(days) :], strict=True):
        yield DealStep(on=on, stage=stage, expected_on=max(named, on + _SOON))
    named = max(named, days[-1] + _SOON)
    if is_won:
        moved = named - timedelta(days=chance.randint(1, 7))
        if need.day > named + timedelta(days=2) and moved > days[-1] and chance.random() < _CORRECTED:
            yield DealStep(on=moved, stage="quoted", expected_on=need.day)
        yield DealStep(on=need.day + timedelta(days=chance.randint(0, 3)), stage="won", expected_on=need.day)
    else:
        end = named + timedelta(days=chance.randint(0, 28))
        yield DealStep(on=end, stage="lost", expected_on=named, note=chance.choice(_REASONS))


def _slip(chance: random.Random, kind: str) -> int:
    ways = _SLIPS.get(kind, _SLIPS["budget"])
    (way,) = chance.choices(ways, [weight for weight, _low, _high in ways])
    return chance.randint(way[1], way[2])


def _say(chance: random.Random, units: int) -> int:
    said = units if chance.random() < _RIGHT else max(1, round(units * chance.uniform(0.67, 1.33)))
    return 5 * round(said / 5) if said > 20 else said
