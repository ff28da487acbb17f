"""Open proposals as things to decide: those alike (same way, same partner) under one key, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Sum, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.items.models import Source
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Company, Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import answers, plans, words
from rantai.kernel import decisions, needs
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.money import Money
from rantai.kernel.needs import Act, Need, NoSuchNeed, Part, Sheet, Touched
from rantai.kernel.refs import PAGES, DocRef
from rantai.ui import formats

ONE, MANY = "proposal", "proposals"
TOUCHED = 12
_WAY = ("kind", "supplier_id", "origin_id", "location_id", "hurts")


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of the parties and places of bundles, read once."""

    parties: dict[int, str]
    places: dict[int, str]

    @classmethod
    def of(cls, rows: list[dict[str, Any]]) -> _Names:
        suppliers = {row["supplier_id"] for row in rows if row["supplier_id"]}
        places = {row[name] for row in rows for name in ("origin_id", "location_id") if row[name]}
        return cls(
            dict(Party.objects.filter(pk__in=suppliers).values_list("pk", "name")),
            dict(Location.objects.filter(pk__in=places).values_list("pk", "name")),
        )


def list_needs(company: Company, today: date) -> Iterator[Need]:
    """Yield open proposals, those alike as one; a lonely one as itself."""
    rows = list(
        _list_open(today)
        .order_by()
        .values(*_WAY)
        .annotate(n=Count("pk"), at_stake=Sum("stake"), cost=Sum("amount"), first=Min("start_on"), least=Min("id"))
    )
    names = _Names.of(rows)
    singles = _read([row["least"] for row in rows if row["n"] == 1])
    for row in rows:
        if row["n"] == 1:
            yield show_one(singles[row["least"]], today)
        else:
            yield _show_bundle(row, names, company, today)


def describe_one(order_id: int, company: Company, today: date) -> Sheet:
    """Return all there is to know of a proposal; raises NoSuchNeed where it is no longer open."""
    row = _read([order_id]).get(order_id)
    if row is None or row.state != "proposed" or row.run.state != "current":
        raise NoSuchNeed(f"{ONE}:{order_id}")
    reasons = plans.list_reasons([row.decision_id] if row.decision_id else []).get(row.decision_id or 0, ())
    touched, others = _list_touched(reasons)
    return Sheet(
        need=show_one(row, today),
        facts=tuple(_list_facts(row, today)),
        costs=tuple(_list_costs(row, company)),
        parts=tuple(_list_parts(row, reasons)),
        parts_title=_("Where the quantity comes from"),
        touched=touched,
        others=others,
        policy=_say_policy(row, company, today),
        figures=_list_figures(row, today),
    )


def describe_bundle(key: str, company: Company, today: date, *, page: int) -> Sheet:
    """Return one page of a bundle, the costliest to miss first; raises NoSuchNeed where nothing of it is open."""
    found = filter_bundle(key, today)
    total = found.count()
    start = (page - 1) * needs.PAGE
    ids = list(found.order_by("-stake", "start_on", "id").values_list("pk", flat=True)[start : start + needs.PAGE])
    if not total:
        raise NoSuchNeed(key)
    rows = _read(ids)
    summed = list(found.order_by().values(*_WAY).annotate(
        n=Count("pk"), at_stake=Sum("stake"), cost=Sum("amount"), first=Min("start_on"), least=Min("id")
    ))  # fmt: skip
    need = _show_bundle(summed[0], _Names.of(summed), company, today)
    return Sheet(need=need, rows=tuple(show_one(rows[pk], today) for pk in ids), total=total)


def filter_bundle(key: str, today: date) -> QuerySet[PlannedOrder]:
    """Return the open proposals of a bundle's key; raises NoSuchNeed where it is none."""
    kind, rest = needs.split_key(key)
    if kind != MANY or len(rest) != len(_WAY) or not all(part.isascii() and part.isdigit() for part in rest[1:]):
        raise NoSuchNeed(key)
    way, supplier, origin, place, hurts = rest[0], *(int(part) or None for part in rest[1:])
    found = _list_open(today).filter(Q(kind=way) & Q(hurts=hurts or 0))
    return found.filter(Q(supplier_id=supplier) & Q(origin_id=origin) & Q(location_id=place))


