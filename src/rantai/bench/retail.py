"""A year of a gift wholesaler's orders made from a seed: the columns, size and dirt of the public retail file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country")
LINES = 525_461
SEED = 20101209
FIRST_DAY = datetime(2009, 12, 1, tzinfo=UTC)
DAYS = 374
ITEMS = 4_600
CUSTOMERS = 4_380
FEES = (("POST", "POSTAGE"), ("DOT", "DOTCOM POSTAGE"), ("M", "Manual"), ("BANK CHARGES", " Bank Charges"))
COUNTRIES = ("United Kingdom", "EIRE", "Germany", "France", "Netherlands")
COUNTRY_SHARES = (0.925, 0.018, 0.016, 0.011, 0.03)
COLOURS = ("RED", "BLUE", "PINK", "IVORY", "GREEN", "RETROSPOT", "VINTAGE")
THINGS = ("MUG", "CUSHION COVER", "LUNCH BAG", "T-LIGHT HOLDER", "CAKE TIN", "STORAGE BAG", "WALL CLOCK", "BUNTING")

# Shares of lines, as the public file has them.
ANONYMOUS = 0.205
CANCELLED = 0.0194
FREE = 0.007
REPEATED = 0.0131
FEE = 0.004
UNDESCRIBED = 0.0056

Row = list[str]


@dataclass(frozen=True, kw_only=True)
class _Draws:
    """Columns `(n_lines,)` that decide what each line is."""

    item: NDArray[np.int64]
    quantity: NDArray[np.int64]
    invoice: NDArray[np.int64]
    chance: NDArray[np.float64]
    """`(4, n_lines)`: fee, repeat, no price, no description."""


def write(path: Path, *, lines: int = LINES, seed: int = SEED) -> Path:
    """Write the file, gzipped; its bytes are a function of lines and seed."""
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0, filename="") as packed:
        packed.write((",".join(COLUMNS) + "\n").encode())
        rows = list_rows(lines=lines, seed=seed)
        while text := _take(rows, 20_000):
            packed.write(text.encode())
    return path


def list_rows(*, lines: int, seed: int) -> Iterator[Row]:
    """Yield the rows: invoices in order of time, each of one customer, cancellations after their sale."""
    random = np.random.default_rng(seed)
    per_invoice = np.maximum(1, random.lognormal(2.4, 1.1, size=lines // 4 + 10).astype(np.int64))
    invoice = np.repeat(np.arange(len(per_invoice)), per_invoice)[:lines]
    count = int(invoice[-1]) + 1
    starts = np.sort(random.integers(0, DAYS * 12 * 60, size=count))
    customers = _popular(random, CUSTOMERS, count, power=0.7)
    anonymous, cancelled = random.random(count) < ANONYMOUS, random.random(count) < CANCELLED
    countries = random.choice(len(COUNTRIES), p=COUNTRY_SHARES, size=CUSTOMERS)
    prices = np.round(np.maximum(0.12, random.lognormal(0.9, 0.9, size=ITEMS)), 2)
    draws = _Draws(
        item=_popular(random, ITEMS, lines, power=0.75),
        quantity=np.maximum(1, random.lognormal(1.5, 1.2, size=lines).astype(np.int64)),
        invoice=invoice,
        chance=random.random((4, lines)),
    )
    before: Row = []
    for place, number in enumerate(invoice.tolist()):
        if before and draws.chance[1, place] < REPEATED:
            yield before
            continue
        minutes = int(starts[number])
        at = FIRST_DAY + timedelta(days=minutes // 720, minutes=7 * 60 + minutes % 720)
        customer = int(customers[number])
        before = [
            f"C{489434 + number}" if cancelled[number] else str(489434 + number),
            *_name_item(draws, place),
            str(-int(draws.quantity[place]) if cancelled[number] else int(draws.quantity[place])),
            f"{at:%Y-%m-%d %H:%M:%S}",
            "0.0" if draws.chance[2, place] < FREE else f"{prices[draws.item[place]]:g}",
            "" if anonymous[number] else f"{12346 + customer}.0",
            COUNTRIES[0] if anonymous[number] else COUNTRIES[countries[customer]],
        ]
        yield before


def _name_item(draws: _Draws, place: int) -> tuple[str, str]:
    if draws.chance[0, place] < FEE:
        return FEES[place % len(FEES)]
    item = int(draws.item[place])
    code = f"{10_000 + item // 3 * 7}{'ABC'[item % 3] if item % 3 else ''}"
    name = f"{COLOURS[item % 7]} {THINGS[item // 7 % 8]} {item}"
    return code, "" if draws.chance[3, place] < UNDESCRIBED else name


def _popular(random: np.random.Generator, kinds: int, size: int, *, power: float) -> NDArray[np.int64]:
    """Draw kinds of which few are wanted often: the weight of the n-th is n to the minus power."""
    weights = np.arange(1, kinds + 1) ** -power
    return np.searchsorted(np.cumsum(weights / weights.sum()), random.random(size)).clip(0, kinds - 1)


def _take(rows: Iterator[Row], count: int) -> str:
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    for _number, row in zip(range(count), rows, strict=False):
        writer.writerow(row)
    return "".join(lines)


class _Lines(list[str]):
    """Where a csv writer puts its lines."""

    def write(self, line: str) -> None:
        self.append(line)
