"""What of operations waits for a person: proposals, promises in danger, work of plants and warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count, Min, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models import Demand
from rantai.iscm.demand.queries import deviations
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.models import TransferOrder
from rantai.iscm.inventory import queries as stock
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.queries import lists, shortages
from rantai.iscm.supply.models import PlanOutcome
from rantai.iscm.supply.queries import bundles, plans
from rantai.kernel import clock, needs
from rantai.kernel.money import Money
from rantai.kernel.needs import Act, Need, NoSuchNeed, Sheet
from rantai.kernel.refs import DocRef
from rantai.ui import formats

SHORT = "unpromised"
_HOUSE = "operations"
# kind: whether it hurts a customer
_EXCEPTIONS = {
    "expedite": True, "overdue": True, "defer": False, "cancel": False, "no_source": False, "circle": False,
}  # fmt: skip


def list_needs(as_of: datetime) -> tuple[Need, ...]:
    """Return the decisions of planners and the work of the warehouse and the plants."""
    company = parties.find_company()
    if company is None:
        return ()
    today = clock.business_date(as_of, company.zone)
    return (
        *bundles.list_needs(company, today),
        *_late_promises(company, today),
        *_undated(company),
        *_exceptions(company),
        *deviations.list_needs(company, today),
        *_shipments(today),
        *_planned_work(today),
        *_held(),
    )


def describe_need(key: str, *, as_of: datetime, page: int = 1) -> Sheet:
    """Return all there is to know of a need; raises NoSuchNeed where nobody waits for it any more."""
    company = parties.get_company()
    today = clock.business_date(as_of, company.zone)
    kind, rest = needs.split_key(key)
    if kind == bundles.ONE:
        return bundles.describe_one(needs.read_id(rest, key), company, today)
    if kind == bundles.MANY:
        return bundles.describe_bundle(key, company, today, page=page)
    if kind == deviations.KIND:
        ids = [needs.read_id(rest, key)] if rest else []
        return deviations.describe_need(key, ids, company, today, page=page)
    if kind == SHORT:
        return _describe_short(key, rest, company, today, page=page)
    found = next((need for need in list_needs(as_of) if need.key == key), None)
    if found is None:
        raise NoSuchNeed(key)
    return Sheet(need=found)


def _late_promises(company: Company, today: date) -> Iterator[Need]:
    overdue = lists.list_overdue(today)
    count = overdue.count()
    if count:
        yield Need(
            key="overdue_promise",
            kind="overdue_promise",
            house=_HOUSE,
            title=ngettext("%(n)s line is past its promised day", "%(n)s lines are past their promised day", count)
            % {"n": formats.number(count)},
            why=_("The customers were told a day that has gone by."),
            permission="demand.view",
            url=reverse("iscm_promising:promises") + "?overdue=1",
            stake=Money(lists.sum_stake(overdue), company.currency),
            stake_note=_("margin"),
            due_on=today,
            is_hurt=True,
            duty="planner",
        )


def _undated(company: Company) -> Iterator[Need]:
    bare = lists.list_unpromised()
    count = bare.count()
    if count:
        yield Need(
            key=SHORT,
            kind=SHORT,
            house=_HOUSE,
            title=ngettext("%(n)s line has no date", "%(n)s lines have no date", count) % {"n": formats.number(count)},
            why=_("No stock, no order on its way and no source stands behind them."),
            permission="demand.view",
            url=reverse("iscm_promising:promises") + "?undated=1",
            stake=Money(lists.sum_stake(bare), company.currency),
            stake_note=_("margin"),
            is_hurt=True,
            count=count,
            duty="planner",
        )


def _describe_short(key: str, rest: list[str], company: Company, today: date, *, page: int) -> Sheet:
    """Return the lines without a date, each with its units, since when they are wanted, and the leaf cause."""
    rows = shortages.list_short()
    bundle = next(_undated(company), None)
    if rest:
        rows = rows.filter(pk=needs.read_id(rest, key))
    start = 0 if rest else (page - 1) * needs.PAGE
    shown = list(rows[start : start + needs.PAGE])
    if bundle is None or not shown:
        raise NoSuchNeed(key)
    outcomes = shortages.find_outcomes([demand.pk for demand in shown])
    found = tuple(_show_short(demand, outcomes.get(demand.pk), company, today) for demand in shown)
    return Sheet(need=found[0]) if rest else Sheet(need=bundle, rows=found, total=rows.count())


def _show_short(demand: Demand, outcome: PlanOutcome | None, company: Company, today: date) -> Need:
    cause = outcome.cause if outcome else demand.promise.reason
    units = demand.promise.unpromised
    return Need(
        key=f"{SHORT}:{demand.pk}",
        kind=SHORT,
        house=_HOUSE,
        title=_("%(order)s of %(customer)s has no date") % {"order": demand.number, "customer": demand.party.name},
        why=shortages.say_shortage(demand, units=units, cause=cause, outcome=outcome, today=today),
        permission="demand.view",
        url=reverse("iscm_promising:demand", args=[demand.pk]),
        ref=DocRef(demand.kind, demand.order_id),
        stake=Money(units * demand.margin_per_unit // 10_000, company.currency),
        stake_note=_("margin"),
        due_on=demand.requested_on,
        is_hurt=True,
        duty="planner",
    )


def _exceptions(company: Company) -> Iterator[Need]:
    rows = plans.list_exceptions().filter(kind__in=list(_EXCEPTIONS)).order_by().values("kind")
    for row in rows.annotate(n=Count("pk"), worth=Sum("stake")):
        yield Need(
            key=f"exception:{row['kind']}",
            kind="exception",
            house=_HOUSE,
            title=_title_exception(row["kind"], row["n"]),
            why=_("So says the plan of what is under way."),
            permission="plan.decide",
            url=reverse("iscm_supply:exceptions") + f"?kind={row['kind']}",
            stake=Money(row["worth"], company.currency) if row["worth"] else None,
            stake_note=_("at stake"),
            is_hurt=_EXCEPTIONS[row["kind"]] and bool(row["worth"]),
            duty="planner",
        )


def _title_exception(kind: str, n: int) -> str:
    titles = {
        "expedite": ngettext("%(n)s order to get sooner", "%(n)s orders to get sooner", n),
        "overdue": ngettext("%(n)s order should have come", "%(n)s orders should have come", n),
        "defer": ngettext("%(n)s order comes before it is needed", "%(n)s orders come before they are needed", n),
        "cancel": ngettext("%(n)s order that nobody needs", "%(n)s orders that nobody needs", n),
        "no_source": ngettext("%(n)s item has no source", "%(n)s items have no source", n),
        "circle": ngettext("%(n)s item needs itself", "%(n)s items need themselves", n),
    }
    return titles[kind] % {"n": formats.number(n)}


def _shipments(today: date) -> Iterator[Need]:
    count, late = fulfilment.count_to_pick(today), fulfilment.count_late(today)
    if count or late:
        late_text = ngettext(
            "%(n)s shipment should have left before today.", "%(n)s shipments should have left before today.", late
        )
        yield Need(
            key="shipments",
            kind="shipments",
            house=_HOUSE,
            title=ngettext("%(n)s shipment to pick today", "%(n)s shipments to pick today", count)
            % {"n": formats.number(count)},
            why=late_text % {"n": formats.number(late)}
            if late
            else _("They reach their customers in time if they leave today."),
            permission="shipments.work",
            url=reverse("iscm_fulfilment:shipments"),
            due_on=today,
            is_hurt=bool(late),
            duty="warehouse",
        )


def _planned_work(today: date) -> Iterator[Need]:
    """Yield production orders and transfers that were planned and that nobody has released."""
    makes = ProductionOrder.objects.filter(state="planned", supplies=None).aggregate(
        n=Count("pk"), first=Min("start_on")
    )
    if makes["n"]:
        yield _to_release(
            "release_production",
            makes,
            ngettext("%(n)s production order to release", "%(n)s production orders to release", makes["n"]),
            today,
            permission="production.work",
            url=reverse("iscm_production:orders") + "?state=planned",
            duty="production",
        )
    moves = TransferOrder.objects.filter(state="planned").aggregate(n=Count("pk"), first=Min("ship_on"))
    if moves["n"]:
        yield _to_release(
            "release_transfers",
            moves,
            ngettext("%(n)s transfer to release", "%(n)s transfers to release", moves["n"]),
            today,
            permission="transfers.work",
            url=reverse("iscm_fulfilment:transfers") + "?state=planned",
            duty="warehouse",
        )


def _to_release(
    kind: str, found: dict[str, object], title: str, today: date, *, permission: str, url: str, duty: str
) -> Need:
    count, first = int(found["n"]), found["first"]  # type: ignore[call-overload]
    label = _("Release") if count == 1 else _("Release all %(n)s") % {"n": formats.number(count)}
    return Need(
        key=kind,
        kind=kind,
        house=_HOUSE,
        title=title % {"n": formats.number(count)},
        why=_("The first by %(day)s.") % {"day": formats.day(first, today=today)},  # type: ignore[arg-type]
        permission=permission,
        url=url,
        due_on=first,  # type: ignore[arg-type]
        count=count,
        duty=duty,
        acts=(Act(code="release", label=label, permission=permission, key="a", done=_("Released")),),
    )


def _held() -> Iterator[Need]:
    count = stock.count_held()
    if count:
        yield Need(
            key="quarantine",
            kind="quarantine",
            house=_HOUSE,
            title=ngettext("%(n)s place in quarantine", "%(n)s places in quarantine", count)
            % {"n": formats.number(count)},
            why=_("Nobody may promise this stock until somebody has looked at it."),
            permission="stock.adjust",
            url=reverse("iscm_inventory:stock") + "?status=quarantine",
            duty="warehouse",
        )
