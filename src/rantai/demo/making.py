"""Make the demonstration company in an empty database, or take it away: begun is finished or begun anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils.module_loading import autodiscover_modules

from rantai.demo import founding, recording, tables
from rantai.demo.founding import BY, ZONE, Founded
from rantai.demo.living import Living, instant
from rantai.demo.world import World, make_world
from rantai.desk.turn import tasks as turns
from rantai.foundation.companies import actions as companies
from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import StoredFile
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel import clock, collector, jobs, worker
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import uploads
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.tasks import TASK as IMPORT

Report = Callable[[int, int | None, str], None]

_MARK = "demo"
KEEP = "iscm.keep_allocations"


class CompanyExists(Exception):
    """A demonstration is made or removed where a company stands that must not be touched."""


def make_demo(*, size: str, seed: int, as_of: date, report: Report) -> dict[str, Any]:
    """Make the company and its world; raises CompanyExists. A demonstration that was killed is begun anew."""
    autodiscover_modules("tasks")
    clear_unfinished()
    with collector.resting():
        return _make(size=size, seed=seed, as_of=as_of, report=report)


def _make(*, size: str, seed: int, as_of: date, report: Report) -> dict[str, Any]:
    report(0, None, "Inventing a company")
    world = make_world(size=size, seed=seed, as_of=as_of)
    made = run_atomic(partial(_found, world))
    figures = _bring_file(world, made, "orders", "past-orders", report)
    told = _bring_file(world, made, "sell-out", "sell-out", report)
    lived = Living(world, made, import_id=figures.pop("import_id")).live(report)
    _keep_supply(made)
    run_atomic(partial(_finish, made.company.pk))
    turned = _turn(as_of, report)
    return {
        "company": founding.NAME,
        "size": size,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "items": len(world.catalogue.items),
        "customers": len(world.customers),
        "history_lines": figures["lines_imported"],
        "sell_out_lines": told["lines_imported"],
        "open_orders": sum(order.is_open for order in world.orders),
        **lived,
        "turn": turned,
        "logins": [f"{code}@kirana.example" for code, *_rest in founding.LOGINS],
        "password": f"{founding.PASSWORD} (for this demonstration only)",
    }


def remove_demo() -> dict[str, Any]:
    """Empty the whole database of a demonstration company, and its stored files; raises CompanyExists."""
    company = parties.find_company()
    if company is None:
        return {"removed": False}
    if not company.is_demo or Company.objects.exclude(is_demo=True).exists():
        raise CompanyExists(f"{company} is no demonstration. Nothing was removed.")
    _empty()
    return {"removed": True}


def clear_unfinished() -> None:
    """Empty the database of a demonstration that was killed; raises CompanyExists where another company stands."""
    company = parties.find_company()
    if company is None:
        return
    if not (company.is_demo and company.settings.get(_MARK) == "begun"):
        way = "`rantai demo --remove` takes it away." if company.is_demo else "Use an empty database (RANTAI_HOME)."
        raise CompanyExists(f"There is a company already: {company}. {way}")
    _empty()


def _empty() -> None:
    for stored in StoredFile.objects.only("sha256").iterator():
        default_storage.delete(documents.get_path(stored.sha256))
    call_command("flush", interactive=False, verbosity=0)


def _found(world: World) -> Founded:
    made = founding.found(world)
    recording.record_knowledge(world, made)
    recording.record_rules(world, made)
    _mark(made.company, "begun")
    return made


def _finish(company_id: int) -> None:
    _mark(parties.get_company(company_id), "made")


def _mark(company: Company, state: str) -> None:
    settings = {**company.settings, _MARK: state}
    companies.edit_company(company, values={"settings": settings}, expected_revision=company.revision, by=BY)


def _bring_file(world: World, made: Founded, kind: str, table: str, report: Report) -> dict[str, Any]:
    """Bring what came before as a customer would: a file, an import, a job."""
    with TemporaryDirectory(prefix="rantai-demo-") as folder:
        path = tables.write_table(world, table, Path(folder) / f"{table}.csv")
        stored = uploads.keep_file(path, media_type="text/csv")
        run: ImportRun = run_atomic(
            lambda: uploads.open_import(
                stored, company_id=made.company.pk, kind=kind, file_name=path.name, options={"zone": ZONE}, by=BY
            )
        )
    job = jobs.run_here(
        IMPORT, {"import_id": run.pk}, worker=worker.name(), key=f"{BY}:{table}", actor=BY,
        listener=lambda done, total, note: report(done, total, note),
    )  # fmt: skip
    return {**(job.result or {}), "import_id": run.pk}


def _keep_supply(made: Founded) -> None:
    """Keep supply for classes from today on: what was promised in the weeks before stays promised."""
    run_atomic(partial(recording.keep_supply, made))
    jobs.run_here(KEEP, {}, worker=worker.name(), key=BY, actor=BY, listener=lambda *_progress: None)


def _turn(as_of: date, report: Report) -> Any:
    """Turn the loop once; say what it lacks where this program cannot yet."""
    lacking = [name for name in turns.STEPS if not _is_known(name)]
    if lacking:
        return f"not turned: {', '.join(lacking)} unknown"
    today = clock.business_date(clock.now(), ZONE)
    at = clock.now() if as_of == today else instant(as_of, 18)
    try:
        job = jobs.run_here(
            turns.TASK, {"as_of": at.isoformat()}, worker=worker.name(), key="turn", actor=BY, listener=report
        )
    except Exception as error:  # the company stands without it; the worker tries the queued turn again
        return f"not turned yet: {type(error).__name__}: {error}"
    return (job.result or {}).get("steps", {})


def _is_known(name: str) -> bool:
    try:
        jobs.get_task(name)
    except jobs.UnknownTask:
        return False
    return True
