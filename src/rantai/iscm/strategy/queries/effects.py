"""What a change of a scenario, or a template, would write if it became real: previewed, written and undone as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Category, Item, PlanningRule, Resource, ResourceCapacity, Source
from rantai.foundation.parties.models import Company
from rantai.iscm.inventory.actions.policies import Terms
from rantai.iscm.inventory.models import DecouplingPoint, StockPolicy, StockTarget
from rantai.iscm.strategy.queries import scopes, templates
from rantai.iscm.strategy.queries.changes import Change
from rantai.iscm.strategy.queries.resolving import NothingMeant
from rantai.iscm.supply import rules as supply

Effect = dict[str, Any]
"""`what` is written (source, resource, capacities, policy, override, decoupling, rule, setting, task), of whom
(`id` or subject, `label` in words), and `values`: field → [before, after]."""

MOST = 1_000
_WEEKS = 26
_BUYING, _SELLING, _PLANNING = "buyer", "sales", "planner"


def list_effects(change: Change, *, company: Company, today: date) -> list[Effect]:
    """Return what taking a change over would write; nothing where it is so already. Raises NothingMeant."""
    found = list(_WRITERS[change.kind](change, company, today))
    if len(found) > MOST:
        raise NothingMeant(
            _("This would write %(n)s things at once; %(most)s are possible. Narrow it to a category.")
            % {"n": len(found), "most": MOST}
        )
    return found


def list_template_effects(template: templates.Template, *, category_id: int | None, company: Company) -> list[Effect]:
    """Return what a template would write as the real policy of a category, or of everything."""
    params = template.params
    items = scopes.list_items(item_id=None, category_id=category_id)
    terms = {
        "service_level": params.service_level, "review_days": params.review_days, "kind": params.replenish,
        "lot_rule": params.lots,
    }  # fmt: skip
    found = [_of_policy({"category_id": category_id}, terms)]
    sources = Source.objects.filter(archived_at=None, item__archived_at=None)
    if items is not None:
        sources = sources.filter(item_id__in=items.tolist())
    for kinds, policy in ((("make",), params.made), (("buy",), params.bought)):
        if policy != "stock":
            found += _of_decoupling(sources.filter(kind__in=kinds), "assemble" if policy == "assemble" else "make")
    found += _of_search(sources, params.sources)
    if params.order == "stake":
        found += _of_setting(company, "demand_classes", [])
    if category_id is None:
        found += _of_setting(company, "plan_horizon_weeks", params.horizon_weeks, usual=supply.HORIZON_WEEKS)
    return [one for one in found if one]


def _of_lead_time(change: Change, _company: Company, _today: date) -> list[Effect]:
    return _of_sources(
        _list_sources(change),
        lambda row: {"lead_time_days": [row.lead_time_days, max(0, row.lead_time_days + (change.days or 0))]},
    )


def _of_lots(change: Change, _company: Company, _today: date) -> list[Effect]:
    wanted = {"minimum": change.minimum, "multiple": change.multiple, "maximum": change.maximum}
    return _of_sources(
        _list_sources(change),
        lambda row: {name: [getattr(row, name), value] for name, value in wanted.items() if value is not None},
    )


def _of_rank(change: Change, _company: Company, _today: date) -> list[Effect]:
    return _of_sources(_list_sources(change), lambda row: {"rank": [row.rank, change.rank]})


def _of_share(change: Change, _company: Company, _today: date) -> list[Effect]:
    """Shares are weights: of the source and of the others of its item and place, with the item planned by share."""
    (source,) = _list_sources(change)
    others = _named().filter(item_id=source.item_id, location=source.location, archived_at=None)
    rest = list(others.exclude(pk=source.pk).order_by("pk"))
    whole = sum(row.share for row in rest)
    mine = change.share or 0
    found = _of_sources([source], lambda row: {"share": [row.share, mine]})
    found += _of_sources(rest, lambda row: {"share": [row.share, (10_000 - mine) * row.share // max(whole, 1)]})
    return found + _of_rule(source.item_id, source.item.code, source.location_id, "split")


def _of_capacity(change: Change, company: Company, today: date) -> list[Effect]:
    row = Resource.objects.select_related("location").get(pk=change.resource_id or 0)
    label = f"{row.code} · {row.location.name}"
    found: list[Effect] = []
    if change.hours:
        title = _("Plan %(hours)s hours more a day on %(resource)s") % {"hours": change.hours, "resource": label}
        found.append(_task(title, "production", change))
    if not change.share:
        return found
    wanted = max(0, row.capacity * (10_000 + change.share) // 10_000)
    if change.starts_on is None and change.ends_on is None:
        return [
            *found,
            {"what": "resource", "id": row.pk, "label": label, "values": {"capacity": [row.capacity, wanted]}},
        ]
    steps = dict(ResourceCapacity.objects.filter(resource=row).order_by("from_on").values_list("from_on", "capacity"))
    after = _stretch(steps, row.capacity, change.share, change.starts_on or today, change.ends_on)
    listed = [[day.isoformat(), units] for day, units in sorted(steps.items())]
    values = {"capacities": [listed, [[day.isoformat(), units] for day, units in after]]}
    return [*found, {"what": "capacities", "id": row.pk, "label": label, "values": values}]


def _stretch(steps: dict[date, int], usual: int, share: int, since: date, until: date | None) -> list[tuple[date, int]]:
    def value_at(day: date) -> int:
        return next((units for at, units in sorted(steps.items(), reverse=True) if at <= day), usual)

    over = until + timedelta(days=1) if until else None
    days = sorted({*steps, since, *([over] if over else [])})
    inside = {day: since <= day and (over is None or day < over) for day in days}
    return [(day, max(0, value_at(day) * (10_000 + share * inside[day]) // 10_000)) for day in days]


def _of_stock(change: Change, _company: Company, _today: date) -> list[Effect]:
    if change.service_level is not None:
        subject = {"item_id": change.item_id, "category_id": change.category_id}
        if change.item_id:
            subject["location_id"] = change.location_id
        return [one for one in [_of_policy(subject, {"service_level": change.service_level})] if one]
    rows = StockTarget.objects.filter(run__state="current").select_related("item", "location")
    items = scopes.list_items(item_id=change.item_id, category_id=change.category_id)
    rows = rows if items is None else rows.filter(item_id__in=items.tolist())
    rows = rows if change.location_id is None else rows.filter(location_id=change.location_id)
    found = []
    for row in rows.order_by("item__code", "location__code")[: MOST + 1]:
        units = change.units if change.units is not None else _scale(row.safety_stock, change.share or 0)
        subject = {"item_id": row.item_id, "location_id": row.location_id}
        effect = _of_policy(subject, {"safety_stock": units}, label=f"{row.item.code} · {row.location.name}")
        found += [effect] if effect else []
    return found


def _of_demand(change: Change, _company: Company, today: date) -> list[Effect]:
    first, last = change.starts_on or today, change.ends_on or today + timedelta(weeks=_WEEKS)
    if change.demand_class:
        title = _("Change the forecast of class %(class)s by %(share)s %%") % {
            "class": change.demand_class, "share": f"{(change.share or 0) / 100:+g}",
        }  # fmt: skip
        return [_task(title, _PLANNING, change)]
    return [_override(change, 10_000 + (change.share or 0), first, last)]


def _of_promotion(change: Change, _company: Company, _today: date) -> list[Effect]:
    assert change.starts_on is not None
    assert change.ends_on is not None
    found = [_override(change, 10_000 + (change.share or 0), change.starts_on, change.ends_on)]
    if change.pulled:
        length = change.ends_on - change.starts_on
        begins = change.ends_on + timedelta(days=1)
        dip = 10_000 - (change.share or 0) * change.pulled // 10_000
        found.append(_override(change, max(0, dip), begins, begins + length))
    return found


def _of_allocation(change: Change, company: Company, _today: date) -> list[Effect]:
    return _of_setting(company, "demand_classes", [] if change.classes == ["stake"] else change.classes)


def _of_template(change: Change, company: Company, _today: date) -> list[Effect]:
    template = templates.find_template(change.template)
    if template is None:
        raise NothingMeant(_("There is no such template."))
    return list_template_effects(template, category_id=change.category_id, company=company)


def _of_supplier(change: Change, _company: Company, _today: date) -> list[Effect]:
    title = _("Find another source for what this supplier will not deliver until %(day)s") % {"day": change.ends_on}
    return [_task(title, _BUYING, change, ref=("supplier", change.supplier_id or 0))]


def _of_price(change: Change, _company: Company, _today: date) -> list[Effect]:
    title = _("Change prices by %(share)s %%: %(what)s") % {
        "share": f"{(change.share or 0) / 100:+g}", "what": _name_scope(change),
    }  # fmt: skip
    return [_task(title, _SELLING, change)]


def _of_site(change: Change, _company: Company, _today: date) -> list[Effect]:
    return [_task(_("Prepare the new site %(name)s") % {"name": change.text}, "manager", change)]


def _list_sources(change: Change) -> QuerySet[Source]:
    rows = _named().filter(archived_at=None, item__archived_at=None)
    if change.source_id:
        rows = rows.filter(pk=change.source_id)
    if change.supplier_id:
        rows = rows.filter(supplier_id=change.supplier_id)
    if change.location_id:
        rows = rows.filter(location_id=change.location_id)
    items = scopes.list_items(item_id=change.item_id, category_id=change.category_id)
    rows = rows if items is None else rows.filter(item_id__in=items.tolist())
    return rows.order_by("item__code", "rank", "pk")


def _named() -> QuerySet[Source]:
    return Source.objects.select_related("item", "location", "supplier")


def _of_sources(rows: Iterable[Source], wanted: Callable[[Source], dict[str, list[Any]]]) -> list[Effect]:
    found = []
    for row in rows:
        values = {name: pair for name, pair in wanted(row).items() if pair[0] != pair[1]}
        if values:
            where = row.supplier.name if row.supplier else (row.location.name if row.location else _("everywhere"))
            found.append({"what": "source", "id": row.pk, "label": f"{row.item.code} · {where}", "values": values})
    return found


def _of_policy(subject: dict[str, int | None], wanted: dict[str, Any], *, label: str = "") -> Effect:
    """Return the policy that says the wanted terms and keeps what it says of the others; nothing where it does."""
    whole = {"category_id": None, "item_id": None, "location_id": None} | subject
    row = StockPolicy.objects.filter(**whole, abc="", xyz="", demand_class="").first()
    said = {name: getattr(row, name) for name in Terms.__dataclass_fields__} if row else asdict(Terms())
    values = {name: [said[name], value] for name, value in wanted.items() if said[name] != value}
    if not values:
        return {}
    return {
        "what": "policy", "subject": whole, "label": label or _name_subject(whole), "values": values,
        "terms": said, "is_new": row is None,
    }  # fmt: skip


def _of_decoupling(sources: QuerySet[Source], wanted: str) -> list[Effect]:
    rows = sources.filter(location__isnull=False).select_related("item", "location").order_by("item__code", "pk")
    said = {(one.item_id, one.location_id): one.decoupling for one in DecouplingPoint.objects.all()}
    found: dict[tuple[int, int | None], Effect] = {}
    for row in rows:
        pair = (row.item_id, row.location_id)
        before = said.get((row.item_id, row.location_id or 0), "")
        if (before or row.item.decoupling) != wanted and row.location:
            found[pair] = {
                "what": "decoupling", "id": row.item_id, "location_id": row.location_id,
                "label": f"{row.item.code} · {row.location.name}", "values": {"decoupling": [before, wanted]},
            }  # fmt: skip
    return list(found.values())


def _of_search(sources: QuerySet[Source], wanted: str) -> list[Effect]:
    """Return the rules by which items with a choice of sources would choose; an item with one source has none."""
    if wanted != "cost":
        return []
    counts: dict[tuple[int, str], int] = {}
    for item, code in sources.order_by("item__code").values_list("item_id", "item__code"):
        counts[item, code] = counts.get((item, code), 0) + 1
    return [
        effect for (item, code), count in counts.items() if count > 1 for effect in _of_rule(item, code, None, wanted)
    ]


def _of_rule(item_id: int, code: str, location_id: int | None, search: str) -> list[Effect]:
    row = next((one for one in PlanningRule.objects.filter(item_id=item_id) if one.location_id == location_id), None)
    before = row.search if row else "rank"
    if before == search:
        return []
    return [
        {
            "what": "rule", "id": item_id, "location_id": location_id, "label": code,
            "values": {"search": [before, search]}, "fence_days": row.fence_days if row else 0, "is_new": row is None,
        }
    ]  # fmt: skip


def _of_setting(company: Company, key: str, wanted: Any, *, usual: Any = None) -> list[Effect]:
    before = company.settings.get(key)
    if (before or usual) == wanted or (not before and not wanted):
        return []
    return [{"what": "setting", "id": company.pk, "label": str(company), "values": {key: [before, wanted]}}]


def _override(change: Change, factor: int, first: date, last: date) -> Effect:
    return {
        "what": "override", "item_id": change.item_id, "category_id": change.category_id,
        "territory_id": change.territory_id, "label": _name_scope(change), "starts_on": first.isoformat(),
        "ends_on": (last + timedelta(days=1)).isoformat(), "values": {"factor": [10_000, factor]},
    }  # fmt: skip


def _task(title: str, role: str, change: Change, *, ref: tuple[str, int] | None = None) -> Effect:
    kind, pk = ref or ("", 0)
    return {
        "what": "task", "label": title, "role": role, "ref_kind": kind, "ref_id": pk,
        "due_on": change.starts_on.isoformat() if change.starts_on else None, "values": {},
    }  # fmt: skip


def _name_scope(change: Change) -> str:
    return _name_subject({"item_id": change.item_id, "category_id": change.category_id})


def _name_subject(subject: dict[str, int | None]) -> str:
    if subject.get("item_id"):
        return str(Item.objects.get(pk=subject["item_id"] or 0))
    if subject.get("category_id"):
        return str(Category.objects.get(pk=subject["category_id"] or 0).code)
    return _("everything")


def _scale(units: int, share: int) -> int:
    wanted = max(0, units * (10_000 + share) // 10_000)
    return -(-wanted // 10_000) * 10_000 if units % 10_000 == 0 else wanted


_WRITERS: dict[str, Callable[[Change, Company, date], Sequence[Effect]]] = {
    "supplier_down": _of_supplier,
    "demand": _of_demand,
    "promotion": _of_promotion,
    "price": _of_price,
    "new_site": _of_site,
    "lead_time": _of_lead_time,
    "lot_size": _of_lots,
    "capacity": _of_capacity,
    "stock": _of_stock,
    "allocation": _of_allocation,
    "source_rank": _of_rank,
    "source_share": _of_share,
    "template": _of_template,
}
