"""Find where safety stock should stand, what of stock will not be used in time, and the day's figures of stock."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory import measures
from rantai.iscm.inventory.actions import excess as excess_actions
from rantai.iscm.inventory.actions import placement as placement_actions
from rantai.iscm.inventory.bridge import excess as excess_bridge
from rantai.iscm.inventory.bridge import placement as placement_bridge
from rantai.iscm.inventory.models import PlacementRun, StockTarget
from rantai.iscm.inventory.queries import classes, excess, network, policies, targets
from rantai.iscm.inventory.rules import USUAL_HOLDING_RATE
from rantai.kernel import clock, jobs
from rantai.kernel import measures as kpis
from rantai.kernel.transactions import run_atomic

ROWS_AT_ONCE = 200
"""Candidates of one transaction: far below a quarter of a second on SQLite."""


class NoTargets(RuntimeError):
    """Placement was asked for before stock had any targets."""

    def __init__(self) -> None:
        super().__init__(_("There are no stock targets yet. Set them first, then look where stock should stand."))


@jobs.task("iscm.place_stock")
def place_stock(run: jobs.Run, *, as_of: str = "") -> dict[str, Any]:
    """Propose where safety stock should stand along the network, against the targets of today."""
    at = datetime.fromisoformat(as_of) if as_of else run.asked_at
    current = targets.find_run()
    if current is None:
        raise NoTargets
    run.progress(0, None, _("Reading the network"))
    rules = policies.Policies()
    held = {(row.item_id, row.location_id): row for row in StockTarget.objects.filter(run=current)}
    ground = placement_bridge.Ground(
        network=network.read_network(held, on=_find_day(at)),
        targets=held,
        cost=dict(Item.objects.exclude(standard_cost=0).values_list("id", "standard_cost")),
        rate=rules.holding_rate / 10_000 or USUAL_HOLDING_RATE,
    )
    staged = run_atomic(lambda: placement_actions.begin_run(as_of=at, target_run_id=current.pk))
    tally = placement_bridge.Tally()
    chains = placement_bridge.place(
        ground, staged, tally, tell=lambda done, all_: run.progress(done, all_, _("Placing stock"))
    )
    for rows in chains:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            run_atomic(partial(placement_actions.stage_choices, rows[start : start + ROWS_AT_ONCE]))
    sums = staged.choices.aggregate(now=Sum("cost_now"), then=Sum("cost_then"))
    figures = {
        "chains": tally.chains,
        "alone": tally.alone,
        "refused": tally.refused,
        "places": staged.choices.count(),
        "cost_now": sums["now"] or 0,
        "cost_then": sums["then"] or 0,
        "cost_alone": tally.cost_alone,
        "rate": ground.rate,
    }
    run_atomic(lambda: placement_actions.publish_run(staged, figures=figures))
    for old in PlacementRun.objects.exclude(pk=staged.pk).exclude(state="current"):
        while run_atomic(partial(placement_actions.clear_choices, old)):
            pass
    return {"run_id": staged.pk, **figures}


@jobs.task("iscm.find_excess")
def find_excess(run: jobs.Run, *, as_of: str = "") -> dict[str, Any]:
    """Publish what of stock will not be used in time as candidates for promotion, and keep the day's figures."""
    at = datetime.fromisoformat(as_of) if as_of else clock.now()
    company = parties.find_company()
    if company is None:
        return {"candidates": 0}
    day = _find_day(at)
    run.progress(0, None, _("Reading stock"))
    limits = classes.read_limits(company.settings)
    layers = excess.list_layers(company.zone)
    found = excess_bridge.find(layers, excess.load_uses(limits), limits, today=day)
    cost = dict(Item.objects.exclude(standard_cost=0).values_list("id", "standard_cost"))
    told = _follow(run, found, cost, at)
    seen = {(one.item_id, one.location_id, one.lot_id) for one in found}
    columns = excess.list_candidates().values_list("id", "item_id", "location_id", "lot_id")
    over = [pk for pk, item, place, lot in columns if (item, place, lot or 0) not in seen]
    for start in range(0, len(over), ROWS_AT_ONCE):
        run_atomic(partial(excess_actions.end_candidates, over[start : start + ROWS_AT_ONCE], at=at))
    worth = sum(one.beyond * cost.get(one.item_id, 0) / 10_000 for one in found)
    figures = measures.list_kpis(day=day, zone=company.zone, excess_worth=worth, settings=company.settings)
    run_atomic(lambda: kpis.snapshot(figures, day=day))
    return {"candidates": len(found), "told": told, "ended": len(over), "figures": len(figures)}


def _follow(run: jobs.Run, found: list[excess_bridge.Finding], cost: dict[int, int], at: datetime) -> int:
    """Write findings in chunks that keep an item whole."""
    by_item: dict[int, list[excess_bridge.Finding]] = defaultdict(list)
    for one in found:
        by_item[one.item_id].append(one)
    part: list[excess_bridge.Finding] = []
    told = done = 0
    for place, rows in enumerate(by_item.values(), start=1):
        part += rows
        if len(part) >= ROWS_AT_ONCE or place == len(by_item):
            told += len(run_atomic(partial(excess_actions.follow_findings, part, worth=cost, at=at)))
            done += len(part)
            run.progress(done, len(found), _("Writing"))
            part = []
    return told


def _find_day(at: datetime) -> date:
    company = parties.find_company()
    return clock.business_date(at, company.zone if company else "UTC")
