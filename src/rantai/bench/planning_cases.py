"""Plans of public models against the ones that are published for them, demand by demand."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rantai.bench.formats.planning.comparing import Verdict, compare
from rantai.bench.formats.planning.delivering import list_delivered
from rantai.bench.formats.planning.expected import Delivered, Expected, read_expected
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.translating import translate
from rantai.bench.formats.planning.values import write_instant
from rantai.bench.options import Options
from rantai_engines.planning.solve import Loop, Params, solve

PUBLIC_FOLDER = Path("../shared/data/planning-cases")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case that was planned; ``failure`` says why it could not be."""

    name: str
    expected: Expected
    rows: dict[str, tuple[Delivered, ...]]
    verdict: Verdict
    notes: tuple[str, ...] = ()
    failure: str = ""


def measure(options: Options) -> dict[str, Any]:
    """Plan every model of a folder; each stands in a folder of its own with what is expected of it beside it.

    Without --data and without the public folder there is nothing to plan, and the figures say so.
    """
    folder = options.find_data(PUBLIC_FOLDER)
    started = time.perf_counter()
    cases = [plan_case(path) for path in list_cases(folder)] if folder else []
    seconds = time.perf_counter() - started
    options.keep({"rows": [row for case in cases for row in _list_rows(case)], "verdicts": [_judge(c) for c in cases]})
    return {
        "size": len(cases),
        "seconds": seconds,
        "data": folder.name if folder else None,
        "cases": len(cases),
        "equal": sum(case.verdict.is_equal for case in cases),
        "equal_by_date": sum(case.verdict.is_equal_by_date for case in cases),
        "not_worse": sum(case.verdict.is_not_worse for case in cases),
        "different": {case.name: [each.describe() for each in case.verdict.differences] for case in cases
                      if not case.verdict.is_equal},
        "failed": {case.name: case.failure for case in cases if case.failure},
    }  # fmt: skip


def list_cases(folder: Path) -> list[Path]:
    """Return the models of a folder that say what is expected of them."""
    inside = [path / f"{path.name}.xml" for path in sorted(folder.iterdir()) if path.is_dir()]
    return [path for path in inside if path.exists() and _expected_path(path).exists()]


def plan_case(path: Path) -> Case:
    """Plan one model under the rules of its compared plan and compare; a model that fails is a case that differs."""
    expected = read_expected(_expected_path(path))
    try:
        model = load_model(path)
        translated = translate(model, rules=expected.rules)
        solution = solve(translated.problem, params=Params(loop=Loop.FAITHFUL))
    except Exception as error:  # one case that fails must not hide the others
        verdict = Verdict(is_equal=False, is_equal_by_date=False, is_not_worse=False, differences=())
        return Case(name=path.stem, expected=expected, rows={}, verdict=verdict, failure=repr(error))
    rows = list_delivered(translated, solution)
    verdict = compare(rows, expected.rows, wants=model.wants)
    return Case(name=path.stem, expected=expected, rows=rows, verdict=verdict, notes=tuple(translated.notes))


def _expected_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.expected_demands.json")


def _list_rows(case: Case) -> list[dict[str, Any]]:
    return [
        {"case": case.name, "plan": case.expected.plan, "demand": name, "date": write_instant(row.at),
         "quantity": row.quantity}
        for name, rows in case.rows.items()
        for row in rows
    ]  # fmt: skip


def _judge(case: Case) -> dict[str, Any]:
    return {
        "case": case.name,
        "plan": case.expected.plan,
        "equal": case.verdict.is_equal,
        "equal_by_date": case.verdict.is_equal_by_date,
        "not_worse": case.verdict.is_not_worse,
        "differences": [each.describe() for each in case.verdict.differences],
        "notes": list(case.notes),
        "failure": case.failure,
    }
