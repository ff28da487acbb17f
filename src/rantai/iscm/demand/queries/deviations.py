"""What left its band, in words: for its page, and for what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models.sensing import DemandDeviation
from rantai.iscm.demand.queries import sensing
from rantai.kernel.money import Money
from rantai.kernel.needs import PAGE, Act, Need, NoSuchNeed, Part, Sheet
from rantai.kernel.quantities import SCALE
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.ui import formats

KIND = "deviation"
ALONE = 3
"""So many stand alone; more are one thing to look through."""
SHOWN = 12
"""Names listed; the rest are one row, so that the shares still add up."""


def list_needs(company: Company, today: date) -> Iterator[Need]:
    """Yield items that have left their band, those with most at stake first."""
    rows = sensing.list_open()
    count = rows.count()
    if count > ALONE:
        yield _bundle(company, rows[0], count, today)
    else:
        yield from (_to_need(row, company, today) for row in rows)


def describe_need(key: str, rest: list[int], company: Company, today: date, *, page: int) -> Sheet:
    """Return one item with the accounts behind it, or the rows of a bundle; raises NoSuchNeed."""
    rows = sensing.list_open()
    if rest:
        row = rows.filter(pk=rest[0]).first()
        if row is None:
            raise NoSuchNeed(key)
        return _to_sheet(row, company, today)
    count, start = rows.count(), (page - 1) * PAGE
    shown = list(rows[start : start + PAGE])
    if not shown:
        raise NoSuchNeed(key)
    found = tuple(_to_need(row, company, today) for row in shown)
    return Sheet(need=_bundle(company, rows[0], count, today), rows=found, total=count)


def say_deviation(row: DemandDeviation) -> str:
    """Say in one sentence what orders do."""
    figures = {name: say_units(getattr(row, name)) for name in ("expected", "low", "high")}
    figures["ordered"] = say_units(row.ordered, str(row.item.base_unit))
    if row.direction == "above":
        return _("Orders ask for %(ordered)s; %(expected)s were expected, %(high)s at most") % figures
    return _("Orders ask for %(ordered)s; %(expected)s were expected, %(low)s at least") % figures


def say_units(amount: int, unit: str = "") -> str:
    """Return units as far as a forecast can be read: whole ones, tenths where there are few."""
    units = amount / SCALE
    told = formats.number(round(units) if units >= 10 else round(units, 1))
    return f"{told}{formats.SPACE}{unit}" if unit else told


def say_band(row: DemandDeviation) -> str:
    """Return between what eight outcomes in ten lie."""
    return f"{say_units(row.low)} – {say_units(row.high, str(row.item.base_unit))}"


def say_span(row: DemandDeviation, *, today: date) -> str:
    """Say in which days orders were compared."""
    last = row.ends_on - timedelta(days=1)
    days = {"first": formats.day(row.starts_on, today=today), "last": formats.day(last, today=today)}
    if row.is_whole:
        return _("Whole weeks from %(first)s to %(last)s, days to come included.") % days
    return _("From %(first)s to %(last)s; the band is that of the days gone by.") % days


def say_suggestion(row: DemandDeviation, *, today: date) -> str:
    """Say what accepting would change."""
    last, unit = row.suggested_until - timedelta(days=1), str(row.item.base_unit)
    told = {
        "first": formats.day(row.suggested_from, today=today),
        "last": formats.day(last, today=today),
        "units": say_units(abs(row.suggested_units), unit),
    }
    if row.suggested_factor is None:
        told["weekly"] = say_units(row.suggested_quantity or 0, unit)
        return _("Expect %(weekly)s a week from %(first)s to %(last)s.") % told
    told["share"] = formats.percent(row.suggested_factor / 10_000, 0)
    if row.suggested_units >= 0:
        return _("Raise the forecast to %(share)s from %(first)s to %(last)s: %(units)s more.") % told
    return _("Lower the forecast to %(share)s from %(first)s to %(last)s: %(units)s fewer.") % told


def list_shares(row: DemandDeviation) -> tuple[tuple[Part, ...], tuple[Part, ...], tuple[Part, ...]]:
    """Return the orders by customer, by class and by place: each list adds up to what was asked for."""
    names = sensing.name_parties(party for party, _units in row.accounts)
    known = dict(Location.objects.filter(pk__in=[place for place, _units in row.places]).values_list("id", "name"))
    return (
        tuple(_add_up(row, [(names.get(party, "?"), units) for party, units in row.accounts])),
        tuple(_add_up(row, [(name, units) for name, units in row.classes])),
        tuple(_add_up(row, [(known.get(place, _("no place yet")), units) for place, units in row.places])),
    )


def _add_up(row: DemandDeviation, shares: Sequence[tuple[str, int]]) -> Iterator[Part]:
    for name, units in shares[:SHOWN]:
        yield Part(label=name, amount=formats.quantity(units), note=_share(units, row.ordered))
    rest = sum(units for _name, units in shares[SHOWN:])
    if rest:
        others = len(shares) - SHOWN
        label = ngettext("%(n)s other", "%(n)s others", others) % {"n": formats.number(others)}
        yield Part(label=label, amount=formats.quantity(rest), note=_share(rest, row.ordered))
    yield Part(label=_("In all"), amount=formats.quantity(row.ordered, str(row.item.base_unit)), is_total=True)


def _share(units: int, total: int) -> str:
    return formats.percent(units / total, 0) if total else ""


def _to_need(row: DemandDeviation, company: Company, today: date) -> Need:
    title = (
        _("%(item)s sells more than foreseen") if row.direction == "above" else _("%(item)s sells less than foreseen")
    )
    return Need(
        key=f"{KIND}:{row.pk}",
        kind=KIND,
        house="operations",
        title=title % {"item": row.item.code},
        why=f"{say_deviation(row)}. {_say_behind(row)}",
        permission="demand.view",
        url=reverse("iscm_demand:deviation", args=[row.pk]),
        ref=DocRef("item", row.item_id),
        stake=Money(row.stake, company.currency) if row.stake else None,
        stake_note=_("margin of the difference"),
        due_on=today,
        duty="planner",
        acts=_list_acts(),
    )


def _list_acts() -> tuple[Act, ...]:
    return (
        Act(
            code="accept", label=_("Change the forecast"), permission="demand.edit", key="a", undo="reopen",
            done=_("The forecast is changed"),
        ),
        Act(
            code="dismiss", label=_("Leave as it is"), permission="demand.edit", key="d", undo="reopen",
            done=_("Left as it is"),
        ),
    )  # fmt: skip


def _bundle(company: Company, first: DemandDeviation, count: int, today: date) -> Need:
    title = ngettext("%(n)s item has left its band", "%(n)s items have left their band", count)
    return Need(
        key=KIND,
        kind=KIND,
        house="operations",
        title=title % {"n": formats.number(count)},
        why=_("Most at stake: %(item)s. %(what)s.") % {"item": first.item.code, "what": say_deviation(first)},
        permission="demand.view",
        url=reverse("iscm_demand:deviations"),
        stake=Money(sum(sensing.list_open().values_list("stake", flat=True)), company.currency),
        stake_note=_("margin of the differences"),
        due_on=today,
        count=count,
        duty="planner",
    )


def _say_behind(row: DemandDeviation) -> str:
    """Name the three customers who ask for most of it."""
    shown = row.accounts[:3]
    names = sensing.name_parties(party for party, _units in shown)
    told = ", ".join(
        f"{names.get(party, '?')} {formats.percent(units / row.ordered, 0)}" for party, units in shown if row.ordered
    )
    return _("Behind it: %(names)s.") % {"names": told} if told else ""


def _to_sheet(row: DemandDeviation, company: Company, today: date) -> Sheet:
    accounts, _classes, _places = list_shares(row)
    unit = str(row.item.base_unit)
    return Sheet(
        need=_to_need(row, company, today),
        text=f"{pick(row.item.name)}. {say_suggestion(row, today=today)}",
        facts=(
            (_("Asked for by orders"), formats.quantity(row.ordered, unit), True),
            (_("Expected"), say_units(row.expected, unit), False),
            (_("Eight in ten lie between"), say_band(row), False),
        ),
        parts=accounts,
        parts_title=_("Whose orders they are"),
    )
