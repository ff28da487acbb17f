"""Read agreements: the list, one of them, and its schedule against what was called off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from rantai.crm.insight import queries as insight
from rantai.crm.orders.models import ScheduleLine
from rantai.crm.orders.queries import past
from rantai.crm.selling.models import AgreementLine, CallOffRevision, SalesAgreement
from rantai.crm.selling.queries import known
from rantai.crm.selling.rules import CallOff, match_call_offs

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class LineStanding:
    """A line of an agreement: its rows against what came, in base units."""

    line: AgreementLine
    rows: Sequence[CallOff]
    came: int

    @property
    def planned(self) -> int:
        """All that its rows plan."""
        return sum(row.units for row in self.rows)

    @property
    def called(self) -> int:
        """What of that was called off."""
        return sum(row.called for row in self.rows)

    @property
    def overdue(self) -> int:
        """What should have been called off by now and was not."""
        return sum(row.units - row.called for row in self.rows if row.is_overdue)

    @property
    def left(self) -> int:
        """What is still to come, overdue units apart."""
        return self.planned - self.called - self.overdue

    @property
    def beyond(self) -> int:
        """What came beyond the plan."""
        return self.came - self.called


def find_references(company_id: int, references: Sequence[str]) -> dict[tuple[int, str], int]:
    """Return (account, reference) → agreement for those of these references that there are."""
    wanted, found = sorted(set(references)), {}
    for start in range(0, len(wanted), _CHUNK):
        rows = SalesAgreement.objects.filter(company_id=company_id, reference__in=wanted[start : start + _CHUNK])
        found.update({(row[0], row[1]): row[2] for row in rows.values_list("account_id", "reference", "pk")})
    return found


def list_agreements(company_id: int, *, today: date) -> QuerySet[SalesAgreement]:
    """Return agreements with their standing, the number of items, and the next day that a call-off is planned."""
    end = Case(When(ended_from__isnull=False, then=F("ended_from")), default=F("valid_to"))
    rows = SalesAgreement.objects.filter(company_id=company_id).annotate(last_to=end)
    standing = Case(
        When(state="draft", then=Value("draft")),
        When(last_to__lte=today, then=Value("over")),
        When(valid_from__gt=today, then=Value("later")),
        default=Value("running"),
    )
    ahead = known.list_known_call_offs(today).filter(
        line__agreement=OuterRef("pk"), planned_on__gte=today, planned_on__lt=OuterRef("last_to")
    )
    # not Count("lines"): what the list adds would have to stand in its GROUP BY
    lines = AgreementLine.objects.filter(agreement=OuterRef("pk")).order_by().values("agreement").annotate(
        count=Count("pk")
    )  # fmt: skip
    return rows.annotate(
        standing=standing,
        items=Coalesce(Subquery(lines.values("count")), 0),
        next_on=Subquery(ahead.order_by("planned_on").values("planned_on")[:1]),
        is_renewed=Exists(SalesAgreement.objects.filter(renews=OuterRef("pk"))),
    )


def list_running(company_id: int, *, today: date) -> QuerySet[SalesAgreement]:
    """Return signed agreements that cover today."""
    return list_agreements(company_id, today=today).filter(Q(standing="running"))


def list_of_account(account_id: int, company_id: int, *, today: date) -> QuerySet[SalesAgreement]:
    """Return a customer's agreements that are not over, those that end first before others."""
    rows = list_agreements(company_id, today=today).filter(account_id=account_id)
    return rows.exclude(Q(standing="over")).order_by(F("last_to"), "pk")


def measure_standing(held: Sequence[SalesAgreement], *, today: date) -> dict[int, list[LineStanding]]:
    """Return agreement → its lines with their rows against the customers' orders; five queries for up to 500 customers.

    What came is what the customer ordered of the item to be delivered in the agreement's time, from our books and
    from imported history; the earliest planned rows are served first.
    """
    if not held:
        return {}
    by_id = {row.pk: row for row in held}
    lines = list(AgreementLine.objects.filter(agreement__in=by_id).select_related("item__base_unit").order_by("number"))
    slots: dict[int, list[CallOffRevision]] = {}
    rows = known.list_known_call_offs(today).filter(line__agreement__in=by_id)
    for row in rows.order_by("planned_on", "slot"):
        slots.setdefault(row.line_id, []).append(row)
    orders = _read_orders(
        {row.account.party_id: row.account_id for row in held}, {line.item_id for line in lines},
        since=min(row.valid_from for row in held),
    )  # fmt: skip
    found: dict[int, list[LineStanding]] = {pk: [] for pk in by_id}
    for line in lines:
        agreement = by_id[line.agreement_id]
        ordered = orders.get((agreement.account_id, line.item_id), ())
        found[agreement.pk].append(_match_line(agreement, line, slots.get(line.pk, ()), ordered, today=today))
    return found


