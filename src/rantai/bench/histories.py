"""An order history in, and a turn of the loop after it."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from rantai.bench import retail
from rantai.bench.options import Options
from rantai.desk.turn.tasks import TASK as TURN
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import newcomers, uploads
from rantai.wires.imports.presets import online_retail
from rantai.wires.imports.tasks import TASK

PUBLIC_FILE = Path("../shared/data/online-retail/online_retail_2009_2010.csv.gz")


def measure_import(options: Options) -> dict[str, Any]:
    """Import a year of orders into an empty company; `seconds` is the import alone, preset and opening stock in it."""
    figures = _import(options)
    options.keep(figures)
    return figures


def measure_turn(options: Options) -> dict[str, Any]:
    """Turn the loop for the last day of a year of orders just imported; `seconds` is the turn alone."""
    account = _import(options)
    as_of = datetime.combine(date.fromisoformat(account["last_day"]) + timedelta(days=1), time_of_day(), UTC)
    started = time.perf_counter()
    job = jobs.run_here(
        TURN, {"as_of": as_of.isoformat()}, worker="bench", key="turn", actor="bench", listener=lambda *_progress: None
    )
    seconds = time.perf_counter() - started
    result = job.result or {}
    options.keep(result)
    before = {"data": account["data"], "import_seconds": account["seconds"], "lines_read": account["lines_read"]}
    return {"seconds": seconds, **before, **result}


def find_history(options: Options, *, folder: Path) -> Path:
    """Return the file to import: the one asked for, the public one where it stands, or one made from a seed."""
    found = options.find_data(*([] if options.size else [PUBLIC_FILE]))
    return found or retail.write(folder / "made-history.csv.gz", lines=options.read_size(retail.LINES))


def _import(options: Options) -> dict[str, Any]:
    autodiscover_modules("tasks")
    with tempfile.TemporaryDirectory(dir=settings.HOME) as folder:
        path = find_history(options, folder=Path(folder))
        company = run_atomic(lambda: newcomers.found_company(online_retail))
        started = time.perf_counter()
        stored = uploads.keep_file(path)
        run = run_atomic(
            lambda: uploads.open_import(
                stored,
                company_id=company.pk,
                kind="orders",
                preset="online-retail",
                file_name=path.name,
                options={"opening_weeks": 4.0, "currency": online_retail.CURRENCY, "zone": online_retail.ZONE},
                by="bench",
            )
        )
        job = jobs.run_here(
            TASK, {"import_id": run.pk}, worker="bench", key="bench", actor="bench", listener=lambda *_progress: None
        )
    return {"seconds": time.perf_counter() - started, "data": path.name, **(job.result or {})}
