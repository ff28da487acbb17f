"""The ceiling of confirming: one bare transaction in SQL, without a house around it.

An order, five lines, five reservations, stock checked and taken, a row for the outbox.
"""

from __future__ import annotations

import time

from django.db import connection, transaction

LINES = 5
ITEMS = 20
_KEY = {"sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT", "postgresql": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
_TABLES = (
    "CREATE TABLE bare_stock (item bigint PRIMARY KEY, units bigint NOT NULL, promised bigint NOT NULL,"
    " CHECK (promised <= units))",
    "CREATE TABLE bare_order (id {key}, party bigint NOT NULL, placed_at text NOT NULL)",
    "CREATE TABLE bare_line (id {key}, order_id bigint NOT NULL REFERENCES bare_order, item bigint NOT NULL,"
    " units bigint NOT NULL)",
    "CREATE TABLE bare_reservation (id {key}, line_id bigint NOT NULL REFERENCES bare_line,"
    " item bigint NOT NULL REFERENCES bare_stock, units bigint NOT NULL)",
    "CREATE TABLE bare_outbox (id {key}, kind text NOT NULL, payload text NOT NULL)",
)


def measure(orders: int) -> float:
    """Return how many such transactions a second this process makes."""
    _prepare()
    started = time.perf_counter()
    for number in range(orders):
        with transaction.atomic(durable=True):
            _place(number)
    return orders / (time.perf_counter() - started)


def _prepare() -> None:
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(table.format(key=_KEY[connection.vendor]))
        for item in range(ITEMS):
            cursor.execute("INSERT INTO bare_stock (item, units, promised) VALUES (%s, 100000000, 0)", [item])


def _place(number: int) -> None:
    items = sorted((number + place) % ITEMS for place in range(LINES))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare_order (party, placed_at) VALUES (%s, %s) RETURNING id", [number, "now"])
        ((order_id,),) = cursor.fetchall()
        rows = [value for item in items for value in (order_id, item, 1)]
        cursor.execute(
            f"INSERT INTO bare_line (order_id, item, units) VALUES {_places(3)} RETURNING id",  # noqa: S608
            rows,
        )
        lines = [line for (line,) in cursor.fetchall()]
        for item in items:
            cursor.execute(
                "UPDATE bare_stock SET promised = promised + 1 WHERE item = %s AND promised + 1 <= units", [item]
            )
            assert cursor.rowcount == 1
        cursor.execute(
            f"INSERT INTO bare_reservation (line_id, item, units) VALUES {_places(3)}",  # noqa: S608
            [value for line, item in zip(lines, items, strict=True) for value in (line, item, 1)],
        )
        cursor.execute(
            "INSERT INTO bare_outbox (kind, payload) VALUES (%s, %s)", ["Confirmed", f'{{"id": {order_id}}}']
        )


def _places(width: int) -> str:
    return ", ".join(["(" + ", ".join(["%s"] * width) + ")"] * LINES)
