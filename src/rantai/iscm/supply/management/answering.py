"""What the planner says to those who ask: dates beyond stock, a new plan, whether it is in order."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply import bridge
from rantai.iscm.supply.management import aggregating, planning, questions, scenarios, stepping
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.management.news import News
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.sites import Sites


class NotUnderstood(ValueError):
    """A question that the planner does not know."""


class Planner:
    """The plan in memory; rebuilt from the last published one, changed by whoever solves."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._plan: planning.Plan | None = None
        self._solving = threading.Lock()
        self._follower: Follower | None = None
        self._following = threading.Lock()
        self._followed: dict[str, Any] = {"revision": None, "watermark": 0}

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
            case "aggregate":
                return aggregating.make(datetime.fromisoformat(question["as_of"]))
            case "scenario":
                return self.try_out(question)
            case "follow":
                return self.follow()
            case "followed":
                return self._followed
            case "verify":
                return self.verify()
        known = "follow, followed, ping, ask, solve, scenario and verify"
        raise NotUnderstood(f"The planner knows {known}, not {question.get('op')!r}.")

    def solve(self, as_of: datetime) -> dict[str, Any]:
        """Plan and publish, one at a time; the same question twice while nothing changed answers what is current."""
        with self._solving:
            known = planning.find_unchanged(as_of)
            if known is None:
                self._plan = planning.make_plan(as_of, builder=self.name)
                known = self._plan.run
            return planning.describe(known)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return when each of `lines` (item_id, units, wanted_on, location_ids best first) could be had.

        `held` is what the asker takes of stock and receipts for other units, `without` are demands that let go. Units
        given to one line are not given to the next. `held_seconds` is how long the plan that is followed was busy, None
        where the part that is asked was planned anew instead.
        """
        plan = self._read_plan()
        if plan is None:
            return {"revision": None, "lines": []}
        as_of = datetime.fromisoformat(question["as_of"])
        sites = Sites(as_of=as_of, company_zone=parties.get_company().zone)
        told = questions.ask_held(self._find_follower(plan), question, sites)
        if told is not None:
            lines, seconds = told
            return {"revision": plan.run.revision, "lines": lines, "held_seconds": seconds}
        news = News.read(plan, question, sites)
        lines = [self._ask_line(plan, line, sites, news) for line in question["lines"]]
        return {"revision": plan.run.revision, "lines": lines, "held_seconds": None}

    def try_out(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return what came of the plan with a scenario's `patch` laid over its problem.

        Without "solution" where another plan than that of `revision` is current by now.
        """
        plan = self._read_plan()
        if plan is None or plan.run.revision != question["revision"]:
            return {"revision": plan.run.revision if plan else None}
        return scenarios.solve(plan, question["patch"])

    def follow(self) -> dict[str, Any]:
        """Change the plan by what was committed since it was made or last followed, and publish what that touched.

        The first question after a plan has it laid down, which takes as long as planning; `is_provisional` says that
        only a whole plan can follow, and `why`: a job makes it.
        """
        with self._following:
            plan = self._read_plan()
            if plan is None:
                return {"revision": None}
            if self._follower is None or self._follower.is_overtaken or self._follower.run.pk != plan.run.pk:
                self._follower = None  # the former one's memory goes first
                self._follower = Follower(plan)
            told = self._follower.follow()
            self._followed = {"revision": plan.run.revision, **told, **stepping.publish(self._follower)}
            return self._followed

    def stop_following(self) -> None:
        """Forget the plan that is held: who follows next lays the published one down anew."""
        with self._following:
            self._follower = None

    def verify(self) -> dict[str, Any]:
        """Return whether what is held, what is stored and what the database says are the same."""
        plan = self._read_plan()
        return dict(planning.verify_plan(plan)) if plan else {"revision": None}

    def _find_follower(self, plan: planning.Plan) -> Follower | None:
        """Return who follows a plan, None before the first event or while another plan is laid down."""
        found = self._follower
        return found if found is not None and found.run.pk == plan.run.pk else None

    def _ask_line(self, plan: planning.Plan, line: dict[str, Any], sites: Sites, news: News) -> dict[str, Any]:
        """Take the first site that is in time with everything, else the one that is soonest with most."""
        known = set(plan.problem["item_locations"]["key"].tolist())
        best: list[bridge.Answered] = []
        chosen = 0
        for location_id in line["location_ids"]:
            place = keys.pair_of(line["item_id"], location_id)
            if place not in known:
                continue
            due = questions.find_due(line, location_id, sites)
            found = self._plan_line(plan, line, place, news, now=questions.begin(sites), due=due)
            if found and (not best or _measure(found) < _measure(best)):
                best, chosen = found, location_id
            if found and _measure(found) <= (-line["units"], due):
                break
        place = keys.pair_of(line["item_id"], chosen)
        news.newer += [bridge.Wanted(place=place, quantity=part.quantity, due=part.time) for part in best]
        return questions.describe(line, chosen, best, sites)

    def _plan_line(
        self, plan: planning.Plan, line: dict[str, Any], place: int, news: News, *, now: int, due: int
    ) -> list[bridge.Answered]:
        return bridge.promise(
            plan.problem,
            plan.solution,
            [bridge.Wanted(place=place, quantity=line["units"], due=due)],
            now=now,
            horizon_end=plan.run.horizon_end,
            newer=[row for row in news.newer if row.place in news.reach],
            spoken=news.spoken,
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
