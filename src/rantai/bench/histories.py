"""An order history in, and a turn of the loop after it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django.utils.module_loading import autodiscover_modules

from rantai.bench.options import Options
from rantai.desk.turn.tasks import TASK as TURN
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import newcomers, uploads
from rantai.wires.imports.presets import online_retail
from rantai.wires.imports.tasks import TASK

WHAT = "a past-order file of the online-retail format"


def measure_import(options: Options) -> dict[str, Any]:
    """Import a year of orders into an empty company; `seconds` is the import alone."""
    autodiscover_modules("tasks")
    path = options.need_data(WHAT)
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
    return {"seconds": time.perf_counter() - started, **(job.result or {})}


def measure_turn(options: Options) -> dict[str, Any]:
    """Turn the loop for the last day of a year of orders just imported; `seconds` is the turn alone."""
    account = measure_import(options)
    as_of = datetime.combine(date.fromisoformat(account["last_day"]) + timedelta(days=1), time_of_day(), UTC)
    started = time.perf_counter()
    job = jobs.run_here(
        TURN, {"as_of": as_of.isoformat()}, worker="bench", key="turn", actor="bench", listener=lambda *_progress: None
    )
    return {"seconds": time.perf_counter() - started, "import_seconds": account["seconds"], **(job.result or {})}
