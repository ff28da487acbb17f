"""Past orders from a table: which lines are sales, which are returns, which are set aside and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from rantai.kernel import money
from rantai.wires.imports import values
from rantai.wires.imports.kinds.order_columns import FIELDS

REASONS = (
    "repeat",
    "no_invoice",
    "no_item",
    "text_too_long",
    "quantity_unreadable",
    "quantity_zero",
    "quantity_too_large",
    "date_unreadable",
    "date_out_of_range",
    "adjustment",
    "no_price",
    "price_unreadable",
    "amount_too_large",
    "cancellation_without_minus",
    "invoice_known",
)

_MAX_UNITS = 10**9 * values.SCALE
_MAX_INVOICE, _MAX_KEY = 40, 60


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What differs between formats: how cancellations, adjustments and charges look."""

    cancellation: str = r"^$"
    adjustment: str = r"^$"
    charge: str = r"^$"
    """Codes (pattern) of postage, fees, samples and vouchers: sold, never planned."""
    countries: Mapping[str, str] | None = None


def read_lines(
    frame: pl.DataFrame, mapping: Mapping[str, str], *, currency: str, until: date, rules: Rules
) -> pl.DataFrame:
    """Return one row a line: parsed columns, `kind` sale or return, and `reason` where it is set aside.

    Columns: row, invoice, item, description, units, unit_price, amount (1/10,000, rounded to the minor unit),
    at (naive local datetime), customer, customer_name, country, location, kind, is_charge, reason.
    """
    cells = pl.DataFrame(
        {
            field.name: frame[mapping[field.name]] if mapping.get(field.name) else _empty(frame.height)
            for field in FIELDS
        }
    )
    lines = _parse(cells, currency)
    repeat = frame.is_duplicated() & ~frame.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    lines = lines.with_columns(
        repeat=repeat, raw_quantity=cells["quantity"], raw_price=cells["price"], raw_amount=cells["amount"]
    )
    return lines.with_columns(
        kind=_kind(rules),
        is_charge=pl.col("item").str.contains(rules.charge).fill_null(False),
        reason=_reason(rules, until),
    ).drop("repeat", "raw_quantity", "raw_price", "raw_amount", "raw_units")


def tie_returns(lines: pl.DataFrame) -> pl.DataFrame:
    """Add `sale_row`: a return's sale, the latest earlier one of that customer and item, at its price first."""
    sales = (
        lines.filter(pl.col("kind") == "sale").select("customer", "item", "unit_price", "at", sale_row="row").sort("at")
    )
    returns = lines.filter(pl.col("kind") == "return", pl.col("customer").is_not_null()).sort("at")
    exact = returns.join_asof(sales, on="at", by=["customer", "item", "unit_price"], check_sortedness=False)
    loose = returns.join_asof(
        sales.drop("unit_price"), on="at", by=["customer", "item"], check_sortedness=False
    ).select("row", any_row="sale_row")
    tied = exact.join(loose, on="row", how="left").select("row", sale_row=pl.coalesce("sale_row", "any_row"))
    return lines.join(tied, on="row", how="left", maintain_order="left")


def _empty(height: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).extend_constant(None, height - 1)


def _parse(cells: pl.DataFrame, currency: str) -> pl.DataFrame:
    units = values.parse_scaled(cells["quantity"], values.guess_number_style(cells["quantity"]))
    price_cells = cells["price"]
    price = values.parse_scaled(price_cells, values.guess_number_style(price_cells))
    stated = values.parse_scaled(cells["amount"], values.guess_number_style(cells["amount"]))
    sane = units.is_not_null() & (units.abs() <= _MAX_UNITS)
    safe_units = units.zip_with(sane, pl.Series([None], dtype=pl.Int64).extend_constant(None, len(units) - 1))
    if price_cells.null_count() == len(price_cells):
        price = _price_from_amount(stated, safe_units)
    style = values.guess_date_style(cells["date"]) or "year-month-day"
    return pl.DataFrame(
        {
            "row": pl.int_range(cells.height, eager=True),
            "invoice": _key(cells["invoice"]),
            "item": _key(cells["item"]),
            "description": cells["description"],
            "units": safe_units,
            "raw_units": units,
            "unit_price": price,
            "amount": _extend(safe_units, price, currency),
            "at": values.parse_moment(cells["date"], style),
            "customer": _key(pl.select(pl.coalesce(cells["customer"], cells["customer_name"])).to_series()),
            "customer_name": cells["customer_name"],
            "country": cells["country"],
            "location": _key(cells["location"]),
        }
    )


