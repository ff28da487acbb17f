"""Bring past orders in: parties, items, closed history, past demand; all of it becomes current at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl
from babel import Locale
from django.utils.translation import gettext as _

from rantai.crm import facade as crm
from rantai.crm.messages import HistoryLines
from rantai.foundation.items.actions import items as item_actions
from rantai.foundation.items.actions.items import ItemRow
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as party_actions
from rantai.foundation.parties.actions import PartyRow
from rantai.foundation.parties.models import Company
from rantai.iscm import facade as iscm
from rantai.iscm.messages import DemandHistory
from rantai.kernel import externals
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import masters
from rantai.wires.imports.kinds.kind import parts
from rantai.wires.imports.kinds.orders import Rules
from rantai.wires.imports.models import ImportRun

CHUNK = 20_000
DAYS_AT_ONCE = 4_000
ANONYMOUS = "anonymous"

Report = Callable[[int, str], None]


def mark_known(lines: pl.DataFrame, *, run: ImportRun) -> pl.DataFrame:
    """Set lines aside whose invoice an earlier import of this source brought."""
    invoices = lines.filter(pl.col("reason").is_null())["invoice"].unique().to_list()
    known = externals.find_external(run.source, "past_order", invoices)
    others = ImportRun.objects.filter(pk__in=set(known.values()), state="done").exclude(pk=run.pk)
    current = set(others.values_list("pk", flat=True))
    names = [invoice for invoice, found in known.items() if found in current]
    if not names:
        return lines
    is_known = pl.col("reason").is_null() & pl.col("invoice").is_in(names)
    return lines.with_columns(reason=pl.when(is_known).then(pl.lit("invoice_known")).otherwise("reason"))


def write_history(run: ImportRun, kept: pl.DataFrame, *, rules: Rules, report: Report) -> tuple[int, int]:
    """Write what is kept, unseen until `publish_history`; return the lines and the amount that the books hold.

    What an earlier try of this import left is removed first, so that a killed import can begin again.
    """
    crm.begin_history(run.pk, company_id=run.company_id, currency=run.options.get("currency") or run.company.currency)
    run_atomic(lambda: iscm.remove_history(_run_key(run)))
    parties = _bring_parties(run, kept, rules, report)
    items = _bring_items(run, kept, report)
    lines = _with_sale_keys(_with_ids(kept, parties, items, find_sites(run, kept)))
    done = 0
    for part in lines.iter_slices(CHUNK):
        crm.stage_history(_columns(run, part))
        done += part.height
        report(done, _("Writing orders"))
    crm.open_history_accounts(run.pk)
    _write_demand(run, lines, report)
    _bind_invoices(run, lines)
    return crm.sum_history(run.pk)


def find_sites(run: ImportRun, kept: pl.DataFrame) -> dict[str, int]:
    """Return ship-from code → our site; '' is the usual one, and a code that nobody knows is not there."""
    codes = kept["location"].drop_nulls().unique().to_list()
    known = locations.list_sites(run.company_id).filter(code__in=codes)
    return {**dict(known.values_list("code", "id")), "": find_ship_from(run.company)}


def _with_ids(
    kept: pl.DataFrame, parties: dict[str, int], items: dict[str, int], sites: dict[str, int]
) -> pl.DataFrame:
    return kept.select(
        "row", "invoice", "kind", "is_charge", "units", "unit_price", "amount", "at", "country", "sale_row",
        party_id=pl.col("customer").fill_null(ANONYMOUS).replace_strict(parties, return_dtype=pl.Int64),
        item_id=pl.col("item").replace_strict(items, return_dtype=pl.Int64),
        location_id=pl.col("location").fill_null("").replace_strict(sites, default=sites[""], return_dtype=pl.Int64),
        line_number=pl.int_range(pl.len()).over("invoice") + 1,
    )  # fmt: skip


def publish_history(run: ImportRun) -> None:
    """Make the history current, in the caller's transaction."""
    crm.publish_history(run.pk)
    iscm.publish_history(_run_key(run))


def remove_history(run: ImportRun) -> None:
    """Take back what the import wrote, staged or current."""
    crm.remove_history(run.pk)
    run_atomic(lambda: iscm.remove_history(_run_key(run)))


def _run_key(run: ImportRun) -> str:
    return f"import:{run.pk}"


def _bring_parties(run: ImportRun, kept: pl.DataFrame, rules: Rules, report: Report) -> dict[str, int]:
    buyers = (
        kept.filter(pl.col("customer").is_not_null())
        .group_by("customer", maintain_order=True)
        .agg(pl.col("customer_name").drop_nulls().last(), pl.col("country").drop_nulls().last())
    )
    codes = _country_codes(buyers["country"].drop_nulls().unique().to_list(), rules)
    rows = [
        PartyRow(
            key=key,
            name=(name or f"{_('Customer')} {key}")[:200],
            zone=run.company.zone,
            country=codes.get(country or "", ""),
            language=run.company.language,
        )
        for key, name, country in buyers.iter_rows()
    ]
    if kept["customer"].null_count():
        rows.append(PartyRow(key=ANONYMOUS, name=_("Unnamed buyers"), is_anonymous=True, language=run.company.language))
    return masters.bring(
        run, "party", rows, lambda part: party_actions.upsert_parties(part, source=run.source), report, _("Customers")
    )


