"""The template of a kind: a CSV with the header in a language and two lines to type over."""

from __future__ import annotations

import csv
import io

from rantai.wires.imports.columns import label_of
from rantai.wires.imports.kinds.registry import Described


def write_template(kind: Described, *, language: str) -> str:
    """Return the template as CSV text; Excel opens it in UTF-8 by its mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([label_of(field, language) for field in kind.fields])
    for example in kind.examples:
        writer.writerow([example.get(field.name, "") for field in kind.fields])
    return "\ufeff" + text.getvalue()
