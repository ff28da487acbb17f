"""Take closed past orders in by the hundred thousand: staged in chunks, current by one short transaction.

A reader never sees half an import, and no transaction holds SQLite's writer longer than a chunk takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from rantai.crm import events
from rantai.crm.accounts import actions as accounts
from rantai.crm.messages import HistoryLines
from rantai.crm.orders import states
from rantai.crm.orders.models import PastOrderLine, PastRun, SalesOrder
from rantai.crm.orders.queries import past
from rantai.kernel import clock, outbox
from rantai.kernel.transactions import require_transaction

Span = tuple[int, datetime, datetime]
"""A party, and when it bought first and last."""

CHUNK = 2_500
"""Lines written by one transaction: a small part of a second, also where the machine has much else to do."""
DELETED = 20_000


class HistoryCutShort(ValueError):
    """Columns of a batch that do not have one length."""

    def __init__(self, lengths: dict[str, int]) -> None:
        self.lengths = lengths
        super().__init__(_("The columns of this history differ in length: %(lengths)s.") % {"lengths": lengths})


class HistoryKnown(Exception):
    """An import that is current already."""

    def __init__(self, run: PastRun) -> None:
        self.run = run
        super().__init__(_("Import %(id)s is in the books already. Nothing was changed.") % {"id": run.import_id})


class HistoryNotBegun(LookupError):
    """Lines of an import that nobody began, or that is current already."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        super().__init__(_("Import %(id)s was not begun. Begin it before its lines are written.") % {"id": import_id})


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedHistory:
    """What an import brought: lines, and their sum in 1/10,000 of the currency, returns taken off."""

    import_id: int
    lines: int
    amount: int


def begin_run(import_id: int, *, company_id: int, currency: str) -> PastRun:
    """Open the run of an import, or take up one that was killed or undone; raises HistoryKnown."""
    require_transaction()
    run = past.find_run(import_id)
    if run and run.state == "current":
        raise HistoryKnown(run)
    if run:
        PastRun.objects.filter(pk=run.pk).update(currency=currency, started_at=clock.now(), ended_at=None)
        if run.state == "withdrawn":
            states.PAST_RUNS.move(run, "staged")
        return run
    return PastRun.objects.create(import_id=import_id, company_id=company_id, currency=currency, started_at=clock.now())


def get_staged(import_id: int) -> PastRun:
    """Return the run of an import that was begun and is not current; raises HistoryNotBegun."""
    run = past.find_run(import_id)
    if run is None or run.state != "staged":
        raise HistoryNotBegun(import_id)
    return run


def check_columns(lines: HistoryLines) -> None:
    """Raise HistoryCutShort where columns differ in length."""
    lengths = {name: len(getattr(lines, name)) for name in _COLUMNS}
    if len(set(lengths.values())) > 1:
        raise HistoryCutShort(lengths)


def stage_chunk(run: PastRun, lines: HistoryLines, *, start: int) -> int:
    """Write one chunk of lines that nobody sees yet; return where the next one starts."""
    require_transaction()
    stop = min(start + CHUNK, len(lines.invoice))
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, list(_list_rows(run.pk, lines, start, stop)))
    return stop


def make_current(run: PastRun) -> RecordedHistory:
    """Let readers see a staged run, all of it at once; records HistoryImported."""
    require_transaction()
    count, amount = sum_run(run.pk)
    PastRun.objects.filter(pk=run.pk).update(lines=count, amount=amount, ended_at=clock.now())
    states.PAST_RUNS.move(run, "current")
    outbox.record(events.HistoryImported(import_id=run.import_id, lines=count))
    return RecordedHistory(import_id=run.import_id, lines=count, amount=amount)


def read_spans(run: PastRun) -> list[Span]:
    """Return for each party of a run when it bought first and last."""
    bought = PastOrderLine.objects.filter(run=run, is_return=False).values("party_id").order_by("party_id")
    spans = bought.annotate(first=Min("ordered_at"), last=Max("ordered_at"))
    return list(spans.values_list("party_id", "first", "last"))


def list_buyers(run: PastRun) -> list[int]:
    """Return the parties of a run."""
    return sorted(PastOrderLine.objects.filter(run=run).values_list("party_id", flat=True).distinct())


def widen_tenure(spans: list[Span]) -> None:
    """Open the accounts that a chunk of parties lacks and widen when they bought."""
    accounts.open_accounts(party_id for party_id, _first, _last in spans)
    accounts.note_orders(spans)


def hide_run(run: PastRun) -> None:
    """Take a run out of sight; its lines may be deleted afterwards."""
    require_transaction()
    if run.state != "withdrawn":
        states.PAST_RUNS.move(run, "withdrawn")


def delete_chunk(run: PastRun) -> int:
    """Delete some lines of a run that nobody sees; return how many went."""
    require_transaction()
    ids = list(PastOrderLine.objects.filter(run=run).values_list("pk", flat=True)[:DELETED])
    if ids:
        PastOrderLine.objects.filter(run=run, pk__gte=min(ids), pk__lte=max(ids)).delete()
    return len(ids)


def narrow_tenure(party_ids: list[int]) -> None:
    """Work out anew when accounts bought, from what is left of their history and their own orders."""
    require_transaction()
    accounts.recount_first_orders(party_ids)
    left: dict[int, list[datetime]] = {}
    rows = past.list_past_lines().filter(party_id__in=party_ids, is_return=False).values("party_id")
    live = (
        SalesOrder.objects.filter(party_id__in=party_ids).exclude(state__in=["draft", "cancelled"]).values("party_id")
    )
    for found in (rows, live):
        spans = found.annotate(first=Min("ordered_at"), last=Max("ordered_at"))
        for party_id, first, last in spans.values_list("party_id", "first", "last"):
            left.setdefault(party_id, []).extend((first, last))
    accounts.note_orders([(party_id, min(days), max(days)) for party_id, days in left.items()])


_COLUMNS = (
    "invoice", "line_number", "kind", "sale_key", "party_id", "item_id", "units", "unit_price", "amount",
    "ordered_at", "country",
)  # fmt: skip
_INSERT = (
    "INSERT INTO crm_orders_pastorderline (run_id, invoice, line_number, is_return, sale_key, party_id, item_id,"
    " units, unit_price, amount, ordered_at, country) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def _list_rows(run_id: int, lines: HistoryLines, start: int, stop: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows as the table keeps them: what came back counts negative, whichever way the file wrote it."""
    adapt = lru_cache(maxsize=64)(connection.ops.adapt_datetimefield_value)  # lines of one invoice share their instant
    columns = zip(*(getattr(lines, name)[start:stop] for name in _COLUMNS), strict=True)
    for invoice, number, kind, sale, party, item, units, price, amount, at, country in columns:
        if kind == "return":
            yield run_id, invoice, number, True, sale, party, item, -abs(units), price, -abs(amount), adapt(at), country
        else:
            yield run_id, invoice, number, False, sale, party, item, units, price, amount, adapt(at), country


def sum_run(run_id: int) -> tuple[int, int]:
    """Return lines and amount of a run, as the books hold them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM crm_orders_pastorderline WHERE run_id = %s", [run_id]
        )
        count, amount = cursor.fetchone()
    return int(count), int(amount)
