"""Turn quantities in a unit of a file into base units of their items."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from rantai.foundation.items.models import Item, ItemUnit
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.wires.imports import cells as parsing
from rantai.wires.imports.kinds.kind import parts


def find_unfit(cells: pl.DataFrame, *, item: str, quantity: str) -> list[pl.DataFrame]:
    """Return findings: items not counted in the unit of their line, quantities that do not come out even."""
    factors = read_factors(cells, item=item)
    unknown, uneven = [], []
    for pk, unit, units in cells.select(item, "unit", quantity).iter_rows():
        factor = factors.get((pk, unit)) if unit is not None and pk is not None else Fraction(1)
        unknown.append(factor is None)
        scaled = units * factor if factor is not None and units is not None else None
        uneven.append(scaled is not None and (scaled.denominator != 1 or abs(scaled) > MAX_AMOUNT))
    return [
        parsing.note(pl.Series(unknown, dtype=pl.Boolean), "unit_not_of_item", "unit", cells["raw_unit"]),
        parsing.note(pl.Series(uneven, dtype=pl.Boolean), "unit_uneven", quantity, cells[f"raw_{quantity}"]),
    ]


def read_factors(cells: pl.DataFrame, *, item: str) -> dict[tuple[int, int], Fraction]:
    """Return (item, unit) → base units in one, for the items of lines that name a unit."""
    ids = cells.filter(pl.col("unit").is_not_null())[item].drop_nulls().unique().to_list()
    factors: dict[tuple[int, int], Fraction] = {}
    for part in parts(ids, 900):
        for pk, base in Item.objects.filter(pk__in=part).values_list("pk", "base_unit_id"):
            factors[pk, base] = Fraction(1)
        rows = ItemUnit.objects.filter(item_id__in=part).values_list("item_id", "unit_id", "numerator", "denominator")
        factors |= {(pk, unit): Fraction(numerator, denominator) for pk, unit, numerator, denominator in rows}
    return factors


def to_base(cells: pl.DataFrame, *, item: str, quantity: str) -> pl.DataFrame:
    """Return the cells with `quantity` in base units; lines that `find_unfit` names must be gone."""
    if cells["unit"].null_count() == cells.height:
        return cells
    factors = read_factors(cells, item=item)
    turned = [
        units if unit is None or units is None else int(units * factors[pk, unit])
        for pk, unit, units in cells.select(item, "unit", quantity).iter_rows()
    ]
    return cells.with_columns(pl.Series(quantity, turned, dtype=pl.Int64))
