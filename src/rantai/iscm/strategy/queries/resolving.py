"""Turn the changes of a scenario into one overlay of the plan's tables; what cannot be laid is named by its change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from django.utils.translation import gettext as _

from rantai.iscm.strategy.queries import scopes, templates
from rantai.iscm.strategy.queries.changes import Change
from rantai.iscm.strategy.queries.overlays import capacities, demands, patches, sites, stocks, supplies
from rantai.iscm.strategy.queries.published import Published
from rantai.iscm.supply.queries.days import NEVER, Ints
from rantai.iscm.supply.queries.needs import rank_of
from rantai.iscm.supply.queries.snapshot import Tables

_SHARE = 10_000
MAKE = 0


class NothingMeant(ValueError):
    """A change that meets nothing in the plan; its text is for the row where it stands."""


class BadChanges(ValueError):
    """Changes that cannot be laid over the plan, each with its reason."""

    def __init__(self, problems: dict[int, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems.values()))


def lay(published: Published, changes: Sequence[Change]) -> Tables:
    """Return the plan's tables with every change laid over them, in their order; raises BadChanges with all of them."""
    tables, problems = published.problem, {}
    for number, change in enumerate(changes):
        try:
            tables = _LAYERS[change.kind](tables, change, published, number)
        except NothingMeant as problem:
            problems[change.id] = str(problem)
    if problems:
        raise BadChanges(problems)
    return tables