def _bring_items(run: ImportRun, kept: pl.DataFrame, report: Report) -> dict[str, int]:
    things = kept.group_by("item", maintain_order=True).agg(
        pl.col("description").drop_nulls().mode().sort().first(), pl.col("is_charge").any()
    )
    rows = [
        ItemRow(
            key=code,
            name={run.company.language: (name or code)[:200]},
            kind="charge" if is_charge else "stocked",
            is_placeholder=not is_charge,
        )
        for code, name, is_charge in things.iter_rows()
    ]
    return masters.bring(
        run, "item", rows, lambda part: item_actions.upsert_items(part, source=run.source), report, _("Items")
    )


def _country_codes(names: list[str], rules: Rules) -> dict[str, str]:
    known = {
        territory.casefold(): code
        for language in ("en", "id", "zh_Hans")
        for code, territory in Locale.parse(language).territories.items()
        if len(code) == 2
    }
    special = rules.countries or {}
    return {
        name: special.get(name, known.get(name.casefold(), name.upper() if len(name) == 2 else "")) for name in names
    }


def _with_sale_keys(lines: pl.DataFrame) -> pl.DataFrame:
    keys = lines.select(sale_row="row", sale_key=pl.format("{}/{}", "invoice", "line_number"))
    return lines.join(keys, on="sale_row", how="left", maintain_order="left").with_columns(
        pl.col("sale_key").fill_null("")
    )


def _columns(run: ImportRun, part: pl.DataFrame) -> HistoryLines:
    zone = run.options.get("zone") or run.company.zone
    return HistoryLines(
        import_id=run.pk,
        company_id=run.company_id,
        currency=run.options.get("currency") or run.company.currency,
        invoice=part["invoice"].to_list(),
        line_number=part["line_number"].to_list(),
        kind=part["kind"].to_list(),
        sale_key=part["sale_key"].to_list(),
        party_id=part["party_id"].to_list(),
        item_id=part["item_id"].to_list(),
        units=part["units"].to_list(),
        unit_price=part["unit_price"].to_list(),
        amount=part["amount"].to_list(),
        ordered_at=to_instants(part["at"], zone).to_list(),
        country=part["country"].fill_null("").str.slice(0, 60).to_list(),
    )


def to_instants(local: pl.Series, zone: str) -> pl.Series:
    """Read naive local times in a zone: a time that comes twice is the first, one that a clock skips is shifted."""
    ZoneInfo(zone)  # an unknown zone is named here, not deep in the frame
    moved = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    late = local.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return pl.select(pl.coalesce(moved, late)).to_series().dt.convert_time_zone("UTC")


def _write_demand(run: ImportRun, lines: pl.DataFrame, report: Report) -> None:
    sold = lines.filter((pl.col("kind") == "sale") & ~pl.col("is_charge"))
    days = (
        sold.group_by("item_id", "location_id", day=pl.col("at").dt.date())
        .agg(units=pl.col("units").sum(), order_lines=pl.len())
        .sort("item_id", "location_id", "day")
    )
    report(lines.height, _("Writing past demand"))
    # a file of returns alone has no demand, and its run is there all the same
    for part in days.iter_slices(DAYS_AT_ONCE) if days.height else [days]:
        history = DemandHistory(
            run_key=_run_key(run),
            item_ids=tuple(part["item_id"].to_list()),
            location_ids=tuple(part["location_id"].to_list()),
            days=tuple(part["day"].to_list()),
            units=tuple(part["units"].to_list()),
            order_lines=tuple(part["order_lines"].to_list()),
        )
        run_atomic(partial(iscm.record_history, history))


def find_ship_from(company: Company) -> int:
    """Return the site to which history and opening stock without a place belong: the company's first."""
    site = locations.list_sites(company.pk).first()
    if site is None:
        raise NoSite(company.code)
    return site.pk


class NoSite(Exception):
    """A company without a place to keep stock."""

    def __init__(self, company: str) -> None:
        super().__init__(
            _("%(company)s has no warehouse or plant yet. Add one location, then import.") % {"company": company}
        )


def _bind_invoices(run: ImportRun, lines: pl.DataFrame) -> None:
    # an undone import leaves its keys behind; they follow the newest import
    for part in parts(lines["invoice"].unique(maintain_order=True).to_list(), 1_000):
        run_atomic(partial(externals.rebind_external, run.source, "past_order", dict.fromkeys(part, run.pk)))


def last_day(lines: pl.DataFrame) -> date:
    """Return the last day of the kept lines."""
    latest: date = lines["at"].dt.date().max()  # type: ignore[assignment]
    return latest
