"""Find other ways to serve lines that cannot keep their day: split, later, elsewhere, another item, partner, faster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from rantai.foundation.items import queries as items
from rantai.iscm import messages, reports
from rantai.iscm.promising.queries import bringing, offers, sheets
from rantai.iscm.promising.queries.costs import Costs
from rantai.iscm.promising.queries.sheets import Sheet
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity

MOST_LINES = 20
"""Of one ask for which ways are looked for: what a person can look through."""
MOST_SUBSTITUTES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """A line that is late, and what the others of its ask left."""

    ask: messages.Ask
    line: messages.AskLine
    offered: messages.OfferLine
    costs: Costs

    def open_sheet(self, line: messages.AskLine) -> Sheet:
        """Return what there is for a line in place of this one once all other lines are served."""
        lines = tuple(line if row is self.line else row for row in self.ask.lines)
        sheet = sheets.read_sheet(replace(self.ask, lines=lines))
        for row in self.ask.lines:
            if row is not self.line:
                offers.make_offer_line(row, sheet)
        return sheet


def list_alternatives(ask: messages.Ask, offer: messages.Offer) -> tuple[reports.LineAlternatives, ...]:
    """Return what else could be done for the lines of an offer that are late or have units without a day.

    Those that keep the wanted day stand first, the cheapest of them at the top; what costs nobody knows stands behind
    what is known. Reads only, outside any transaction.
    """
    costs = Costs(ask.company_id, on=clock.business_date(ask.as_of, "UTC"))
    found: list[reports.LineAlternatives] = []
    for line, offered in zip(ask.lines, offer.lines, strict=True):
        if len(found) < MOST_LINES and is_late(line, offered) and offered.reason in ("", "no_source"):
            case = _Case(ask=ask, line=line, offered=offered, costs=costs)
            ways = tuple(sorted(_unique(_list_ways(case)), key=_rank))
            if ways:
                found.append(reports.LineAlternatives(line=line.line, schedule=line.schedule, alternatives=ways))
    return tuple(found)


def is_late(line: messages.AskLine, offered: messages.OfferLine) -> bool:
    """Tell whether an offer keeps the wanted day for fewer units than were asked."""
    return bool(offered.unpromised) or any(part.promised_on > line.requested_on for part in offered.slices)


def _list_ways(case: _Case) -> Iterator[reports.Alternative]:
    yield from _split(case)
    yield from _later(case)
    yield from _elsewhere(case)
    yield from _substitutes(case)
    yield from _from_partner(case)
    yield from _faster(case)


def _split(case: _Case) -> Iterator[reports.Alternative]:
    """Part on its day or as soon as can be, the rest then."""
    line = replace(case.line, allow_partial=True)
    offered = offers.make_offer_line(line, case.open_sheet(line))
    if len({part.promised_on for part in offered.slices}) > 1:
        yield from _to_way("split", line, offered, case)


def _later(case: _Case) -> Iterator[reports.Alternative]:
    """All of it, on the day on which the last of it can be there."""
    line = replace(case.line, allow_partial=False)
    yield from _to_way("later", line, offers.make_offer_line(line, case.open_sheet(line)), case)


def _elsewhere(case: _Case) -> Iterator[reports.Alternative]:
    """All of it from another of the sites that serve the customer; where no lane is known, that is every site."""
    first = next((part.location_id for part in case.offered.slices), None)
    anywhere = replace(case.line, location_id=None)
    routes = case.open_sheet(anywhere).routes[case.line.address_id, None]
    for site_id in (route.location_id for route in routes):
        if site_id in (first, case.line.location_id):
            continue
        line = replace(case.line, location_id=site_id, allow_partial=False)
        offered = offers.make_offer_line(line, case.open_sheet(line))
        if any(part.slots for part in offered.slices):
            yield from _to_way("site", line, offered, case)


def _substitutes(case: _Case) -> Iterator[reports.Alternative]:
    """What may stand in for the item, in the quantity that stands in for it."""
    on = clock.business_date(case.ask.as_of, "UTC")
    for rule in items.list_substitutes(case.line.item_id, on)[:MOST_SUBSTITUTES]:
        units = Fraction(case.line.units.amount * rule.numerator, rule.denominator)
        whole = -(-units.numerator // units.denominator)
        line = replace(case.line, item_id=rule.substitute_id, units=Quantity(whole), allow_partial=False)
        yield from _to_way("substitute", line, offers.make_offer_line(line, case.open_sheet(line)), case)


def _from_partner(case: _Case) -> Iterator[reports.Alternative]:
    """All of it from a partner, straight to the customer."""
    parts = bringing.drop_ship(case.line, case.line.units.amount, case.open_sheet(case.line))
    yield from _to_way("dropship", case.line, offers.to_line(case.line, parts, reason="no_source"), case)


def _faster(case: _Case) -> Iterator[reports.Alternative]:
    """What is here, and the rest from a faster source than the usual one."""
    sheet = case.open_sheet(case.line)
    free = dict(sheet.free)
    for route in sheet.routes[case.line.address_id, case.line.location_id]:
        usual = sheet.replenishment.find_source(case.line.item_id, route.location_id)
        for source in sheet.replenishment.list_sources(case.line.item_id, route.location_id):
            if usual is None or source.pk == usual.pk or source.lead_time_days >= usual.lead_time_days:
                continue
            sheet.free = dict(free)
            here = offers.list_in_time(case.line, sheet, [route])
            rest = case.line.units.amount - sum(part.units for part in here)
            brought = bringing.bring(case.line, rest, sheet, route, source, taken=here) if rest > 0 else []
            if brought:
                parts = [*here, *brought]
                offered = offers.to_line(case.line, parts, reason="no_source")
                for way in _to_way("expedite", case.line, offered, case, usual_id=usual.pk):
                    yield replace(way, supplier_id=source.supplier_id if source.kind == "buy" else None)


def _to_way(
    kind: str, line: messages.AskLine, offered: messages.OfferLine, case: _Case, *, usual_id: int | None = None
) -> Iterator[reports.Alternative]:
    """Yield a way that brings every unit."""
    if offered.unpromised or not offered.slices:
        return
    yield reports.Alternative(
        kind=kind,
        item_id=line.item_id,
        units=line.units,
        location_id=line.location_id if kind == "site" else offered.slices[0].location_id,
        slices=offered.slices,
        keeps_date=all(part.promised_on <= line.requested_on for part in offered.slices),
        cost=case.costs.complete(line, offered, usual_id=usual_id),
    )


def _unique(ways: Iterator[reports.Alternative]) -> list[reports.Alternative]:
    """Leave out ways that come to the same as one before them."""
    seen: dict[tuple[object, ...], reports.Alternative] = {}
    for way in ways:
        what = tuple((part.promised_on, part.units.amount, part.source_id, part.location_id) for part in way.slices)
        seen.setdefault((way.item_id, what), way)
    return list(seen.values())


def _rank(way: reports.Alternative) -> tuple[object, ...]:
    if way.keeps_date:
        return (0, len(way.cost.unknown), way.cost.total, way.promised_on)
    return (1, way.promised_on, len(way.cost.unknown), way.cost.total)