def _stop_supplier(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    items = scopes.list_items(item_id=change.item_id, category_id=change.category_id)
    assert change.supplier_id is not None
    since = published.begins(change.starts_on, 0)
    until = published.ends(change.ends_on, NEVER)
    receipts = scopes.list_receipts(change.supplier_id, items)
    mine = tables["sources"]["supplier"] == change.supplier_id
    mine &= patches.in_scope(tables["sources"]["place"], items=items, location=None)
    _require(bool(mine.any()) or bool(len(receipts)), _("The plan has nothing of this supplier."))
    source_keys, units = _sum_planned(published, since, until)
    return supplies.stop_supplier(
        tables, supplier=change.supplier_id, items=items, since=since, until=until, share=change.share or 0,
        receipts=receipts, planned_keys=source_keys, planned_units=units,
    )  # fmt: skip


def _sum_planned(published: Published, since: int, until: int) -> tuple[Ints, Ints]:
    """Return what the plan had come of each source in a time, by its key."""
    orders, sources = published.solution["orders"], published.problem["sources"]
    units = np.zeros(len(sources["key"]), np.int64)
    mine = (orders["end"] >= since) & (orders["end"] < until)
    np.add.at(units, orders["source"][mine], orders["quantity"][mine])
    return sources["key"], units


def _scale_demand(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    return _move_demand(tables, change, published, (change.share or 0) / _SHARE)


def _change_price(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    return _move_demand(tables, change, published, find_price_effect(change))


def find_price_effect(change: Change) -> float:
    """Return by which share demand moves with a price: (1 + change of price) ^ elasticity − 1."""
    price = 1 + (change.share or 0) / _SHARE
    if price <= 0:
        raise NothingMeant(_("A price cannot fall by all of it."))
    return float(price ** ((change.elasticity or 0) / _SHARE)) - 1


def _move_demand(tables: Tables, change: Change, published: Published, share: float) -> Tables:
    items = scopes.list_items(item_id=change.item_id, category_id=change.category_id)
    weights = scopes.weigh_customers(demand_class=change.demand_class, territory_id=change.territory_id)
    places = tables["demands"]["place"]
    by = demands.weigh_items(places, share=share, weights=weights)
    since, until = published.begins(change.starts_on, 0), published.ends(change.ends_on, NEVER)
    due = tables["demands"]["due"]
    mine = patches.in_scope(places, items=items, location=None) & (by != 0) & (due >= since) & (due < until)
    _require(share == 0 or bool(mine.any()), _("The plan expects nothing of that in that time."))
    return demands.scale_demand(tables, items=items, since=since, until=until, by=by)


def _promote(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    items = scopes.list_items(item_id=change.item_id, category_id=change.category_id)
    since, until = published.begins(change.starts_on, 0), published.ends(change.ends_on, NEVER)
    due = tables["demands"]["due"]
    mine = patches.in_scope(tables["demands"]["place"], items=items, location=None) & (due >= since) & (due < until)
    _require(bool(mine.any()), _("The plan expects nothing of that in that time."))
    return demands.promote(
        tables, items=items, since=since, until=until, uplift=(change.share or 0) / _SHARE,
        pulled=(change.pulled or 0) / _SHARE,
    )  # fmt: skip


def _add_site(tables: Tables, change: Change, published: Published, number: int) -> Tables:
    assert change.location_id is not None
    places = tables["item_locations"]["key"]
    items = scopes.list_items(item_id=change.item_id, category_id=change.category_id)
    mine = patches.in_scope(places, items=items, location=change.location_id)
    _require(bool(mine.any()), _("The plan knows nothing at that site to copy."))
    return sites.add_site(
        tables, like=change.location_id, location=sites.new_location(number), items=items, days=change.days or 0,
        extra_cost=(change.amount or 0) / _SHARE, is_first=change.is_first,
    )  # fmt: skip


def _change_lead_time(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    rows = scopes.find_sources(tables, change)
    _require(bool(rows.any()), _("The plan uses no such source."))
    return supplies.change_lead_time(tables, rows=rows, days=change.days or 0)


def _change_lots(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    rows = scopes.find_sources(tables, change)
    _require(bool(rows.any()), _("The plan uses no such source."))
    return supplies.change_lots(
        tables, rows=rows, minimum=change.minimum, multiple=change.multiple, maximum=change.maximum
    )


def _change_capacity(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    assert change.resource_id is not None
    row = capacities.find_resource(tables, change.resource_id)
    if row is None:
        raise NothingMeant(_("This resource does not limit the plan: nothing that is planned runs on it."))
    since = published.begins(change.starts_on, 0) if change.starts_on else None
    until = published.ends(change.ends_on, 0) if change.ends_on else None
    if change.share:
        tables = capacities.scale_capacity(tables, row=row, share=change.share, since=since, until=until)
    if change.hours:
        tables = capacities.add_hours(tables, row=row, hours=change.hours, since=since, until=until)
    return tables


def _change_stock(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    places = scopes.find_places(tables, change)
    _require(bool(places.any()), _("The plan knows nothing of that."))
    safety = tables["item_locations"]["safety_stock"]
    if change.units is not None:
        tables = stocks.set_safety(tables, places=places, safety=np.full(len(safety), change.units, np.int64))
    if change.service_level is not None:
        levels, spreads, _stretch = scopes.read_spreads(tables)
        tables = stocks.set_service_level(
            tables, places=places, level=change.service_level / _SHARE, levels=levels, spreads=spreads
        )
    if change.share is not None:
        tables = stocks.scale_safety(tables, places=places, factor=max(0.0, 1 + change.share / _SHARE))
    return tables


def _order_classes(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    if change.classes == ["stake"]:
        return demands.order_by_stake(tables)
    old = rank_of(published.company.settings)
    wanted = {name: rank for rank, name in enumerate(change.classes)}
    ranks = [wanted.get(name, len(wanted)) for name in old]
    if not old:
        raise NothingMeant(_("The company has no order of classes. Set one first, or serve by what is at stake."))
    return demands.order_classes(tables, ranks=np.array([*ranks, len(wanted)], np.int64))


def _change_rank(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    rows = scopes.find_sources(tables, change)
    _require(bool(rows.any()), _("The plan uses no such source."))
    return supplies.change_rank(tables, source_id=change.source_id or 0, rank=change.rank or 1)


def _change_share(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    rows = scopes.find_sources(tables, change)
    _require(bool(rows.any()), _("The plan uses no such source."))
    return supplies.change_share(tables, source_id=change.source_id or 0, share=change.share or 0)


def _apply_template(tables: Tables, change: Change, published: Published, _number: int) -> Tables:
    template = templates.find_template(change.template)
    if template is None:
        raise NothingMeant(_("There is no such template."))
    places = scopes.find_places(tables, change)
    _require(bool(places.any()), _("The plan knows nothing of that."))
    return apply_params(tables, template.params, places)


def apply_params(tables: Tables, params: templates.Params, places: patches.Bools) -> Tables:
    """Lay a template's policy over the item-locations (rows) that are meant.

    Demand stays what it is, so that plans can be compared; the horizon is policy for real plans only.
    """
    levels, spreads, stretch = scopes.read_spreads(tables, review_weeks=params.review_days / 7)
    tables = stocks.set_service_level(
        tables, places=places, level=params.service_level / _SHARE, levels=levels, spreads=spreads
    )
    tables = stocks.scale_safety(tables, places=places, factor=np.where(places, stretch, 1.0))
    tables = _decouple(tables, params, places)
    tables = _set_lots(tables, params, places)
    if params.sources == "cost":
        tables = supplies.prefer_cheapest(tables, places=places)
    if params.order == "stake":
        tables = demands.order_by_stake(tables)
    return tables


def _decouple(tables: Tables, params: templates.Params, places: patches.Bools) -> Tables:
    """Keep no stock of what is finished or bought to order; who expects it waits until it is made or bought."""
    sources = tables["sources"]
    made = np.isin(tables["item_locations"]["key"], sources["place"][sources["kind"] == MAKE]) & places
    to_order = [(made, params.made), (places & ~made, params.bought)]
    for mask, policy in to_order:
        if policy != "stock":
            waits = stocks.find_waits(tables, whole=policy == "order")
            tables = stocks.keep_none(tables, places=mask)
            tables = demands.delay_expected(tables, places=mask, waits=waits)
    return tables


def _set_lots(tables: Tables, params: templates.Params, places: patches.Bools) -> Tables:
    if params.replenish == "just_in_time":
        return stocks.keep_none(tables, places=places)
    if params.replenish == "order_up_to":
        return stocks.set_lot_weeks(tables, places=places & _keeps(tables), weeks=params.review_days / 7)
    if params.lots == "source":
        return stocks.set_lot_weeks(tables, places=places, weeks=0)
    return tables


def _keeps(tables: Tables) -> patches.Bools:
    table = tables["item_locations"]
    found: patches.Bools = np.maximum(table["safety_stock"], table["reorder_level"]) > 0
    return found


def _require(is_met: bool, text: str) -> None:
    if not is_met:
        raise NothingMeant(text)


_LAYERS: dict[str, Callable[[Tables, Change, Published, int], Tables]] = {
    "supplier_down": _stop_supplier,
    "demand": _scale_demand,
    "promotion": _promote,
    "price": _change_price,
    "new_site": _add_site,
    "lead_time": _change_lead_time,
    "lot_size": _change_lots,
    "capacity": _change_capacity,
    "stock": _change_stock,
    "allocation": _order_classes,
    "source_rank": _change_rank,
    "source_share": _change_share,
    "template": _apply_template,
}
"""A small pure overlay for each kind of change, with what the database knows of its subject."""
