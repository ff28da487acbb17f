"""Columns of a list: what is read from the row, how it is shown, sorted and exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models.expressions import Combinable
from django.urls import get_urlconf, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rantai.kernel import texts
from rantai.kernel.money import Money
from rantai.kernel.quantities import SCALE
from rantai.ui import formats, gauges

Values = dict[str, Any]
RIGHT = {"money", "amount", "quantity", "number", "percent", "day", "moment", "late"}
# On a phone the heads are gone: these kinds say nothing without theirs.
NEEDS_HEAD = {"amount", "number", "percent", "day", "moment", "late"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as a template shows it."""

    text: Any
    css: str = ""
    href: str = ""
    sub: str = ""
    hurt: bool = False
    lamp: str = ""
    gauge: gauges.Gauge | None = None
    says: Any = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What formatting needs from the page: today, now, and the scale that gauges share."""

    today: date
    now: datetime
    scale: gauges.Scale | None = None


class Column:
    """One column; see notes in README for each parameter."""

    def __init__(
        self,
        label: Any = "",
        *,
        accessor: str = "",
        sort: bool | str | Combinable = False,
        format: str | Callable[[Any, Values], Any] = "text",
        align: str = "",
        unit: str = "",
        currency: str = "",
        sub: str = "",
        link: str = "",
        link_args: Sequence[str] = ("id",),
        grow: bool = False,
        hurt: str = "",
        export: bool = True,
        total: bool = False,
        phone: str | None = None,
        hidden: bool = False,
        narrow: int = 0,
        needs: Sequence[str] = (),
    ) -> None:
        self.label, self.accessor, self.sort, self.format = label, accessor, sort, format
        self.align = align or ("end" if format in RIGHT else "")
        self.unit, self.currency, self.sub, self.hurt = unit, currency, sub, hurt
        self.link, self.link_args, self.grow = link, tuple(link_args), grow
        self.export, self.total, self.phone, self.hidden, self.narrow = export, total, phone, hidden, narrow
        self.extra_needs = tuple(needs)
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.accessor = self.accessor or name

    @property
    def css(self) -> str:
        """Classes of head and cells."""
        names = [
            "num" if self.align == "end" else "",
            "grow" if self.grow else "",
            f"p{self.narrow}" if self.narrow else "",
            f"m-{self.phone}" if self.phone else "",
        ]
        return " ".join(filter(None, names))

    @property
    def says(self) -> Any:
        """What stands beside the value on a phone, where a bare figure or day would be a riddle."""
        bare = self.format in NEEDS_HEAD or (self.format == "quantity" and not self.unit)
        bare = bare or (callable(self.format) and self.align == "end")
        return self.label if bare and self.phone in {"end", "sub", "subend", "foot"} else ""

    def list_needs(self, known: frozenset[str]) -> list[str]:
        """Return the paths that the query must read; a unit or currency that is no path is a constant."""
        optional = [path for path in (self.unit, self.currency) if path in known or "__" in path]
        linked = self.link_args if self.link else ()
        return [path for path in (self.accessor, self.sub, self.hurt, *optional, *linked, *self.extra_needs) if path]

    def make_cell(self, row: Values, sight: Sight) -> Cell:
        """Return the cell of a row."""
        href = _find_address(self.link, [row[name] for name in self.link_args]) if self.link else ""
        return Cell(
            text=self.show(row, sight),
            css=self.css,
            href=href,
            sub=_say(row.get(self.sub)) if self.sub else "",
            hurt=bool(self.hurt and row.get(self.hurt)),
            says=self.says,
        )

    def show(self, row: Values, sight: Sight) -> Any:
        """Return the text of a row's value."""
        value = row.get(self.accessor)
        return self.format(value, row) if callable(self.format) else self.say(value, row, sight)

    def say(self, value: Any, row: Values, sight: Sight) -> Any:
        """Format a value by the column's kind; totals and pivots use it too."""
        match self.format:
            case "money":
                return formats.money(value, self.currency_of(row))
            case "amount":
                return formats.amount(value, self.currency_of(row))
            case "quantity":
                return formats.quantity(value, self._constant_or_path(self.unit, row))
            case "number":
                return formats.number(value)
            case "percent":
                return formats.percent(value)
            case "day":
                return formats.day(value, today=sight.today)
            case "moment":
                return formats.moment(value, now=sight.now)
            case "late":
                return formats.late(value)
        return _say(value)

    def currency_of(self, row: Values) -> str:
        """Return the currency of a row."""
        return str(self._constant_or_path(self.currency, row))

    def list_exports(self) -> list[tuple[str, Callable[[Values], Any]]]:
        """Return heads with what a file holds: numbers as numbers, days as days."""
        return [(str(self.label), self._export)] if self.export else []

    def _export(self, row: Values) -> Any:
        value = row.get(self.accessor)
        if callable(self.format):
            return str(self.format(value, row))
        if self.format in {"money", "amount", "quantity"} and value is not None:
            plain = value.amount if hasattr(value, "amount") else int(value)
            return Decimal(plain) / SCALE
        return value

    def _constant_or_path(self, name: str, row: Values) -> Any:
        found = row.get(name, name) or "" if name else ""
        return texts.pick(found) if isinstance(found, dict) else found


