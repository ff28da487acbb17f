"""What is true after the storm: counted, and each thing that is wrong named."""

from __future__ import annotations

import email
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import Count

from rantai.crm import facade as crm
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.desk import check
from rantai.desk.turn.models import TurnRun
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlanRun
from rantai.kernel.models import Delivery, IdempotentAnswer, Job
from rantai.wires.imports import account
from rantai.wires.imports.models import ImportRun
from tests.soak import serving
from tests.soak.traffic import Heard
from tests.soak.work import Work

OWN_FIGURES = ("import", "mapping", "seconds", "already_imported")
"""Of an account: what is of the one import and not of its file."""


def describe(heard: Heard, work: Work, *, undisturbed: list[dict[str, Any]], home: Path) -> dict[str, Any]:
    """Return the figures of a storm, and under `wrong` whatever must not be."""
    seconds = sorted(heard.page_seconds)
    sent = count_sent(home / "mail")
    return {
        "orders_confirmed": len(heard.orders),
        "calls_lost": heard.lost_calls,
        "calls_repeated": heard.repeated_calls,
        "pages": len(seconds),
        "page_p95_ms": round(1000 * seconds[int(0.95 * (len(seconds) - 1))]) if seconds else None,
        "page_worst_ms": round(1000 * seconds[-1]) if seconds else None,
        "imports": len(work.brought),
        "lines_read": sum(figures["lines_read"] for figures in undisturbed),
        "turns": TurnRun.objects.filter(state="done").count(),
        "plan_revision": PlanRun.objects.filter(state="current").values_list("revision", flat=True).first(),
        "facts_told": Delivery.objects.count(),
        "letters": OutgoingMessage.objects.count(),
        "letters_on_disk_twice": sum(count - 1 for count in sent.values()),
        "most_attempts": max(Job.objects.values_list("attempts", flat=True), default=0),
        "wrong": [*list_wrong(heard, work, undisturbed, home)],
    }


def list_wrong(heard: Heard, work: Work, undisturbed: list[dict[str, Any]], home: Path) -> Iterator[str]:
    """Name everything that must not be after a storm."""
    yield from (f"{found.rule} {found.subject}: {found.message}" for found in check.list_violations())
    yield from heard.changed_answers
    yield from (f"{count} times {error}" for error, count in heard.errors.items())
    yield from list_wrong_orders(heard)
    yield from list_wrong_letters(heard)
    yield from list_wrong_imports(work, undisturbed)
    yield from list_left_over()
    yield from (f"process {pid} was left behind: {command}" for pid, command in serving.list_processes(home))


def list_wrong_orders(heard: Heard) -> Iterator[str]:
    """Each confirmed order is there once, with a number, one answer for its key, one demand for each schedule line."""
    references = SalesOrder.objects.filter(customer_reference__startswith="STORM-")
    for row in references.values("customer_reference").annotate(count=Count("id")).filter(count__gt=1):
        yield f"order {row['customer_reference']} stands {row['count']} times"
    states = dict(references.values_list("customer_reference", "state"))
    for reference, order in heard.orders.items():
        if states.get(reference) not in ("confirmed", "closed") or order.get("state") not in ("confirmed", "closed"):
            yield f"order {reference} was answered {order.get('state')} and is {states.get(reference)}"
    if len(states) != IdempotentAnswer.objects.filter(key__startswith="STORM-").count():
        yield f"{len(states)} orders, but {IdempotentAnswer.objects.count()} answers kept"
    schedules = ScheduleLine.objects.filter(order__in=references)
    demands = Demand.objects.filter(kind="sales_order", order_id__in=references.values("pk"))
    if schedules.count() != demands.count():
        yield f"{schedules.count()} schedule lines, but {demands.count()} demands"
    untold = schedules.filter(promise_revision=0).count()
    if untold:
        yield f"{untold} schedule lines have not heard of their promise"


def list_wrong_letters(heard: Heard) -> Iterator[str]:
    """Each confirmed order was answered by one letter, and no letter was recorded twice."""
    keys = OutgoingMessage.objects.filter(ref_kind="sales_order", key="order.received")
    told = Counter(keys.values_list("ref_id", flat=True))
    confirmed = set(SalesOrder.objects.filter(customer_reference__in=heard.orders).values_list("pk", flat=True))
    if set(told) != confirmed or set(told.values()) - {1}:
        yield f"{len(confirmed)} confirmed orders, letters for {len(told)}, at most {max(told.values(), default=0)}"
    unsent = OutgoingMessage.objects.exclude(state__in=["sent", "kept", "refused"])
    yield from (f"letter {row.key} {row.pk} is {row.state}: {row.error}" for row in unsent)


def list_wrong_imports(work: Work, undisturbed: list[dict[str, Any]]) -> Iterator[str]:
    """Each import is done, adds up, and says what the undisturbed import of its file says."""
    for pk, calm in zip(work.brought, undisturbed, strict=True):
        run = ImportRun.objects.get(pk=pk)
        if run.state != "done":
            yield f"import {run.file_name} is {run.state}: {run.error}"
            continue
        stored = crm.sum_history(run.pk)
        account.require_closed(run.account, stored_lines=stored[0], stored_amount=stored[1])
        for name in sorted((run.account.keys() | calm.keys()) - set(OWN_FIGURES)):
            if run.account.get(name) != calm.get(name):
                yield f"import {run.file_name}: {name} is {run.account.get(name)!r}, undisturbed {calm.get(name)!r}"


def list_left_over() -> Iterator[str]:
    """No fact waits or is parked, no job failed or was forgotten, no turn is half done, a plan is published."""
    waiting = Delivery.objects.exclude(state="done")
    yield from (f"{row.handler} of event {row.event_id} is {row.state}: {row.error}" for row in waiting)
    jobs = Job.objects.filter(state__in=["failed", "running", "cancelled"])
    yield from (f"job {row.task} {row.pk} is {row.state} after {row.attempts} tries: {row.error}" for row in jobs)
    yield from (f"turn of {row.as_of} is {row.state}" for row in TurnRun.objects.exclude(state="done"))
    if PlanRun.objects.filter(state="current").count() != 1:
        yield "there is no current plan, or more than one"
    if PlanRun.objects.filter(state="building").exists():
        yield "a plan that nobody finished was left staged"


def count_sent(folder: Path) -> Counter[str]:
    """Count the mails on the disk by their id: a kill between sending and noting sends one once more."""
    mails = (file.read_bytes() for file in folder.glob("*.log"))
    return Counter(str(email.message_from_bytes(content)["Message-ID"]) for content in mails)
