"""The controls of forms, drawn without a template where they are one tag: a form has a hundred of them."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import escape

_FOLDER = "django/forms/widgets/"
_KINDS = (
    "text",
    "number",
    "email",
    "url",
    "password",
    "hidden",
    "date",
    "datetime",
    "time",
    "search",
    "tel",
    "checkbox",
)
_INPUTS = {f"{_FOLDER}{kind}.html" for kind in (*_KINDS, "input")}


class Renderer(DjangoTemplates):
    """Django's renderer, quicker where the control is a plain `<input>`."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Return the control as HTML: what Django's own template writes."""
        if template_name not in _INPUTS:
            return super().render(template_name, context, request)
        widget = context["widget"]
        value = "" if widget.get("value") is None else f' value="{escape(widget["value"])}"'
        return (
            f'<input type="{widget["type"]}" name="{escape(widget["name"])}"{value}{_list_attributes(widget["attrs"])}>'
        )


def _list_attributes(attributes: dict[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not False
    )
