"""Read what sales people knew of demand ahead at the end of a day: the door for the forecast.

Gross, as forecasts are: orders that came for it since consume it, they do not take it away here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Value, When

from rantai.crm.insight import queries as insight
from rantai.crm.selling import rules
from rantai.crm.selling.models import (
    BudgetMonth,
    CallOffRevision,
    OpportunityLine,
    OpportunityRevision,
    SalesAgreement,
)
from rantai.crm.selling.states import OPEN_STAGES

AGREEMENT, PIPELINE = "agreement", "pipeline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Units that customers are known to mean to buy, a row each: tuples of one length."""

    party_id: tuple[int, ...]
    """Of the canonical customer."""
    item_id: tuple[int, ...]
    day: tuple[int, ...]
    """Ordinal of the day on which they are needed."""
    units: tuple[int, ...]
    """1/10,000 of the item's base unit, before their probability."""
    probability: tuple[float, ...]
    """0 to 1; 1 of what is signed or won."""
    basis: tuple[str, ...]
    """`agreement` or `pipeline`."""
    document_id: tuple[int, ...]
    """The agreement or the opportunity."""

    def __len__(self) -> int:
        return len(self.day)


def read_known(company_id: int, *, as_of: date, until: date, since: date | None = None) -> Known:
    """Return what was known at the end of `as_of` of the days after it up to and with `until`, by basis and key.

    `since` has the days after another one told, too: call-offs gone by, and deals whose day went by unnoticed.
    """
    after = as_of if since is None else since
    aliases = insight.read_aliases()
    rates = read_win_rates(company_id, as_of=as_of)
    rows = [
        (aliases.get(party, party), item, day.toordinal(), units, 1.0, AGREEMENT, document)
        for party, item, day, units, document in _list_call_offs(company_id, as_of=as_of, after=after, until=until)
    ]
    rows += [
        (
            aliases.get(party, party),
            item,
            day.toordinal(),
            units,
            say_probability(rates, stage, said),
            PIPELINE,
            document,
        )
        for party, item, day, units, stage, said, document in _list_deals(
            company_id, as_of=as_of, after=after, until=until
        )
    ]
    columns = tuple(zip(*rows, strict=True)) or ((),) * 7
    return Known(**dict(zip(Known.__slots__, columns, strict=True)))


def read_win_rates(company_id: int, *, as_of: date) -> dict[str, rules.WinRate]:
    """Return each open stage's win rate from the deals that were closed by the end of a day."""
    rank = Case(
        *(When(state=stage, then=Value(place)) for place, stage in enumerate(OPEN_STAGES)), output_field=IntegerField()
    )
    known = OpportunityRevision.objects.filter(opportunity__company_id=company_id, recorded_on__lte=as_of)
    ends = _newest(known, as_of).filter(state__in=["won", "lost"])
    rows = (
        known.filter(opportunity__in=ends.values("opportunity"))
        .values("opportunity")
        .annotate(first=Min(rank), last=Max(rank), won=Max(Case(When(state="won", then=1), default=0)))
        .filter(first__isnull=False)
        .values_list("first", "last", "won")
    )
    return rules.measure_win_rates(
        rules.Passage(first=OPEN_STAGES[first], last=OPEN_STAGES[last], is_won=bool(won), deals=1)
        for first, last, won in rows
    )


def say_probability(rates: dict[str, rules.WinRate], stage: str, said: int | None) -> float:
    """Return how likely a deal becomes an order: what the sales person says, else what its stage's rate says."""
    if stage in ("won", "lost"):
        return 1.0 if stage == "won" else 0.0
    return rates[stage].probability if said is None else said / rules.SHARE


def read_budget_months(company_id: int, *, as_of: date) -> dict[int, tuple[int, ...]]:
    """Return canonical party → the months in which its budget opens, as was known at the end of a day."""
    rows = BudgetMonth.objects.filter(recorded_on__lte=as_of).filter(
        Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=as_of)
    )
    aliases = insight.read_aliases()
    found: dict[int, set[int]] = {}
    for party_id, month in rows.values_list("account__party_id", "month"):
        found.setdefault(aliases.get(party_id, party_id), set()).add(month)
    return {party_id: tuple(sorted(months)) for party_id, months in found.items()}


def list_known_agreements(company_id: int, *, as_of: date) -> QuerySet[SalesAgreement]:
    """Return the agreements that were known to be signed at the end of a day."""
    return SalesAgreement.objects.filter(company_id=company_id, recorded_on__lte=as_of).exclude(state="draft")


def list_known_call_offs(as_of: date) -> QuerySet[CallOffRevision]:
    """Return of every slot the row that held at the end of a day; rows taken out are left out."""
    later = CallOffRevision.objects.filter(
        line=OuterRef("line"), slot=OuterRef("slot"), pk__gt=OuterRef("pk"), recorded_on__lte=as_of
    )
    return CallOffRevision.objects.filter(~Exists(later), recorded_on__lte=as_of, units__gt=0)


def list_slots(agreement_id: int) -> QuerySet[CallOffRevision]:
    """Return what every slot of an agreement says now, those taken out too."""
    later = CallOffRevision.objects.filter(line=OuterRef("line"), slot=OuterRef("slot"), pk__gt=OuterRef("pk"))
    rows = CallOffRevision.objects.filter(~Exists(later), line__agreement_id=agreement_id)
    return rows.order_by("line__number", "planned_on", "slot")


def _list_call_offs(
    company_id: int, *, as_of: date, after: date, until: date
) -> Iterable[tuple[int, int, date, int, int]]:
    ended = Q(line__agreement__end_recorded_on__lte=as_of, planned_on__gte=F("line__agreement__ended_from"))
    rows = list_known_call_offs(as_of).filter(
        planned_on__gt=after, planned_on__lte=until,
        line__agreement__in=list_known_agreements(company_id, as_of=as_of),
    )  # fmt: skip
    return (
        rows.exclude(ended)
        .order_by("line__agreement_id", "line__number", "planned_on", "id")
        .values_list("line__agreement__account__party_id", "line__item_id", "planned_on", "units", "line__agreement_id")
    )  # fmt: skip


def _newest(rows: QuerySet[OpportunityRevision], as_of: date) -> QuerySet[OpportunityRevision]:
    later = OpportunityRevision.objects.filter(
        opportunity=OuterRef("opportunity"), number__gt=OuterRef("number"), recorded_on__lte=as_of
    )
    return rows.filter(~Exists(later))


def _list_deals(
    company_id: int, *, as_of: date, after: date, until: date
) -> Iterable[tuple[int, int, date, int, str, int | None, int]]:
    known = OpportunityRevision.objects.filter(opportunity__company_id=company_id, recorded_on__lte=as_of)
    rows = OpportunityLine.objects.filter(
        revision__in=_newest(known, as_of).exclude(state="lost"), needed_on__gt=after, needed_on__lte=until
    )
    return rows.order_by("revision__opportunity_id", "number").values_list(
        "revision__opportunity__account__party_id", "item_id", "needed_on", "units", "revision__state",
        "revision__probability", "revision__opportunity_id",
    )  # fmt: skip
