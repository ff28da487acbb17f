"""What became of each line: what was read equals what was imported plus what was set aside."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from rantai.kernel.money import SCALE


class AccountDoesNotClose(AssertionError):
    """Lines or amounts were lost between the file and the books: nothing was imported."""


def summarise(lines: pl.DataFrame) -> dict[str, Any]:
    """Return the account of classified order lines, names as in the benchmarks; amounts as decimal text."""
    kept = lines.filter(pl.col("reason").is_null())
    aside = lines.filter(pl.col("reason").is_not_null())
    reasons = aside.group_by("reason").agg(lines=pl.len(), amount=pl.col("amount").sum()).sort("lines", descending=True)
    return {
        "lines_read": lines.height,
        "lines_imported": kept.height,
        "lines_set_aside": aside.height,
        "set_aside_by_reason": dict(reasons.select("reason", "lines").iter_rows()),
        "parties": kept["customer"].n_unique(),
        "items": kept["item"].n_unique(),
        "items_to_plan": kept.filter(~pl.col("is_charge"))["item"].n_unique(),
        "orders": kept.filter(pl.col("kind") == "sale")["invoice"].n_unique(),
        "returns": kept.filter(pl.col("kind") == "return").height,
        "returns_tied": kept.filter(pl.col("sale_row").is_not_null()).height,
        "lines_anonymous": kept["customer"].null_count(),
        "amount_read": decimal_text(lines["amount"].sum()),
        "amount_imported": decimal_text(kept["amount"].sum()),
        "amount_set_aside": decimal_text(aside["amount"].sum()),
        "amount_set_aside_by_reason": {
            reason: decimal_text(amount) for reason, amount in reasons.select("reason", "amount").iter_rows()
        },
        "first_day": _day(kept["at"].min()),
        "last_day": _day(kept["at"].max()),
    }


def require_closed(account: dict[str, Any], *, stored_lines: int, stored_amount: int) -> None:
    """Raise AccountDoesNotClose unless the books hold exactly what the account says was imported."""
    read, imported, aside = (account[f"lines_{part}"] for part in ("read", "imported", "set_aside"))
    amounts = {part: Decimal(account[f"amount_{part}"]) for part in ("read", "imported", "set_aside")}
    stored = Decimal(stored_amount) / SCALE
    if read != imported + aside or imported != stored_lines:
        raise AccountDoesNotClose(f"{read} lines read, {imported} imported, {aside} set aside, {stored_lines} stored.")
    if amounts["read"] != amounts["imported"] + amounts["set_aside"] or amounts["imported"] != stored:
        raise AccountDoesNotClose(f"Amounts {amounts}, stored {stored}.")


def require_lines_closed(figures: Mapping[str, Any]) -> None:
    """Raise AccountDoesNotClose unless every line read is imported, changed, unchanged or set aside."""
    parts = [figures[f"lines_{part}"] for part in ("imported", "changed", "unchanged", "set_aside")]
    if figures["lines_read"] != sum(parts) or min(parts) < 0:
        raise AccountDoesNotClose(f"{figures['lines_read']} lines read, but {parts} accounted for.")


def decimal_text(amount: int | float | Decimal) -> str:
    """Write ten-thousandths as plain decimal text."""
    return f"{(Decimal(amount) / SCALE).normalize():f}"


def _day(moment: Any) -> str | None:
    return moment.date().isoformat() if moment else None
