"""What the planner says to those who ask: dates beyond stock, a new plan, whether it is in order."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import F

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply import bridge
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.sites import Sites


class NotUnderstood(ValueError):
    """A question that the planner does not know."""


class Planner:
    """The plan in memory; rebuilt from the last published one, changed by whoever solves."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._plan: planning.Plan | None = None
        self._solving = threading.Lock()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one question; raises NotUnderstood."""
        match question.get("op"):
            case "ping":
                plan = self._read_plan()
                return {"ready": plan is not None, "revision": plan.run.revision if plan else None}
            case "ask":
                return self.ask(question)
            case "solve":
                return self.solve(datetime.fromisoformat(question["as_of"]))
            case "verify":
                return self.verify()
        raise NotUnderstood(f"The planner knows ping, ask, solve and verify, not {question.get('op')!r}.")

    def solve(self, as_of: datetime) -> dict[str, Any]:
        """Plan and publish, one at a time; the same question twice while nothing changed answers what is current."""
        with self._solving:
            known = planning.find_unchanged(as_of)
            if known is None:
                self._plan = planning.make_plan(as_of, builder=self.name)
                known = self._plan.run
            return planning.describe(known)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return when each of `lines` (item_id, units, wanted_on, location_ids best first) could be had."""
        plan = self._read_plan()
        if plan is None:
            return {"revision": None, "lines": []}
        as_of = datetime.fromisoformat(question["as_of"])
        sites = Sites(as_of=as_of, company_zone=parties.get_company().zone)
        answers = [self._ask_line(plan, line, sites) for line in question["lines"]]
        return {"revision": plan.run.revision, "lines": answers}

    def verify(self) -> dict[str, Any]:
        """Return whether what is held, what is stored and what the database says are the same."""
        plan = self._read_plan()
        return dict(planning.verify_plan(plan)) if plan else {"revision": None}

    def _ask_line(self, plan: planning.Plan, line: dict[str, Any], sites: Sites) -> dict[str, Any]:
        """Try the sites in their order and keep the first that is soonest with everything."""
        known = set(plan.problem["item_locations"]["key"].tolist())
        best: list[bridge.Answered] = []
        chosen = None
        for location_id in line["location_ids"]:
            place = keys.pair_of(line["item_id"], location_id)
            if place not in known:
                continue
            found = self._plan_line(plan, line, place, sites)
            if found and (not best or _measure(found) < _measure(best)):
                best, chosen = found, location_id
        zone = sites.zone(chosen or 0)
        parts = [
            {
                "location_id": chosen,
                "units": part.quantity,
                "basis": part.basis,
                "source_id": part.source_id or None,
                "leaves_on": sites.leave_after(chosen or 0, part.time).isoformat(),
                "there_on": days.day_of(part.time, zone).isoformat(),
            }
            for part in best
        ]
        return {"line": line["line"], "parts": parts}

    def _plan_line(self, plan: planning.Plan, line: dict[str, Any], place: int, sites: Sites) -> list[bridge.Answered]:
        now = int(sites.as_of.timestamp()) + days.TICK
        location_id = keys.split(place)[1]
        wanted_on = datetime.fromisoformat(line["wanted_on"]).date()
        due = max(now, days.midnight(wanted_on, sites.zone(location_id)))
        asked = bridge.Wanted(place=place, quantity=line["units"], due=due)
        return bridge.promise(
            plan.problem,
            plan.solution,
            [asked],
            now=now,
            horizon_end=plan.run.horizon_end,
            newer=list(_list_newer(plan, line["item_id"], location_id, sites)),
        )

    def _read_plan(self) -> planning.Plan | None:
        """Return the plan that is current, read again where another process published one."""
        current = PlanRun.objects.filter(state="current").values_list("pk", flat=True).first()
        held = self._plan
        if held is None or held.run.pk != current:
            held = self._plan = planning.load_plan()
        return held


def _measure(parts: list[bridge.Answered]) -> tuple[int, int]:
    """Return more units before sooner."""
    return -sum(part.quantity for part in parts), max(part.time for part in parts)


def _list_newer(plan: planning.Plan, item_id: int, location_id: int, sites: Sites) -> Iterable[bridge.Wanted]:
    """Return open orders of an item that were recorded or changed after the plan was made, beyond what it counted."""
    rows = Demand.objects.filter(
        state="open", item_id=item_id, location_id=location_id, changed_seq__gt=plan.run.watermark
    )
    left = rows.annotate(left=F("units") - F("fulfilled") - F("cancelled") - F("reserved")).filter(left__gt=0)
    demands = plan.problem["demands"]
    zone = sites.zone(location_id)
    for pk, units, requested_on in left.values_list("pk", "left", "requested_on"):
        counted = demands["quantity"][demands["key"] == int(keys.tag(np.int64(pk), keys.ORDER))]
        more = units - int(counted.sum())
        if more > 0:
            due = days.midnight(requested_on - timedelta(days=1), zone)
            yield bridge.Wanted(place=keys.pair_of(item_id, location_id), quantity=more, due=due)