def list_behind(company_id: int, *, today: date) -> list[int]:
    """Return the running agreements of which a planned call-off did not come in time, summed and not row by row."""
    due = known.list_known_call_offs(today).filter(
        line__agreement__in=list_running(company_id, today=today).values("pk"), planned_on__lt=today
    )
    # tuples, not models: thousands of agreements are read for the few that are behind
    lines = list(due.order_by().values_list(*_DUE).annotate(Sum("units")))
    if not lines:
        return []
    account_by_party = {row.party: row.account for row in (_Due(*line) for line in lines)}
    orders = _read_orders(account_by_party, {line[3] for line in lines}, since=min(line[4] for line in lines))
    behind = set()
    for row in (_Due(*line) for line in lines):
        came = _sum_between(row.first, row.ended or row.last, orders.get((row.account, row.item), ()))
        if row.units > came:
            behind.add(row.agreement)
    return sorted(behind)


_DUE = (
    "line__agreement_id", "line__agreement__account_id", "line__agreement__account__party_id", "line__item_id",
    "line__agreement__valid_from", "line__agreement__valid_to", "line__agreement__ended_from",
)  # fmt: skip


class _Due(NamedTuple):
    """An item of a running agreement and what of it should have been called off by now."""

    agreement: int
    account: int
    party: int
    item: int
    first: date
    last: date
    ended: date | None
    units: int


def list_history(agreement_id: int) -> QuerySet[CallOffRevision]:
    """Return what rows of a schedule said before and say now, newest knowledge first, without those first planned."""
    first = (
        CallOffRevision.objects.filter(line__agreement_id=agreement_id).values("line", "slot").annotate(first=Min("pk"))
    )
    rows = CallOffRevision.objects.filter(line__agreement_id=agreement_id).exclude(pk__in=first.values("first"))
    return rows.select_related("line__item__base_unit").order_by("-pk")


def _match_line(
    agreement: SalesAgreement, line: AgreementLine, slots: Iterable[CallOffRevision],
    ordered: Iterable[tuple[date, int]], *, today: date,
) -> LineStanding:  # fmt: skip
    last = agreement.ended_from or agreement.valid_to
    planned = [(row.slot, row.planned_on, row.units) for row in slots if row.planned_on < last]
    if agreement.state == "draft":  # nobody is late with what is not signed
        return LineStanding(line=line, rows=match_call_offs(planned, came=0, today=agreement.valid_from), came=0)
    came = _sum_ordered(agreement, ordered)
    return LineStanding(line=line, rows=match_call_offs(planned, came=came, today=today), came=came)


def _sum_ordered(agreement: SalesAgreement, ordered: Iterable[tuple[date, int]]) -> int:
    """Return the base units of orders wanted in an agreement's time."""
    return _sum_between(agreement.valid_from, agreement.ended_from or agreement.valid_to, ordered)


def _sum_between(first: date, last: date, ordered: Iterable[tuple[date, int]]) -> int:
    return sum(units for day, units in ordered if first <= day < last)


def _read_orders(
    account_by_party: Mapping[int, int], items: Collection[int], *, since: date
) -> dict[tuple[int, int], list[tuple[date, int]]]:
    """Return (account, item) → (day wanted, base units) of what the customers ordered since a day."""
    names = {party: party for party in account_by_party} | {
        alias: party for alias, party in insight.read_aliases().items() if party in account_by_party
    }
    found: dict[tuple[int, int], list[tuple[date, int]]] = {}
    for party, item, day, units in _list_bought(sorted(names), sorted(items), since):
        found.setdefault((account_by_party[names[party]], item), []).append((day, units))
    return found


def _list_bought(parties: Sequence[int], items: Sequence[int], since: date) -> Iterator[tuple[int, int, date, int]]:
    for start in range(0, len(parties), _CHUNK):
        chunk = parties[start : start + _CHUNK]
        own = ScheduleLine.objects.filter(
            Q(order__state__in=["confirmed", "closed"], units__gt=F("cancelled")), order__party_id__in=chunk,
            line__item_id__in=items, requested_on__gte=since,
        )  # fmt: skip
        yield from own.values_list("order__party_id", "line__item_id", "requested_on", F("units") - F("cancelled"))
        imported = past.list_past_lines().filter(
            party_id__in=chunk, item_id__in=items, is_return=False,
            ordered_at__gte=datetime.combine(since, time(), UTC),
        )  # fmt: skip
        for party, item, at, units in imported.values_list("party_id", "item_id", "ordered_at", "units"):
            yield party, item, at.date(), units