def show_one(row: PlannedOrder, today: date) -> Need:
    """Return a proposal as something to decide."""
    worth = Money(row.stake or row.amount, row.company.currency)
    days = {"start": formats.day(row.start_on, today=today), "due": formats.day(row.due_on, today=today)}
    return Need(
        key=f"{ONE}:{row.pk}",
        kind=ONE,
        house="operations",
        title=words.title_of(row),
        why=_("Order by %(start)s, there on %(due)s.") % days,
        permission="plan.decide",
        url=reverse("iscm_supply:order", args=[row.pk]),
        ref=DocRef("planned_order", row.pk),
        stake=worth if worth.amount else None,
        stake_note=_("at stake") if row.stake else _("to spend"),
        due_on=row.start_on,
        is_hurt=_hurts(row, today),
        duty="planner",
        acts=list_acts(1),
        revision=row.revision,
    )


def list_acts(count: int) -> tuple[Act, ...]:
    """Return what may be done about so many proposals."""
    facts = {"n": formats.number(count)}
    accept = _("Accept") if count == 1 else _("Accept all %(n)s") % facts
    dismiss = _("Dismiss") if count == 1 else _("Dismiss all %(n)s") % facts
    change = Act(code="change", label=_("Change"), permission="plan.decide", key="c", asks="figures")
    return (
        Act(code="accept", label=accept, permission="plan.decide", key="a", done=_("Accepted")),
        *((change,) if count == 1 else ()),
        Act(code="dismiss", label=dismiss, permission="plan.decide", key="d", asks="reason", undo="reopen",
            done=_("Dismissed")),
    )  # fmt: skip


def _list_open(today: date) -> QuerySet[PlannedOrder]:
    """Return open proposals; one hurts where an order of a customer waits for it and its last day has come."""
    hurts = Q(stake__gt=0, for_orders__gt=0, start_on__lte=today)
    return plans.list_open().annotate(hurts=Case(When(hurts, then=1), default=0, output_field=IntegerField()))


def _hurts(row: PlannedOrder, today: date) -> bool:
    return bool(row.stake > 0 and row.for_orders > 0 and row.start_on <= today)


def _read(ids: list[int]) -> dict[int, PlannedOrder]:
    rows = PlannedOrder.objects.select_related("item__base_unit", "location", "supplier", "source", "company", "run")
    return {row.pk: row for row in rows.filter(pk__in=ids)}


def _show_bundle(row: dict[str, Any], names: _Names, company: Company, today: date) -> Need:
    key = ":".join([MANY, row["kind"], *(str(row[name] or 0) for name in _WAY[1:])])
    worth = Money(row["at_stake"] or row["cost"] or 0, company.currency)
    is_hurt = bool(row["hurts"])
    return Need(
        key=key,
        kind=MANY,
        house="operations",
        title=_name_bundle(row, names),
        why=_("The first by %(day)s; customers' orders wait for them.")
        % {"day": formats.day(row["first"], today=today)}
        if is_hurt
        else _("The first by %(day)s.") % {"day": formats.day(row["first"], today=today)},
        permission="plan.decide",
        url=reverse("iscm_supply:plan") + f"?state=proposed&kind={row['kind']}",
        stake=worth if worth.amount else None,
        stake_note=_("at stake") if row["at_stake"] else _("to spend"),
        due_on=row["first"],
        is_hurt=is_hurt,
        count=row["n"],
        duty="planner",
        acts=list_acts(row["n"]),
    )


def _name_bundle(row: dict[str, Any], names: _Names) -> str:
    facts = {
        "n": formats.number(row["n"]),
        "party": names.parties.get(row["supplier_id"]) or _("a supplier to choose"),
        "origin": names.places.get(row["origin_id"], ""),
        "place": names.places.get(row["location_id"], ""),
    }
    count = row["n"]
    said = {
        "purchase": ngettext(
            "%(n)s purchase from %(party)s for %(place)s", "%(n)s purchases from %(party)s for %(place)s", count
        ),
        "production": ngettext("%(n)s production order at %(place)s", "%(n)s production orders at %(place)s", count),
        "transfer": ngettext(
            "%(n)s move from %(origin)s to %(place)s", "%(n)s moves from %(origin)s to %(place)s", count
        ),
        "dropship": ngettext(
            "%(n)s delivery straight from %(party)s", "%(n)s deliveries straight from %(party)s", count
        ),
    }
    return said[row["kind"]] % facts


