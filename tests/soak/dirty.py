"""Past orders as they come from shops: returns, repeats, postage, adjustments, holes; the same bytes for a seed."""

from __future__ import annotations

import random
from pathlib import Path

HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
COUNTRIES = ("United Kingdom", "France", "EIRE", "Unspecified", "Germany")
LINES_AN_INVOICE = 12


def write_orders(path: Path, *, lines: int, seed: int, first_invoice: int = 480_000) -> Path:
    """Write so many dirty lines; other first invoices are other orders of the same shop."""
    chance = random.Random(f"{seed}/{first_invoice}")
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        last = ""
        for number in range(lines):
            last = _repeat(chance, last) or _line(chance, first_invoice + number // LINES_AN_INVOICE)
            file.write(last)
    return path


def _repeat(chance: random.Random, last: str) -> str:
    return last if last and chance.random() < 0.01 else ""


def _line(chance: random.Random, invoice: int) -> str:
    # Everything of an invoice is drawn from its number: its day, its customer, its country.
    own = random.Random(invoice)
    day = f"2010-{own.randint(1, 11):02d}-{own.randint(1, 28):02d} {own.randint(8, 17):02d}:{own.randint(0, 59):02d}:00"
    customer = "" if own.random() < 0.2 else str(own.randint(12_000, 15_000))
    code = f"{own.choice('2378')}{chance.randint(1000, 1999)}"
    name, quantity, price = f'"Thing, {code}"', chance.randint(1, 48), f"{chance.randint(20, 1500) / 100:.2f}"
    kind = chance.random()
    letter = ""
    if kind < 0.02:
        letter, quantity = "C", -quantity
    elif kind < 0.03:
        code, name, quantity = "POST", "POSTAGE", 1
    elif kind < 0.032:
        letter, code, price = "A", "B", f"-{price}"
    elif kind < 0.04:
        price, name, customer = "0", "", ""
    elif kind < 0.045:
        quantity = -quantity
    elif kind < 0.048:
        price = "n/a"
    return f"{letter}{invoice},{code},{name},{quantity},{day},{price},{customer},{own.choice(COUNTRIES)}\n"
