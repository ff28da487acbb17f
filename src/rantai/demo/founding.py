"""Found the demonstration company: its places, people, items and partners, in bulk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from rantai.crm import facade as crm
from rantai.demo import days, people
from rantai.demo.catalogue import DemoItem, list_categories
from rantai.demo.world import LANES, RESOURCES, SITES, TERRITORIES, World
from rantai.foundation import facade as foundation
from rantai.foundation.access import actions as access
from rantai.foundation.access.models import Role, Territory
from rantai.foundation.calendars import actions as calendars
from rantai.foundation.calendars.actions import ExceptionRow
from rantai.foundation.calendars.models import Calendar
from rantai.foundation.items.actions import categories
from rantai.foundation.items.models import Category
from rantai.foundation.locations import actions as locations
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import Company
from rantai.kernel.money import SCALE
from rantai.srm import facade as srm
from rantai.wires.imports.uploads import USUAL_SOURCE

BY = "demo"
NAME, CODE, ZONE = "PT Kirana Display", "KIRANA", "Asia/Jakarta"
PASSWORD = "kirana demo only"  # noqa: S105 (printed by `make run`, for a company that does not exist)

LOGINS = (
    # role, name, language
    ("admin", "Ayu Administrator", "en"),
    ("manager", "Maya Manajer", "en"),
    ("sales", "Sinta Penjualan", "id"),
    ("service", "Sari Layanan", "id"),
    ("planner", "Pandu Perencana", "en"),
    ("buyer", "Bela Pembelian", "id"),
    ("warehouse", "Wira Gudang", "id"),
    ("production", "陈志强", "zh-hans"),
    ("finance", "林美玲", "zh-hans"),
)

_OPERATIONS = {
    # plant: steps of its routings: resource, names, set-up seconds, seconds a unit
    "CKR": (
        ("CKR-ASM", {"en": "Assemble", "id": "Rakit", "zh-hans": "组装"}, 900, 540),
        ("CKR-TST", {"en": "Test and pack", "id": "Uji dan kemas", "zh-hans": "测试与包装"}, 300, 420),
    ),
    "SMG": (
        ("SMG-MOD", {"en": "Join", "id": "Satukan", "zh-hans": "贴合"}, 600, 300),
        ("SMG-QC", {"en": "Inspect", "id": "Periksa", "zh-hans": "检验"}, 0, 120),
    ),
}


@dataclass(kw_only=True)
class Founded:
    """The ids of what was written, by the codes of the world."""

    company: Company
    sites: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)


def found(world: World) -> Founded:
    """Write company and masters in the caller's transaction; keys are those that a customer's files would use."""
    company = foundation.create_company(
        code=CODE, name=NAME, currency="IDR", country="ID", zone=ZONE, language="id", tax_id="00.000.000.0-000.000",
        is_demo=True, by=BY,
    )  # fmt: skip
    made = Founded(company=company)
    open_days = _add_calendars(world, company)
    territories = _add_territories()
    _add_sites(made, open_days["site"])
    _add_lanes(made, territories)
    _add_users(made)
    _add_parties(world, made, territories)
    _add_suppliers(made, open_days)
    _add_items(world, made)
    _add_structure(world, made, open_days)
    crm.set_prices(
        company_id=company.pk,
        price_list="STANDARD",
        currency="IDR",
        rows=[
            crm.PriceRow(item_id=made.items[item.code], unit_price=to_rupiah(item.price))
            for item in world.catalogue.sold
        ],
        by=BY,
    )
    return made


def to_rupiah(thousands: int) -> int:
    """Return a price of the world as it is kept."""
    return thousands * 1_000 * SCALE


def _add_calendars(world: World, company: Company) -> dict[str, Calendar]:
    first, last = world.first_day, world.as_of + timedelta(days=550)
    closed = [ExceptionRow(day=day, name=name) for day, name in days.list_holidays(first, last)]
    abroad = [ExceptionRow(day=day, name=name) for day, name in days.list_chinese_holidays(first, last)]
    assert company.calendar is not None
    office = calendars.edit_calendar(
        company.calendar, values={}, shifts=calendars.weekdays(), exceptions=closed,
        expected_revision=company.calendar.revision, by=BY,
    )  # fmt: skip
    site = calendars.add_calendar(
        "KIRANA-SITES", name="Gudang dan pabrik, Senin–Sabtu", zone=ZONE, shifts=calendars.weekdays(days=range(6)),
        exceptions=closed, by=BY,
    )  # fmt: skip
    china = calendars.add_calendar("CN-WORKDAYS", name="中国工作日", zone="Asia/Shanghai", exceptions=abroad, by=BY)
    return {"ID": office, "site": site, "CN": china}


def _add_territories() -> dict[str, int]:
    made: dict[str, Territory] = {}
    for code, parent, english, indonesian, chinese in TERRITORIES:
        name = {"en": english, "id": indonesian, "zh-hans": chinese}
        made[code] = access.add_territory(code, name=name, parent=made.get(parent))
    return {code: row.pk for code, row in made.items()}


def _add_sites(made: Founded, calendar: Calendar) -> None:
    for code, name, kind in SITES:
        row = locations.add_location(
            code, name=name, company_id=made.company.pk, kind=kind, zone=ZONE, calendar=calendar, by=BY
        )
        made.sites[code] = row.pk


def _add_lanes(made: Founded, territories: dict[str, int]) -> None:
    ranks: dict[str, int] = defaultdict(int)
    rows = []
    for origin, target, transit, cost in LANES:
        ranks[target] += 1
        rows.append(
            foundation.LaneRow(
                key=f"{origin}-{target}",
                origin_id=made.sites[origin],
                destination_id=made.sites.get(target),
                territory_id=territories.get(target),
                rank=ranks[target],
                transit_days=transit,
                cost=cost * SCALE,
            )
        )
    foundation.upsert_lanes(rows, source=USUAL_SOURCE)


def _add_users(made: Founded) -> None:
    roles = {role.code: role for role in Role.objects.all()}
    first = None
    for code, name, language in LOGINS:
        user = access.add_user(
            f"{code}@kirana.example", name=name, password=PASSWORD if first is None else None, by=BY,
            language=language, is_admin=code == "admin",
        )  # fmt: skip
        # Hashing is slow on purpose; one secret for all needs it once.
        first = first or user.password
        type(user).objects.filter(pk=user.pk).update(password=first)
        user.roles.set([roles[code]] if code in roles else [])
        made.users[code] = user.actor


def _add_parties(world: World, made: Founded, territories: dict[str, int]) -> None:
    rows = [
        foundation.PartyRow(
            key=row.key,
            name=row.name,
            kind=row.kind,
            role="reseller" if row.segment == "reseller" else "customer",
            language=row.language,
            email=row.email,
            phone=row.phone,
            zone=ZONE,
            country=row.country,
            street=row.street,
            city=row.city,
            postcode=row.postcode,
            region=row.region,
            custom={"segment": row.segment},
        )
        for row in world.customers
    ]
    made.parties = foundation.upsert_parties(rows, source=USUAL_SOURCE)
    regions: dict[str, set[str]] = defaultdict(set)
    for _city, region, territory, _postcode in people.PLACES:
        regions[territory].add(region)
    for territory, names in regions.items():
        parties.place_addresses(territories[territory], country="ID", regions=sorted(names))
    for country in sorted({row[4] for row in people.ABROAD}):
        parties.place_addresses(territories["EXP"], country=country)


def _add_suppliers(made: Founded, open_days: dict[str, Calendar]) -> None:
    rows = [
        foundation.PartyRow(
            key=code,
            name=name,
            role="supplier",
            language=language,
            email=f"{code.lower()}@supplier.example",
            zone=ZONE,
            country=country,
            city=city,
        )
        for code, name, city, country, language, *_rest in (*people.SUPPLIERS, *people.EXPRESS, *people.SECOND_TIER)
    ]
    known = foundation.upsert_parties(rows, source=USUAL_SOURCE)
    made.parties |= known
    for code, _name, _city, country, *_rest in (*people.SUPPLIERS, *people.EXPRESS):
        calendar = open_days["CN" if country in ("CN", "TW") else "ID"]
        srm.open_suppliers([known[code]], by=BY, tier_class="preferred", calendar_id=calendar.pk)
        srm.link_suppliers(known[code], customer_id=made.company.party_id, source=BY)
    srm.open_suppliers([known[row[0]] for row in people.SECOND_TIER], by=BY, calendar_id=open_days["ID"].pk)
    for code, *_rest, customer, part in people.SECOND_TIER:
        srm.link_suppliers(known[code], customer_id=known[customer], part=part, source=BY)


def _add_items(world: World, made: Founded) -> None:
    known: dict[str, Category] = {}
    for code, above, name in list_categories():
        known[code] = categories.add_category(code, name=name, parent=known.get(above), by=BY)
    rows = [
        foundation.ItemRow(
            key=item.code,
            name=item.name,
            category=item.family,
            is_sold=bool(item.price),
            standard_cost=to_rupiah(item.cost),
            decoupling=item.decoupling,
        )
        for item in world.catalogue.items
    ]
    made.categories = {code: row.pk for code, row in known.items()}
    made.items = foundation.upsert_items(rows, source=USUAL_SOURCE)


def _add_structure(world: World, made: Founded, open_days: dict[str, Calendar]) -> None:
    resources = foundation.upsert_resources(
        [
            foundation.ResourceRow(
                key=code,
                name={"en": english, "id": indonesian, "zh-hans": chinese},
                location_id=made.sites[site],
                calendar_id=open_days["site"].pk,
                capacity=3 * 10_000,
                hourly_cost=to_rupiah(thousands),
            )
            for code, site, thousands, english, indonesian, chinese in RESOURCES
        ],
        source=USUAL_SOURCE,
    )
    built = [item for item in world.catalogue.items if item.parts]
    bills = foundation.upsert_bills([_bill(item, made) for item in built], source=USUAL_SOURCE)
    routings = foundation.upsert_routings([_routing(item, made, resources) for item in built], source=USUAL_SOURCE)
    _add_sources(world, made, open_days, bills, routings)
    foundation.upsert_substitutes(
        [
            foundation.SubstituteRow(key=f"{one}/{other}", item_id=made.items[one], substitute_id=made.items[other])
            for one, other in world.substitutes
        ],
        source=USUAL_SOURCE,
    )


def _bill(item: DemoItem, made: Founded) -> foundation.BillRow:
    parts = tuple(
        foundation.Component(item_id=made.items[code], quantity=units * 10_000, operation=10)
        for code, units in item.parts
    )
    return foundation.BillRow(
        key=item.code, item_id=made.items[item.code], components=parts, location_id=made.sites[item.made_at]
    )


def _routing(item: DemoItem, made: Founded, resources: dict[str, int]) -> foundation.RoutingRow:
    steps = tuple(
        foundation.Step(
            step=10 * place, name=name, resource_id=resources[code], setup_seconds=setup, seconds_per_unit=each * 10_000
        )
        for place, (code, name, setup, each) in enumerate(_OPERATIONS[item.made_at], start=1)
    )
    return foundation.RoutingRow(
        key=item.code, item_id=made.items[item.code], steps=steps, location_id=made.sites[item.made_at]
    )


def _add_sources(
    world: World, made: Founded, open_days: dict[str, Calendar], bills: dict[str, int], routings: dict[str, int]
) -> None:
    abroad = {row[0] for row in people.SUPPLIERS if row[3] in ("CN", "TW")}
    rows = []
    for row in world.sources:
        is_bought = row.kind in ("buy", "dropship")
        usual = open_days["ID"] if is_bought else open_days["site"]
        rows.append(
            foundation.SourceRow(
                key=f"{row.item.code}/{row.kind}/{row.site}" + (f"/{row.origin}" if row.rank > 1 else ""),
                rank=row.rank,
                item_id=made.items[row.item.code],
                kind=row.kind,
                location_id=made.sites.get(row.site),
                supplier_id=made.parties[row.origin] if is_bought else None,
                origin_id=made.sites[row.origin] if row.kind == "move" else None,
                bill_id=bills[row.item.code] if row.kind == "make" else None,
                routing_id=routings[row.item.code] if row.kind == "make" else None,
                lead_time_days=row.lead_time,
                lead_time_sd_days=row.spread,
                minimum=row.minimum * 10_000,
                multiple=row.multiple * 10_000,
                cost=to_rupiah(row.cost),
                calendar_id=(open_days["CN"] if row.origin in abroad else usual).pk,
            )
        )
    foundation.upsert_sources(rows, source=USUAL_SOURCE)
