"""What the test of killed imports asks, in a process of its own on the spare database."""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402 (after the settings)
from django.utils import timezone  # noqa: E402
from django.utils.module_loading import autodiscover_modules  # noqa: E402

from rantai.crm import facade as crm  # noqa: E402
from rantai.foundation.companies import actions as companies  # noqa: E402
from rantai.foundation.locations import actions as locations  # noqa: E402
from rantai.kernel import jobs  # noqa: E402
from rantai.kernel.models import Job  # noqa: E402
from rantai.kernel.transactions import run_atomic  # noqa: E402
from rantai.wires.imports.models import ImportRun  # noqa: E402


def open_company() -> bool:
    company = run_atomic(
        lambda: companies.create_company(code="K", name="Kill", currency="GBP", country="GB", zone="Europe/London")
    )
    run_atomic(lambda: locations.add_location("MAIN", name="Main", company_id=company.pk, zone="Europe/London"))
    return True


def count_jobs() -> int:
    return Job.objects.filter(task="imports.run", state="running").count()


def count_lines() -> int:
    """Count the past lines that readers see."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM crm_orders_pastorderline line JOIN crm_orders_pastrun run ON run.id = line.run_id"
            " WHERE run.state = 'current'"
        )
        return int(cursor.fetchone()[0])


def resume() -> dict[str, object]:
    """Do what a worker does once the lease of the killed process is over."""
    autodiscover_modules("tasks")
    Job.objects.filter(task="imports.run", state="running").update(lease_until=timezone.now())
    while jobs.run_next(worker="resumer"):
        pass
    run = ImportRun.objects.get()
    lines, amount = crm.sum_history(run.pk)
    return {"state": run.state, "lines": lines, "shown": count_lines(), "amount": amount}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(globals()[sys.argv[1]]()) + "\n")
