"""Form fields for figures as people type them: whole ten-thousandths inside, their own commas outside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rantai.kernel.money import SCALE, AmountTooLarge, Money, NotAnAmount
from rantai.kernel.quantities import NotAQuantity, Quantity, QuantityOutOfRange
from rantai.ui import formats

LANGUAGES = formats.LANGUAGES


def read_figure(text: str, *, language: str | None = None) -> str:
    """Return typed text as plain decimal text: '1.234,5' and '1,234.5' are both 1234.5.

    A single separator before three digits is read as the language writes it: '1.500' is 1500 in Indonesian.
    """
    plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-").replace("'", "")
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands, decimal = (",", ".") if dot > comma else (".", ",")
    else:
        found = "," if comma >= 0 else "."
        home = "," if (language or get_language() or "en").startswith("id") else "."
        is_grouped = plain.count(found) > 1 or (found != home and len(plain) - plain.rfind(found) == 4)
        thousands, decimal = (found, "") if is_grouped else ("", found)
    plain = plain.replace(thousands, "") if thousands else plain
    return plain.replace(decimal, ".") if decimal else plain


class FigureField(forms.CharField):
    """A figure in ten-thousandths, shown in the reader's way of writing."""

    def __init__(self, *, minimum: int | None = None, maximum: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # a figure, not its text
        """Return the figure in 1/10,000 or None; raises ValidationError with what is wrong."""
        text = super().to_python(value)
        if not text:
            return None
        figure = self.read(read_figure(text))
        if self.minimum is not None and figure < self.minimum:
            raise forms.ValidationError(_("Give at least %(least)s.") % {"least": self.prepare_value(self.minimum)})
        if self.maximum is not None and figure > self.maximum:
            raise forms.ValidationError(_("Give at most %(most)s.") % {"most": self.prepare_value(self.maximum)})
        return figure

    def read(self, text: str) -> int:
        """Return plain decimal text in 1/10,000."""
        try:
            return Quantity.parse(text).amount
        except (NotAQuantity, QuantityOutOfRange) as error:
            raise forms.ValidationError(_read_problem(error)) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a stored figure; what was typed stays as typed."""
        if not isinstance(value, int):
            return value
        return _ungroup(formats.number(Decimal(value) / SCALE))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare figures, not their spelling."""
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


class AmountField(FigureField):
    """An amount of money in 1/10,000 of its currency unit."""

    def read(self, text: str) -> int:
        """Return plain decimal text in 1/10,000."""
        try:
            return Money.parse(text, "").amount
        except (NotAnAmount, AmountTooLarge) as error:
            raise forms.ValidationError(_read_problem(error)) from error


class PercentField(FigureField):
    """A share typed in percent and kept in 1/10,000: 95.5 is 9550."""

    def read(self, text: str) -> int:
        """Return percent as a share; finer than a hundredth of a percent is refused."""
        share, rest = divmod(super().read(text), 100)
        if rest:
            raise forms.ValidationError(_("Write percent with at most two decimals."))
        return share

    def prepare_value(self, value: Any) -> Any:
        """Show a stored share in percent."""
        return super().prepare_value(value * 100) if isinstance(value, int) else value


class DayField(forms.DateField):
    """A day by the browser's picker; a year from another century is a slip."""

    EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> date | None:
        """Return the day or None; raises ValidationError where it cannot be meant."""
        try:
            day = super().clean(value)
        except forms.ValidationError as error:
            if error.code != "invalid":
                raise
            text = _("'%(day)s' is no day. Choose one, or write it like 2026-12-31.")
            raise forms.ValidationError(text % {"day": value}) from error
        if day and not self.EARLIEST <= day <= self.LATEST:
            text = _("%(day)s cannot be meant: give a day between 2000 and 2199.")
            raise forms.ValidationError(text % {"day": day.isoformat()})
        return day


class ZoneField(forms.CharField):
    """An IANA time zone by name, with the browser's completion from a list."""

    def clean(self, value: Any) -> str:
        """Return a zone that exists; raises ValidationError."""
        zone = str(super().clean(value))
        if zone and zone not in available_timezones():
            raise forms.ValidationError(_("'%(zone)s' is no time zone. Write it like Asia/Jakarta.") % {"zone": zone})
        return zone


def _ungroup(text: str) -> str:
    separator = "." if (get_language() or "en").startswith("id") else ","
    return text.replace(separator, "").replace("\N{MINUS SIGN}", "-")


def _read_problem(error: Exception) -> str:
    if isinstance(error, QuantityOutOfRange | AmountTooLarge):
        return _("This figure is larger than any that can be kept. Check it.")
    return _("Write a figure with digits and at most four decimals.")
