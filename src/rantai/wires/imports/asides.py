"""Keep the lines that were set aside, with their reason, as a file that is safe to open."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from rantai.foundation.documents.models import StoredFile
from rantai.ui import table_exports
from rantai.wires.imports import reasons, uploads

_FORMULA = r"^[=+\-@\t\r\n]"
_NUMBER = r"^[+-]?\d[\d.,]*$"


def first_findings(findings: pl.DataFrame) -> pl.DataFrame:
    """Return one finding a line: the first that was made."""
    return findings.unique(subset="row", keep="first", maintain_order=True).sort("row")


def keep(frame: pl.DataFrame, findings: pl.DataFrame, folder: Path) -> StoredFile | None:
    """Store the set-aside lines as they came, in front their number in the file and why; None where there is none."""
    first = first_findings(findings)
    if not first.height:
        return None
    path = folder / "set-aside.csv"
    texts = {reason: reasons.describe(reason) for reason in first["reason"].unique()}
    cells = frame[first["row"].to_list()].select(guard(pl.col(name)).alias(name) for name in frame.columns)
    # written apart from the lines, for a file may have a column of such a name
    heads = [_("Line in the file"), _("Set aside because"), *map(table_exports.guard, frame.columns)]
    why = first["reason"].replace_strict(texts, return_dtype=pl.String)
    lines = pl.DataFrame([(first["row"] + 2).alias("0"), why.alias("1"), *_numbered(cells)])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(heads)
    with path.open("ab") as file:
        lines.write_csv(file, include_header=False)
    return uploads.keep_file(path, media_type="text/csv")


def _numbered(cells: pl.DataFrame) -> list[pl.Series]:
    return [column.alias(str(place)) for place, column in enumerate(cells.get_columns(), start=2)]


def guard(column: pl.Expr) -> pl.Expr:
    """Quote texts that a spreadsheet would run as a formula; negative numbers stay numbers."""
    risky = column.str.contains(_FORMULA) & ~column.str.contains(_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), column)).otherwise(column)
