"""Lists, declared: columns, filters, saved views, sort, pages, sums, files, turns; every list page uses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from rantai.ui import formats, gauges, shapes, table_exports, table_pages, table_pivots, table_views
from rantai.ui.table_columns import Column, GaugeColumn, Sight, StateColumn, choose_phone_places, plain_value
from rantai.ui.table_filters import Choice, Dates, Filter, Flag, NotReadable, Numbers, Pick, Search
from rantai.ui.table_parts import Bulk, Chip, Control, Empty, Head, Row, View
from rantai.ui.table_pivots import Dimension, Measure, Pivot, Pivots

# Page authors write tables.Column, tables.Search …: one import for a list.
__all__ = [
    "Bulk", "Choice", "Column", "Dates", "Dimension", "Empty", "Filter", "Flag", "GaugeColumn", "Measure", "Numbers",
    "Pick", "Pivots", "Search", "StateColumn", "Table", "View",
]  # fmt: skip

COUNT_LIMIT = 10_000
STEERING = ("after", "before", "export")
TURN = ("rows", "across", "measure")
LAYOUT = ("cols", *TURN)


class Table:
    """A list over a queryset; subclasses declare it, `respond` answers with the page or the file."""

    name: ClassVar[str] = "list"
    caption: ClassVar[Any] = ""
    filters: ClassVar[Sequence[Filter]] = ()
    views: ClassVar[Sequence[View]] = ()
    bulk: ClassVar[Sequence[Bulk]] = ()
    pivots: ClassVar[Pivots | None] = None
    empty: ClassVar[Empty | None] = None
    sort: ClassVar[str] = ""
    key: ClassVar[str] = "id"
    page_size: ClassVar[int] = 50
    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: held for name, held in vars(cls).items() if isinstance(held, Column)}
        cls.columns = {**cls.columns, **own}
        choose_phone_places(cls.columns)

    def __init__(self, queryset: QuerySet[Any], *, request: HttpRequest, today: date | None = None) -> None:
        self.request = request
        self.today = today or timezone.localdate()
        self.problems: dict[str, str] = {}
        self.params = self._read_params()
        self.asked = self._read_filters()
        self._all = queryset
        self._filtered = self._filter(queryset)

    def respond(self, template: str, context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Answer with the page, or with the file that `?export=csv|xlsx` asks for."""
        wanted = self.params.get("export")
        if wanted == "csv":
            return table_exports.stream_csv(self._iterate(), self._list_exports(), name=self.name)
        if wanted == "xlsx" and not self.is_too_long_for_xlsx:
            return table_exports.write_xlsx(self._iterate(), self._list_exports(), name=self.name)
        return render(self.request, template, {"table": self, **(context or {})})

    # What the page shows

    @cached_property
    def page(self) -> table_pages.Page:
        """Rows of this page."""
        after, before = self.params.get("after", ""), self.params.get("before", "")
        return table_pages.read_page(self._select(), self.order, size=self.page_size, after=after, before=before)

    @cached_property
    def rows(self) -> list[Row]:
        """Rows of this page, formatted once."""
        sight = self._look()
        return [self._make_row(values, sight) for values in self.page.rows]

    @cached_property
    def count(self) -> int:
        """Number of rows, counted up to COUNT_LIMIT + 1."""
        return self._filtered.order_by().values(self.key)[: COUNT_LIMIT + 1].count()

    @property
    def count_text(self) -> str:
        """The count in words: 10,000+ where counting stopped."""
        return f"{formats.number(COUNT_LIMIT)}+" if self.count > COUNT_LIMIT else formats.number(self.count)

    @cached_property
    def is_too_long_for_xlsx(self) -> bool:
        """Tell whether a workbook cannot hold the rows."""
        limit = table_exports.MAX_XLSX_ROWS
        return self.count > COUNT_LIMIT and self._filtered.order_by().values(self.key)[: limit + 1].count() > limit

    @property
    def is_filtered(self) -> bool:
        """Tell whether an empty list is empty because of its filters, and not because nothing is there yet."""
        return bool(self.asked) and self._all.exists()

    @cached_property
    def shown(self) -> list[Column]:
        """Columns in force: those the address names, else those not hidden."""
        chosen = [name for name in self.params.getlist("cols") if name in self.columns]
        return [self.columns[name] for name in chosen] or [one for one in self.columns.values() if not one.hidden]

    @property
    def heads(self) -> list[Head]:
        """Column heads with their sort addresses."""
        return [self._make_head(column) for column in self.shown]

    @property
    def chips(self) -> list[Chip]:
        """Filters in force."""
        return [
            Chip(one.label or _("Search"), one.say(self.asked[one.name], self.today), self.address(drop=one.keys))
            for one in self.filters
            if one.name in self.asked and one.kind != "search"
        ]

    @property
    def controls(self) -> list[Control]:
        """Filters for the form, except the search field."""
        return [self._make_control(one) for one in self.filters if one.kind != "search"]

    @property
    def search(self) -> Control | None:
        """The search field."""
        return next((self._make_control(one) for one in self.filters if one.kind == "search"), None)

    @property
    def current_view(self) -> str:
        """Name of the saved view in force, empty where filters were added by hand."""
        return self.params.get("view", "")

    @property
    def tabs(self) -> list[shapes.Tab]:
        """Saved views as tabs."""
        return [
            shapes.Tab(
                str(view.label),
                "?" + urlencode({**view.params, "view": view.name}, doseq=True),
                view.name == self.current_view,
                self._count_view(view) if view.count else None,
                view.hurt,
            )
            for view in self.views
        ] + [table_views.to_tab(kept, self.current_view) for kept in self.kept]

    @cached_property
    def kept(self) -> Sequence[table_views.Kept]:
        """Views of the reader's own."""
        return table_views.list_kept(self.request)

    @property
    def kept_here(self) -> table_views.Kept | None:
        """The view of the reader's own that is in force."""
        return table_views.find_current(self.kept, self.current_view)

    @property
    def sums(self) -> list[tuple[Column, str]]:
        """Sums of the total columns over all filtered rows; none where there are too many to count."""
        if self.count > COUNT_LIMIT:
            return []
        return [(column, self._sum(column)) for column in self.shown if column.total]

    @property
    def allowed_bulk(self) -> list[Bulk]:
        """Bulk actions that this user may take."""
        user = getattr(self.request, "user", None)
        return [one for one in self.bulk if not one.permission or (user and user.has_perm(one.permission))]

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        """Words of the address that the filter form carries along."""
        return [(name, value) for name in (*LAYOUT, "sort") for value in self.params.getlist(name)]

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        """Words of the address that the choice of columns carries along."""
        return self._list_words_without("cols")

    @property
    def kept_by_turn(self) -> list[tuple[str, str]]:
        """Words of the address that turning carries along."""
        return self._list_words_without(*TURN)

    @property
    def next_url(self) -> str:
        """Address of the next page."""
        return self.address(after=self.page.next) if self.page.next else ""

    @property
    def previous_url(self) -> str:
        """Address of the page before."""
        return self.address(before=self.page.previous) if self.page.previous else ""

    @property
    def csv_url(self) -> str:
        """Address of the CSV file."""
        return self.address(export="csv")

    @property
    def xlsx_url(self) -> str:
        """Address of the workbook."""
        return self.address(export="xlsx")

    @property
    def list_url(self) -> str:
        """Address of the plain list, from a turned one."""
        return self.address(drop=TURN)

    @cached_property
    def pivot(self) -> Pivot | None:
        """The list turned, if the address asks for it."""
        if not (self.pivots and self.params.get("rows")):
            return None
        down, across = self._find_dimension("rows"), self._find_dimension("across")
        if down is None:
            return None
        measures, wanted = self.pivots.measures, self.params.get("measure", "")
        measure = next((one for one in measures if one.name == wanted), measures[0])
        column = Column(measure.label, format=measure.format, currency=measure.currency)
        sight = Sight(self.today, timezone.now())
        return table_pivots.turn_rows(
            self._filtered, down, across, measure, show=lambda value: column.say(value, {}, sight)
        )

    @property
    def pivot_rows(self) -> list[Dimension]:
        """What rows may stand for."""
        return [self._as_dimension(one) for one in self.pivots.rows] if self.pivots else []

    @property
    def pivot_columns(self) -> list[Dimension]:
        """What columns may stand for."""
        return [self._as_dimension(one) for one in self.pivots.columns] if self.pivots else []

    def address(self, *, drop: Sequence[str] = (), **words: str) -> str:
        """Return this list's address with words changed; paging starts again unless given."""
        params = self.params.copy()
        for name in (*STEERING, *drop):
            params.pop(name, None)
        if drop:
            params.pop("view", None)
        for name, value in words.items():
            params[name] = value
        return "?" + params.urlencode()

    # How it is worked out

    @cached_property
    def order(self) -> table_pages.Order:
        """The sort in force; a word that is no sortable column falls back to the declared one."""
        wanted = self.params.get("sort", "") or self.sort or f"-{self.key}"
        name, descending = wanted.removeprefix("-"), wanted.startswith("-")
        column = self.columns.get(name)
        if column is None or not column.sort:
            if wanted != self.sort and self.sort:
                name, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
                column = self.columns.get(name)
            if column is None or not column.sort:
                path = name if name == self.key or self._is_path(name) else self.key
                return table_pages.Order(path, self.key, descending, self._is_nullable(path))
        path = (
            column.accessor if column.sort is True else column.sort if isinstance(column.sort, str) else f"_sort_{name}"
        )
        return table_pages.Order(path, self.key, descending, self._is_nullable(path))

    def _read_params(self) -> QueryDict:
        given = self.request.GET.copy()
        if self.views and not any(name not in STEERING for name in given):
            for name, value in self.views[0].params.items():
                given.setlist(name, [str(one) for one in (value if isinstance(value, list | tuple) else [value])])
            given["view"] = self.views[0].name
        return given

    def _read_filters(self) -> dict[str, Any]:
        asked = {}
        for one in self.filters:
            try:
                value = one.read(self.params)
            except NotReadable as problem:
                self.problems[one.name] = str(problem)
                continue
            if value is not None:
                asked[one.name] = value
        return asked

    def _filter(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        condition = Q()
        for one in self.filters:
            if one.name in self.asked:
                condition &= one.where(self.asked[one.name])
        return queryset.filter(condition) if condition else queryset

    def _select(self) -> QuerySet[Any, dict[str, Any]]:
        known = frozenset(self._filtered.query.annotations) | {
            one.name for one in self._filtered.model._meta.get_fields()
        }
        paths = dict.fromkeys([self.key, *(path for column in self.shown for path in column.list_needs(known))])
        column = self.columns.get(self.order.path.removeprefix("_sort_"))
        sorting = {}
        if self.order.path.startswith("_sort_") and column and isinstance(column.sort, Combinable):
            sorting = {self.order.path: column.sort}
        paths[self.order.path] = None
        return self._filtered.annotate(**sorting).values(*paths)

    def _iterate(self) -> Any:
        return self._select().order_by(*self.order.list_terms()).iterator(chunk_size=2_000)

    def _list_exports(self) -> table_exports.Heads:
        return [pair for column in self.shown for pair in column.list_exports()]

    def _look(self) -> Sight:
        gauge = next((column for column in self.shown if isinstance(column, GaugeColumn)), None)
        days = [day for values in self.page.rows for day in gauge.read_days(values)] if gauge else []
        scale = gauges.Scale.around(days, today=self.today) if gauge else None
        return Sight(self.today, timezone.now(), scale)

    @property
    def gauge_scale(self) -> gauges.Scale | None:
        """The scale that this page's gauges share."""
        return self._look().scale

    def _make_row(self, values: dict[str, Any], sight: Sight) -> Row:
        cells = tuple(column.make_cell(values, sight) for column in self.shown)
        return Row(values[self.key], str(cells[0].text) if cells else "", cells, values)

    def _make_head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        here = self.order.path in {
            column.accessor,
            column.sort if isinstance(column.sort, str) else "",
            f"_sort_{column.name}",
        }
        direction = ("descending" if self.order.descending else "ascending") if here else ""
        # A first press shows the largest figure or the first name.
        descends = not self.order.descending if here else column.align == "end"
        return Head(column, self.address(sort=("-" if descends else "") + column.name), direction)

    def _make_control(self, one: Filter) -> Control:
        values = [
            value for key in one.keys for value in (self.params.getlist(key) or ([""] if len(one.keys) > 1 else []))
        ]
        choices = one.list_choices() if isinstance(one, Choice) else []
        return Control(one, values, choices, self.problems.get(one.name, ""))

    def _count_view(self, view: View) -> str:
        params = QueryDict(urlencode(view.params, doseq=True))
        condition = Q()
        for one in self.filters:
            asked = one.read(params)
            condition &= one.where(asked) if asked is not None else Q()
        counted = self._all.filter(condition).order_by().values(self.key)[: COUNT_LIMIT + 1].count()
        return f"{formats.number(COUNT_LIMIT)}+" if counted > COUNT_LIMIT else formats.number(counted)

    def _sum(self, column: Column) -> str:
        by_currency = column.currency if column.currency and self._is_path(column.currency) else ""
        queryset = self._filtered.order_by()
        sight = Sight(self.today, timezone.now())
        if not by_currency:
            return str(column.say(plain_value(queryset.aggregate(_sum=Sum(column.accessor))["_sum"] or 0), {}, sight))
        groups = queryset.values(by_currency).annotate(_sum=Sum(column.accessor)).order_by(by_currency)
        return " · ".join(str(column.say(plain_value(one["_sum"] or 0), one, sight)) for one in groups)

    def _list_words_without(self, *names: str) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, values in self.params.lists()
            if name not in (*STEERING, *names, "view")
            for value in values
        ]

    def _find_dimension(self, word: str) -> Dimension | None:
        allowed = self.pivot_rows if word == "rows" else self.pivot_columns
        return next((one for one in allowed if one.name == self.params.get(word, "")), None)

    def _as_dimension(self, one: str | Dimension) -> Dimension:
        if isinstance(one, Dimension):
            return one
        column, sight = self.columns[one], Sight(self.today, timezone.now())
        return Dimension(one, column.label, column.accessor, lambda value: column.say(value, {}, sight))

    def _is_path(self, path: str) -> bool:
        head = path.split("__")[0]
        return head in self._filtered.query.annotations or table_pages.find_field(self._filtered, head) is not None

    def _is_nullable(self, path: str) -> bool:
        field = None if path in self._filtered.query.annotations else table_pages.find_field(self._filtered, path)
        return bool(getattr(field, "null", True))