def _key(cells: pl.Series) -> pl.Series:
    # spreadsheets turn the key 13085 into 13085.0
    return cells.str.strip_chars().str.replace(r"^(\d+)\.0$", "$1")


def _price_from_amount(amount: pl.Series, units: pl.Series) -> pl.Series:
    wide, divisor = _wide(amount), _wide(units.replace(0, None))
    return pl.select((wide * _big(values.SCALE)) // divisor).to_series().cast(pl.Int64, strict=False)


def _extend(units: pl.Series, price: pl.Series, currency: str) -> pl.Series:
    """Quantity × price, rounded half-up (away from zero) to the minor unit, as `kernel.money.extend` does."""
    step = 10 ** (4 - money.minor_digits(currency))
    product = _wide(units) * _wide(price)
    divisor = values.SCALE * step
    rounded = (product.abs() + _big(divisor // 2)) // _big(divisor) * _big(step) * product.sign()
    return pl.select(rounded).to_series().cast(pl.Int64, strict=False)


def _wide(column: pl.Series) -> pl.Expr:
    return pl.lit(column.cast(pl.Int128))


def _big(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int128)


def _kind(rules: Rules) -> pl.Expr:
    cancelled = pl.col("invoice").str.contains(rules.cancellation) | (pl.col("units") < 0)
    return pl.when(cancelled).then(pl.lit("return")).otherwise(pl.lit("sale"))


def _is_longer(**limits: int) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).str.len_chars() > limit for name, limit in limits.items())


def _reason(rules: Rules, until: date) -> pl.Expr:
    cancels = pl.col("invoice").str.contains(rules.cancellation)
    tests = {
        "repeat": pl.col("repeat"),
        "no_invoice": pl.col("invoice").is_null(),
        "no_item": pl.col("item").is_null(),
        "text_too_long": _is_longer(invoice=_MAX_INVOICE, item=_MAX_KEY, customer=_MAX_KEY),
        "quantity_too_large": pl.col("raw_units").is_not_null() & pl.col("units").is_null()
        | pl.col("raw_quantity").str.contains(r"(?i)^[+-]?\d+(\.\d+)?e\+?[1-9]|^[+-]?\d{15,}"),
        "quantity_unreadable": pl.col("units").is_null(),
        "quantity_zero": pl.col("units") == 0,
        "date_unreadable": pl.col("at").is_null(),
        "date_out_of_range": (pl.col("at").dt.date() < values.EARLIEST) | (pl.col("at").dt.date() > until),
        "adjustment": pl.col("invoice").str.contains(rules.adjustment) | (pl.col("unit_price") < 0),
        "price_unreadable": pl.col("unit_price").is_null()
        & (pl.col("raw_price").is_not_null() | pl.col("raw_amount").is_not_null()),
        "no_price": pl.col("unit_price").is_null() | (pl.col("unit_price") == 0),
        "amount_too_large": pl.col("amount").is_null() | (pl.col("amount").abs() > money.MAX_AMOUNT),
        "cancellation_without_minus": cancels & (pl.col("units") > 0),
    }
    chosen = pl.lit(None, dtype=pl.String)
    for reason, test in reversed(tests.items()):
        chosen = pl.when(test.fill_null(False)).then(pl.lit(reason)).otherwise(chosen)
    return chosen
