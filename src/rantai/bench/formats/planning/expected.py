"""Read what is expected of a planning case: which of its plans is compared, under which rules, with which rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rantai.bench.formats.planning.drafting import ALL, Rules
from rantai.bench.formats.planning.values import UnreadableValue, read_duration, read_instant


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One row: so much of a demand on a date; ``at`` is naive seconds."""

    at: int
    quantity: float


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The plan of a case that is compared."""

    plan: str
    rules: Rules
    rows: Mapping[str, tuple[Delivered, ...]]


def read_expected(path: Path) -> Expected:
    """Return the plan to compare: the first that was solved under constraints and says anything of demands.

    A case's files hold several plans. Those without rows are exports of the model; ``plantype`` 2 and ``constraints``
    0 plan on time whatever stands against it. Where none is constrained, the first with rows is taken.
    """
    plans: dict[str, Any] = json.loads(path.read_text())
    with_rows = {name: plan for name, plan in plans.items() if plan["demands"]}
    constrained = [name for name, plan in with_rows.items() if _is_constrained(plan["solver"])]
    name = (constrained or list(with_rows) or list(plans))[0]
    return Expected(plan=name, rules=_read_rules(plans[name]["solver"]), rows=_read_rows(plans[name]["demands"]))


def _is_constrained(solver: Mapping[str, str]) -> bool:
    return int(solver.get("plantype", "1")) == 1 and _read_constraints(solver) != 0


def _read_constraints(solver: Mapping[str, str]) -> int:
    """Return the bits, which a case may write as a sum."""
    return sum(int(part) for part in solver.get("constraints", str(ALL)).split("+"))


def _read_rules(solver: Mapping[str, str]) -> Rules:
    is_free = int(solver.get("plantype", "1")) != 1
    constraints = 0 if is_free else _read_constraints(solver)
    autofence, ahead = (_read_span(solver, name) for name in ("autofence", "administrativeleadtime"))
    return Rules(constraints=constraints, autofence=autofence, ahead=ahead, is_wish=is_free)


def _read_span(solver: Mapping[str, str], name: str) -> float:
    """Return a duration that a plan was solved with, nothing where it says none that can be read."""
    try:
        return read_duration(solver.get(name, "").strip("\"'"))
    except UnreadableValue:
        return 0.0


def _read_rows(demands: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[Delivered, ...]]:
    return {
        name: tuple(
            Delivered(at=read_instant(row["date"]), quantity=float(row["quantity"])) for row in rows if "date" in row
        )
        for name, rows in demands.items()
    }