class ItemColumn(Column):
    """An item by its name in the reader's language, its code below; a file holds both. `path` leads to the item."""

    def __init__(self, label: Any = "", *, path: str = "item", **options: Any) -> None:
        self.code = f"{path}__code"
        super().__init__(
            label or _("Item"), accessor=f"{path}__name", format=self.say_name, **{"sub": self.code, **options}
        )
        if self.sort is True:
            self.sort = self.code

    def say_name(self, value: Any, row: Values) -> str:
        """Return the name, where it has one."""
        return texts.pick(value or {}) or str(row.get(self.code, ""))

    def say(self, value: Any, row: Values, sight: Sight) -> Any:
        """Return the name, for pivots."""
        return self.say_name(value, row)

    def list_needs(self, known: frozenset[str]) -> list[str]:
        """Return the paths that the query must read; the code is one of them whatever stands below."""
        return [*super().list_needs(known), self.code]

    def list_exports(self) -> list[tuple[str, Callable[[Values], Any]]]:
        """Return code and name."""
        return [(str(_("Item code")), lambda row: row.get(self.code)), *super().list_exports()] if self.export else []


class StateColumn(Column):
    """A state: shape, then its word; `states` maps the stored value to (kind, word)."""

    def __init__(
        self, label: Any = "", *, states: dict[Any, tuple[str, Any]], accessor: str = "", **options: Any
    ) -> None:
        super().__init__(label, accessor=accessor, **options)
        self.states = states

    def make_cell(self, row: Values, sight: Sight) -> Cell:
        """Return lamp and word."""
        kind, word = self._find(row)
        return Cell(text=word, css=self.css, lamp=kind)

    def say(self, value: Any, row: Values, sight: Sight) -> Any:
        """Return the word of a value, for pivots."""
        return self.states.get(value, ("new", value))[1]

    def _export(self, row: Values) -> Any:
        return str(self._find(row)[1])

    def _find(self, row: Values) -> tuple[str, Any]:
        value = row.get(self.accessor)
        return self.states.get(value, ("new", _say(value)))


class GaugeColumn(Column):
    """Asked, promised and P80 as marks on one scale; a file holds the three days."""

    def __init__(self, label: Any = "", *, asked: str, promised: str, p80: str = "", **options: Any) -> None:
        super().__init__(label or _("Dates on a scale"), needs=[path for path in (promised, p80) if path], **options)
        self.asked, self.promised, self.p80 = asked, promised, p80

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.accessor = name, self.asked

    def read_days(self, row: Values) -> tuple[date | None, date | None, date | None]:
        """Return the three days of a row."""
        asked, promised, p80 = (
            _as_day(row.get(path)) if path else None for path in (self.asked, self.promised, self.p80)
        )
        return asked, promised, p80

    def make_cell(self, row: Values, sight: Sight) -> Cell:
        """Return the gauge."""
        assert sight.scale is not None
        return Cell(text="", css=self.css, gauge=gauges.Gauge(sight.scale, *self.read_days(row)))

    def list_exports(self) -> list[tuple[str, Callable[[Values], Any]]]:
        """Return asked, promised and P80, which the marks show."""
        if not self.export:
            return []

        def read_at(place: int) -> Callable[[Values], Any]:
            return lambda row: self.read_days(row)[place]

        heads = (str(_("Asked")), str(_("Promised")), "P80")
        return [(head, read_at(place)) for place, head in enumerate(heads)]


def choose_phone_places(columns: dict[str, Column]) -> None:
    """Give a list its two lines on a phone where it chose none: first column and a figure, then two more facts."""
    taken = {column.phone for column in columns.values()}
    free = [
        one for one in columns.values() if one.phone is None and not one.hidden and not isinstance(one, GaugeColumn)
    ]
    texts = [one for one in free if one.align != "end"]
    figures = [one for one in free if one.align == "end"]
    heads, subs = (texts, texts[1:]) if "head" not in taken else ([], texts)
    states = [one for one in subs[1:] if isinstance(one, StateColumn)]
    wishes = {"head": heads[:1], "sub": subs[:1], "end": figures[-1:], "subend": states[:1] or figures[:-1][-1:]}
    for place, found in wishes.items():
        for column in found if place not in taken else ():
            column.phone = place
    held = [one.phone for one in columns.values() if one.phone]
    assert len(held) == len(set(held)), f"Two columns lie on each other on a phone: {held}"


def _find_address(name: str, keys: Sequence[Any]) -> str:
    if any(type(key) is not int for key in keys):
        return reverse(name, args=keys)
    return _find_shape(name, len(keys), get_urlconf()).format(*keys)


# Fifty links of a list differ by their numbers alone: the address is looked up once.
@lru_cache(maxsize=256)
def _find_shape(name: str, count: int, _urls: str | None) -> str:
    marks = [10**15 + place for place in range(count)]
    shape = reverse(name, args=marks)
    for place, mark in enumerate(marks):
        shape = shape.replace(str(mark), f"{{{place}}}")
    return shape


def plain_value(value: Any) -> Any:
    """Turn Money and Quantity into the integer that the database holds."""
    return value.amount if isinstance(value, Money) or hasattr(value, "amount") else value


def _say(value: Any) -> Any:
    if value is None or value == "":
        return formats.NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


def _as_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value
