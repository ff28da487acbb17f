"""Turn an import into what its page shows: where it stands, its columns, what is wrong, what adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.kernel import clock
from rantai.kernel.models import Job as JobRow
from rantai.kernel.money import SCALE, Money
from rantai.ui import formats
from rantai.ui.shapes import Fact, Job, Step
from rantai.wires.imports import reasons
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.models import ImportRun

HOW = {
    "chosen": ("done", gettext_lazy("Chosen")),
    "name": ("done", gettext_lazy("By name")),
    "alike": ("look", gettext_lazy("By a name like it")),
    "content": ("look", gettext_lazy("By content")),
    "": ("end", gettext_lazy("Not recognised")),
}
_WORK = {
    "imports.run": gettext_lazy("Import"),
    "imports.preview": gettext_lazy("Reading the file"),
    "imports.undo": gettext_lazy("Taking the import back"),
}
_JOB_STATES = {"queued": "wait", "running": "run", "done": "done", "failed": "hurt", "cancelled": "end"}
_ADDED_UP = ("sales_orders_cancelled", "purchase_orders_cancelled", "stock_places_emptied", "masters_removed")
_MASTERS = {
    "item": gettext_lazy("Items"),
    "party": gettext_lazy("Parties"),
    "source": gettext_lazy("Sources"),
    "bill": gettext_lazy("Bills of materials"),
    "routing": gettext_lazy("Routings"),
    "resource": gettext_lazy("Resources"),
    "lane": gettext_lazy("Lanes"),
    "calendar": gettext_lazy("Calendars"),
}


@dataclass(frozen=True, kw_only=True)
class ColumnRow:
    """A column of the file and what it is taken for."""

    place: int
    name: str
    field: str
    lamp: str
    how: str | Promise
    samples: str
    empty: int
    wrong: int
    choices: tuple[tuple[str, str, bool], ...] = ()
    """Field, its label, whether it is chosen."""


@dataclass(frozen=True, kw_only=True)
class WrongCell:
    """A cell of a wrong line; `is_bad` marks the one that is meant."""

    text: str
    is_bad: bool
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class WrongLine:
    """A line that cannot be taken as it is, and why."""

    number: int
    cells: tuple[WrongCell, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReasonRow:
    """How many lines one reason sets aside."""

    text: str
    lines: int
    needs_you: bool


def _why(rows: tuple[ReasonRow, ...]) -> list[Fact]:
    return [Fact(row.text, formats.number(row.lines), strong=row.needs_you) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would happen if the file were imported now."""

    is_ready: bool
    error: str = ""
    missing: str = ""
    form: str = ""
    read: int = 0
    ready: int = 0
    aside: int = 0
    need_you: int = 0
    columns: tuple[ColumnRow, ...] = ()
    recognised: int = 0
    heads: tuple[tuple[str, bool], ...] = ()
    """Label of a shown field, whether it holds figures."""
    lines: tuple[WrongLine, ...] = ()
    reasons: tuple[ReasonRow, ...] = ()
    sums: tuple[Fact, ...] = ()

    @property
    def why(self) -> list[Fact]:
        """The reasons as facts, those that need somebody first."""
        return _why(self.reasons)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of what came in, with the page that shows it."""

    label: str
    value: int
    of: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an import found, and what its undoing left."""

    imported: int = 0
    aside: int = 0
    figures: tuple[Figure, ...] = ()
    reasons: tuple[ReasonRow, ...] = ()
    sums: tuple[Fact, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[Fact, ...] = ()

    @property
    def why(self) -> list[Fact]:
        """The reasons as facts, those that need somebody first."""
        return _why(self.reasons)


def find_stage(run: ImportRun) -> str:
    """Return where the page stands: judging, unreadable, ready, running, failed, done, undone or dropped."""
    if run.state in ("done", "undone", "dropped", "running", "failed"):
        return run.state
    if run.job is not None and run.job.task == "imports.run" and run.job.state in ("queued", "running"):
        return "running"
    if not run.preview:
        return "failed" if run.job is not None and run.job.state == "failed" else "judging"
    return "unreadable" if run.preview.get("error") else "ready"


def list_steps(run: ImportRun) -> list[Step]:
    """Return the way of a file from its upload to the first turn."""
    stage = find_stage(run)
    order = ("judging", "ready", "running", "done")
    at = {"unreadable": 0, "failed": 2, "undone": 3, "dropped": 1}.get(
        stage, order.index(stage) if stage in order else 0
    )
    labels = (_("File"), _("Preview"), _("Import"), _("First turn"))
    return [Step(label, kind=_step_kind(place, at, stage)) for place, label in enumerate(labels)]


def show_job(run: ImportRun) -> Job:
    """Return the work of an import as its bar."""
    job = run.job
    if job is None:
        return Job(title=_("Import"), state="end")
    return Job(
        title=str(_WORK.get(job.task, job.task)),
        doing=job.note,
        state=_JOB_STATES[job.state],
        done=job.done,
        total=job.total,
        left=_describe_left(job),
        stop_url=reverse("wires_imports:stop", args=[run.pk]) if job.task == "imports.run" else "",
        error=job.error if job.state == "failed" else "",
    )


def show_preview(run: ImportRun) -> Preview:
    """Return the preview in the reader's language."""
    told = run.preview
    if not told or "columns" not in told:
        return Preview(is_ready=False, error=told.get("error", "") if told else "")
    labels = {item.name: str(item.label) for item in KINDS[run.kind].fields}
    figures = {item.name: item.type in ("quantity", "money", "whole", "percent") for item in KINDS[run.kind].fields}
    account = told.get("account", {})
    rows = _list_reasons(account)
    shown = [name for name in told["fields"] if any(column["field"] == name for column in told["columns"])]
    return Preview(
        is_ready=bool(account),
        error=told.get("error", ""),
        missing=", ".join(labels[name] for name in told.get("missing", ())),
        form=_describe_form(told),
        read=account.get("lines_read", told["height"]),
        ready=account.get("lines_imported", 0),
        aside=account.get("lines_set_aside", 0),
        need_you=sum(row.lines for row in rows if row.needs_you),
        columns=tuple(_column(place, column, labels) for place, column in enumerate(told["columns"])),
        recognised=sum(bool(column["field"]) for column in told["columns"]),
        heads=tuple((labels[name], figures[name]) for name in shown),
        lines=tuple(_wrong_line(line, shown, figures) for line in told.get("lines", ())),
        reasons=rows,
        sums=_sums(run, account),
    )


def show_result(run: ImportRun) -> Result:
    """Return what came in and what an undoing took back."""
    account = run.account
    if not account:
        return Result()
    undone = account.get("undo", {})
    kept = [
        Fact(
            str(_MASTERS.get(kind, kind)),
            _("%(n)s, cited by %(what)s") % {"n": part["count"], "what": ", ".join(part["by"])},
        )
        for kind, part in undone.get("kept", {}).items()
    ]
    return Result(
        imported=account.get("lines_imported", 0),
        aside=account.get("lines_set_aside", 0),
        figures=_list_figures(run, account),
        reasons=_list_reasons(account),
        sums=_sums(run, account),
        changed=tuple(account.get("changed_keys", ())[:20]),
        kept=tuple(kept),
    )


def read_mapping(run: ImportRun, posted: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return field → column as posted, '' for a field without one, and the label of a field named twice or ''."""
    fields = {item.name: item for item in KINDS[run.kind].fields}
    mapping = dict.fromkeys(fields, "")
    if not any(name.startswith("column-") for name in posted):
        return run.mapping, ""
    for place, column in enumerate(run.preview.get("columns", ())):
        name = posted.get(f"column-{place}", "")
        if name not in fields:
            continue
        if mapping[name]:
            return run.mapping, str(fields[name].label)
        mapping[name] = column["column"]
    return mapping, ""


def _step_kind(place: int, at: int, stage: str) -> str:
    if place < at:
        return "done"
    if place > at:
        return ""
    return "hurt" if stage in ("unreadable", "failed") else "now"


def _describe_left(job: JobRow) -> str:
    if job.state != "running" or not job.total or not job.done or not job.started_at:
        return ""
    spent = (clock.now() - job.started_at).total_seconds()
    seconds = max(1, int(timedelta(seconds=spent * (job.total - job.done) / job.done).total_seconds()))
    return ngettext("about %(n)s second", "about %(n)s seconds", seconds) % {"n": seconds}


def _describe_form(told: Mapping[str, Any]) -> str:
    names = {"csv": "CSV", "excel": "Excel", "parquet": "Parquet"}
    encoding = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "cp1252": "Windows-1252"}
    parts = [names.get(told["format"], told["format"]), encoding.get(told["encoding"], told["encoding"].upper())]
    return ", ".join(part for part in parts if part)


def _column(place: int, column: Mapping[str, Any], labels: Mapping[str, str]) -> ColumnRow:
    lamp, how = HOW[column["how"]]
    return ColumnRow(
        place=place,
        name=column["column"],
        field=column["field"],
        lamp=lamp,
        how=how,
        samples=" · ".join(column["samples"]),
        empty=column["empty"],
        wrong=column["wrong"],
        choices=tuple((name, label, name == column["field"]) for name, label in labels.items()),
    )


def _wrong_line(line: Mapping[str, Any], shown: list[str], figures: Mapping[str, bool]) -> WrongLine:
    bad = {why["field"] for why in line["why"]}
    return WrongLine(
        number=line["line"],
        cells=tuple(
            WrongCell(text=line["cells"].get(name, ""), is_bad=name in bad, is_number=figures[name]) for name in shown
        ),
        why=tuple(dict.fromkeys(text for why in line["why"] for text in reasons.explain(**why))),
    )


def _list_reasons(account: Mapping[str, Any]) -> tuple[ReasonRow, ...]:
    rows = [
        ReasonRow(text=reasons.describe(reason), lines=lines, needs_you=reason not in reasons.HARMLESS)
        for reason, lines in account.get("set_aside_by_reason", {}).items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.needs_you, -row.lines)))


def _sums(run: ImportRun, account: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return the account as an addition: read, its parts, and the difference that must be nothing."""
    if not account:
        return ()
    parts = [("lines_imported", _("Imported") if run.account else _("To import"))]
    if run.account:
        parts += [("lines_changed", _("Changed")), ("lines_unchanged", _("Unchanged"))]
    parts.append(("lines_set_aside", _("Set aside")))
    shown = [(label, account[name]) for name, label in parts if name in account]
    rows = [Fact(_("Read"), formats.number(account["lines_read"]), strong=True)]
    rows += [Fact(label, formats.number(value), rule=place == 0) for place, (label, value) in enumerate(shown)]
    rows.append(
        Fact(_("Difference in lines"), account["lines_read"] - sum(value for _label, value in shown), strong=True)
    )
    if unknown := account.get("unknown_locations"):
        rows.append(Fact(_("Unknown places, taken for the usual one"), ", ".join(unknown)))
    if "amount_read" in account:
        rows += _amounts(run, account)
    return tuple(rows)


def _amounts(run: ImportRun, account: Mapping[str, Any]) -> list[Fact]:
    currency = run.options.get("currency") or run.company.currency
    read, imported, aside = (Decimal(account[f"amount_{part}"]) for part in ("read", "imported", "set_aside"))
    told = [(_("Worth read"), read), (_("Worth imported"), imported), (_("Worth set aside"), aside)]
    rows = [
        Fact(label, Money(int(value * SCALE), currency), rule=place == 0) for place, (label, value) in enumerate(told)
    ]
    return [*rows, Fact(_("Difference"), Money(int((read - imported - aside) * SCALE), currency), strong=True)]


def _list_figures(run: ImportRun, account: Mapping[str, Any]) -> tuple[Figure, ...]:
    if run.kind != "orders":
        links = _link(KINDS[run.kind].links)
        names = (
            ("lines_imported", _("Imported")),
            ("lines_changed", _("Changed")),
            ("lines_unchanged", _("Unchanged")),
        )
        rows = [Figure(label=label, value=account.get(name, 0), href=links) for name, label in names]
        if drafts := account.get("orders_left_as_drafts"):
            rows.append(Figure(label=_("Left as drafts"), value=drafts, of=_("without a promise yet"), href=links))
        return tuple(rows)
    tied = _("%(n)s tied to their sale") % {"n": account.get("returns_tied", 0)}
    return (
        Figure(label=_("Customers"), value=account["parties"], href=_link("crm_accounts:customers")),
        Figure(label=_("Items"), value=account["items"], of=_("%(n)s to plan") % {"n": account["items_to_plan"]},
               href=_link("foundation_items:items")),
        Figure(label=_("Orders"), value=account["orders"]),
        Figure(label=_("Returned lines"), value=account["returns"], of=tied),
        Figure(label=_("Lead times"), value=account.get("placeholder_sources", 0),
               of=_("assumed, to be set"), href=_link("foundation_items:items", "?view=assumed")),
        Figure(label=_("Opening stock"), value=account.get("items_with_opening_stock", 0),
               href=_link("iscm_inventory:stock")),
    )  # fmt: skip


def _link(name: str, query: str = "") -> str:
    """Return the address of another house's list, '' where this installation has none."""
    try:
        return reverse(name) + query if name else ""
    except NoReverseMatch:
        return ""
