"""Plans of public models against the ones that are published for them, demand by demand."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from rantai.bench.formats.planning.comparing import Verdict, compare
from rantai.bench.formats.planning.delivering import list_delivered, list_wished
from rantai.bench.formats.planning.drafting import Rules
from rantai.bench.formats.planning.expected import Delivered, Expected, read_expected
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.model import Model
from rantai.bench.formats.planning.translating import translate
from rantai.bench.formats.planning.values import write_instant
from rantai.bench.options import Options
from rantai_engines.planning.solve import Loop, Params, solve

PUBLIC_FOLDER = Path("../shared/data/planning-cases")
#: Most time for one case; the largest public one takes a tenth of a second.
MOST_SECONDS = 120.0
T = TypeVar("T")
_UNTOLD = Expected(plan="", rules=Rules(), rows={})
_DIFFERENT = Verdict(is_equal=False, is_equal_by_date=False, is_not_worse=False, differences=())


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case that was planned; ``failure`` says why it could not be."""

    name: str
    plan: str = ""
    rows: dict[str, tuple[Delivered, ...]] = field(default_factory=dict)
    verdict: Verdict = _DIFFERENT
    notes: tuple[str, ...] = ()
    failure: str = ""


def measure(options: Options) -> dict[str, Any]:
    """Plan every model of a folder; each stands in a folder of its own with what is expected of it beside it.

    One of which nothing is expected is planned under the usual rules and written out, and has no verdict. Without
    --data and without the public folder there is nothing to plan, and the figures say so.
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
    """Return the models of a folder: each in a folder of its own by the same name, or straight in it."""
    inside = (path / f"{path.name}.xml" if path.is_dir() else path for path in sorted(folder.iterdir()))
    return [path for path in inside if path.suffix == ".xml" and path.is_file()]


def plan_case(path: Path) -> Case:
    """Plan one model under the rules of its compared plan and compare; a model that fails is a case that differs.

    One that takes too long has failed, too; the rest goes on without it.
    """
    told = _expected_path(path)
    try:
        expected = read_expected(told) if told.exists() else _UNTOLD
        model = load_model(path)
        rows = finish_within(partial(plan_rows, model, expected), seconds=MOST_SECONDS)
    except Exception as error:  # one case that fails must not hide the others
        return Case(name=path.stem, failure=repr(error))
    if not told.exists():
        return Case(name=path.stem, rows=rows, notes=tuple(model.notes), failure=f"{told.name} is not there")
    verdict = compare(rows, expected.rows, wants=model.wants)
    return Case(name=path.stem, plan=expected.plan, rows=rows, verdict=verdict, notes=tuple(model.notes))


def finish_within(work: Callable[[], T], *, seconds: float) -> T:
    """Do some work in a thread that is left alone when it does not come back in time; kernels hold no lock.

    Raises TimeoutError, and what the work raised.
    """
    done: Future[T] = Future()

    def finish() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # it is raised where the result is awaited
            done.set_exception(error)

    Thread(target=finish, daemon=True).start()
    try:
        return done.result(timeout=seconds)
    except TimeoutError:
        if done.done():
            raise
        raise TimeoutError(f"took longer than {seconds:g} s") from None


def plan_rows(model: Model, expected: Expected) -> dict[str, tuple[Delivered, ...]]:
    """Return what each demand of a model is given under the rules of a plan."""
    if expected.rules.is_wish:
        return list_wished(model)
    translated = translate(model, rules=expected.rules)
    return list_delivered(translated, solve(translated.problem, params=Params(loop=Loop.FAITHFUL)))


def _expected_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.expected_demands.json")


def _list_rows(case: Case) -> list[dict[str, Any]]:
    return [
        {"case": case.name, "plan": case.plan, "demand": name, "date": write_instant(row.at),
         "quantity": row.quantity}
        for name, rows in case.rows.items()
        for row in rows
    ]  # fmt: skip


def _judge(case: Case) -> dict[str, Any]:
    return {
        "case": case.name,
        "plan": case.plan,
        "equal": case.verdict.is_equal,
        "equal_by_date": case.verdict.is_equal_by_date,
        "not_worse": case.verdict.is_not_worse,
        "differences": [each.describe() for each in case.verdict.differences],
        "notes": list(case.notes),
        "failure": case.failure,
    }
