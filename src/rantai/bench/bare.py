"""The ceiling of confirming: one bare transaction in SQL, without a house around it.

An order, five lines, five reservations, stock checked and taken, a row for the outbox.
"""

from __future__ import annotations

import time
from functools import partial

from django.db import connection, transaction

LINES = 5
ITEMS = 20
_KEY = {"sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT", "postgresql": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
_TABLES = (
    "CREATE TABLE IF NOT EXISTS bare_stock (item bigint PRIMARY KEY, units bigint NOT NULL, promised bigint NOT NULL,"
    " CHECK (promised <= units))",
    "CREATE TABLE IF NOT EXISTS bare_order (id {key}, party bigint NOT NULL, placed_at text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bare_line (id {key}, order_id bigint NOT NULL REFERENCES bare_order,"
    " item bigint NOT NULL, units bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bare_reservation (id {key},"
    " line_id bigint NOT NULL REFERENCES bare_line, item bigint NOT NULL REFERENCES bare_stock, units bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bare_outbox (id {key}, kind text NOT NULL, payload text NOT NULL)",
)


def measure(orders: int) -> float:
    """Return how many such transactions a second this process makes."""
    prepare()
    started = time.perf_counter()
    for number in range(orders):
        with transaction.atomic(durable=True):
            place(number)
    return orders / (time.perf_counter() - started)


def prepare() -> None:
    """Make the tables of the bare transaction."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(table.format(key=_KEY[connection.vendor]))
        for item in range(ITEMS):
            cursor.execute(
                "INSERT INTO bare_stock (item, units, promised) VALUES (%s, 100000000, 0) ON CONFLICT DO NOTHING",
                [item],
            )


def place(number: int, *, lines: int = LINES) -> None:
    """Make one such transaction, in the caller's."""
    items = sorted((number + place) % ITEMS for place in range(lines))
    places = partial(_places, lines)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare_order (party, placed_at) VALUES (%s, %s) RETURNING id", [number, "now"])
        ((order_id,),) = cursor.fetchall()
        rows = [value for item in items for value in (order_id, item, 1)]
        cursor.execute(
            f"INSERT INTO bare_line (order_id, item, units) VALUES {places(3)} RETURNING id",  # noqa: S608
            rows,
        )
        written = [line for (line,) in cursor.fetchall()]
        for item in items:
            cursor.execute(
                "UPDATE bare_stock SET promised = promised + 1 WHERE item = %s AND promised + 1 <= units", [item]
            )
            assert cursor.rowcount == 1
        cursor.execute(
            f"INSERT INTO bare_reservation (line_id, item, units) VALUES {places(3)}",  # noqa: S608
            [value for line, item in zip(written, items, strict=True) for value in (line, item, 1)],
        )
        cursor.execute(
            "INSERT INTO bare_outbox (kind, payload) VALUES (%s, %s)", ["Confirmed", f'{{"id": {order_id}}}']
        )


def _places(lines: int, width: int) -> str:
    return ", ".join(["(" + ", ".join(["%s"] * width) + ")"] * lines)