def _list_facts(row: PlannedOrder, today: date) -> Iterator[tuple[str, str, bool]]:
    unit = str(row.item.base_unit)
    yield _("Order by"), formats.day(row.start_on, today=today), row.start_on < today and row.for_orders > 0
    yield _("There on"), formats.day(row.due_on, today=today), False
    yield _("Lead time, working days"), formats.number(row.source.lead_time_days), False
    if row.source.minimum:
        yield _("Minimum"), formats.quantity(row.source.minimum, unit), False
    if row.source.multiple:
        yield _("In steps of"), formats.quantity(row.source.multiple, unit), False


def _list_costs(row: PlannedOrder, company: Company) -> Iterator[tuple[str, str, bool]]:
    if row.amount:
        yield _("Cost"), formats.money(row.amount, company.currency), False
    if row.stake:
        yield _("At stake"), formats.money(row.stake, company.currency), False


def _list_parts(row: PlannedOrder, reasons: tuple[answers.ProposalReason, ...]) -> Iterator[Part]:
    """Yield the reasons by what they are; the orders of customers stand one by one in their own table."""
    sums: dict[str, list[int]] = {}
    for reason in reasons:
        held = sums.setdefault(reason.code, [0, 0])
        held[0] += reason.units.amount
        held[1] += 1
    for code, (units, count) in sums.items():
        note = ngettext("%(n)s order", "%(n)s orders", count) % {"n": formats.number(count)} if code == "order" else ""
        yield Part(label=str(words.REASONS.get(code, code)), amount=formats.quantity(units), note=note)
    unit = str(row.item.base_unit)
    yield Part(label=_("In all"), amount=formats.quantity(row.proposed_units, unit), is_total=True)


def _list_touched(reasons: tuple[answers.ProposalReason, ...]) -> tuple[tuple[Touched, ...], int]:
    by_demand = {one.ref.id: one.units for one in reasons if one.ref is not None and one.ref.kind == "demand"}
    shown = list(by_demand)[:TOUCHED]
    demands = Demand.objects.filter(pk__in=shown).select_related("party", "promise").order_by("requested_on", "id")
    found = tuple(
        Touched(
            label=demand.number,
            who=demand.party.name,
            url=_find_page(DocRef(demand.kind, demand.order_id)),
            units=formats.quantity(by_demand[demand.pk]),
            asked=demand.requested_on,
            promised=demand.promise.promised_on if hasattr(demand, "promise") else None,
            expected=demand.promise.p80_on if hasattr(demand, "promise") else None,
        )
        for demand in demands
    )
    return found, len(by_demand) - len(shown)


def _find_page(ref: DocRef) -> str:
    page = PAGES.get(ref.kind)
    return reverse(page, args=[ref.id]) if page else ""


def _say_policy(row: PlannedOrder, company: Company, today: date) -> str:
    policy = decisions.find_policy(row.kind, amount=row.amount, starts_on=row.start_on, as_of=today)
    if policy is not None:
        return _("A policy covers it: the next turn accepts it by itself.")
    highest = ApprovalPolicy.objects.filter(kind=row.kind, ended_at=None).order_by("-max_amount").first()
    if highest is None:
        return _("No policy covers it: a person decides.")
    facts = {
        "amount": formats.money(Money(highest.max_amount, company.currency), short=True),
        "days": highest.horizon_days,
    }
    return _("Above %(amount)s, or later than %(days)s days from now, a person decides.") % facts


def _list_figures(row: PlannedOrder, today: date) -> needs.Figures:
    unit = str(row.item.base_unit)
    choices: list[needs.Choice] = []
    if row.kind == "purchase":
        rows = Source.objects.filter(item_id=row.item_id, kind="buy", archived_at=None, supplier__isnull=False)
        rows = rows.filter(Q(location_id=row.location_id) | Q(location=None)).filter(
            Q(valid_from=None) | Q(valid_from__lte=row.start_on), Q(valid_to=None) | Q(valid_to__gt=row.start_on)
        )
        for source in rows.select_related("supplier").order_by("rank", "id"):
            facts = {"supplier": source.supplier.name if source.supplier else "", "days": source.lead_time_days}
            label = _("%(supplier)s, %(days)s working days") % facts
            cost = formats.money(Money(source.cost, source.currency or row.company.currency))
            choices.append(needs.Choice(value=str(source.pk), label=label, cost=cost))
    return needs.Figures(
        units=row.units, due_on=row.due_on, unit=unit, source=str(row.source_id), sources=tuple(choices)
    )
