"""Form controls in our clothes."""

from __future__ import annotations

from django import forms
from django.forms import BoundField
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

_DASHES = ">---------<"
_NUMERIC = (forms.NumberInput,)
_UNDRESSED = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)
_TYPES = {forms.DateInput: "date", forms.DateTimeInput: "datetime-local", forms.TimeInput: "time"}


def draw_control(field: BoundField) -> SafeString:
    """Render the control with our class; dates get the browser's picker, and what was typed stays."""
    drawn = field.field.widget
    attrs: dict[str, str | bool] = {}
    if not isinstance(drawn, _UNDRESSED):
        attrs["class"] = " ".join(
            filter(None, ["in", drawn.attrs.get("class", ""), "in--num" if _is_numeric(drawn) else ""])
        )
    if isinstance(drawn, forms.Textarea) and drawn.attrs.get("rows") == "10":
        attrs["rows"] = "3"
    kind = next((kind for base, kind in _TYPES.items() if type(drawn) is base), "")
    if kind and not field.errors:
        # A refused date stays as typed in a text field: a picker would drop it.
        drawn.input_type, drawn.format = kind, _format_of(kind)
    return _name_blank(field, field.as_widget(attrs=attrs))


def _name_blank(field: BoundField, html: SafeString) -> SafeString:
    """Say in words what Django draws as a row of dashes: nothing is chosen, or is to be chosen."""
    if _DASHES not in html:
        return html
    word = _("Choose one") if field.field.required else "–"
    return mark_safe(html.replace(_DASHES, f">{escape(word)}<"))  # noqa: S308 the widget's own html, a word of ours


def is_tick(field: BoundField) -> bool:
    """Tell whether the label stands after the control."""
    return isinstance(field.field.widget, forms.CheckboxInput)


def is_group(field: BoundField) -> bool:
    """Tell whether the field is a set of choices that needs a legend."""
    return field.field.widget.use_fieldset


def _is_numeric(drawn: forms.Widget) -> bool:
    return isinstance(drawn, _NUMERIC) or drawn.attrs.get("inputmode") in {"decimal", "numeric"}


def _format_of(kind: str) -> str:
    return {"date": "%Y-%m-%d", "datetime-local": "%Y-%m-%dT%H:%M", "time": "%H:%M"}[kind]
