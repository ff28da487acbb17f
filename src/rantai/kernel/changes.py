"""The counter behind `changed_seq`: what a follower of tables has not seen yet."""

from __future__ import annotations

from django.db import connection


def next_change() -> int:
    """Return the next number; rows written in one action may share it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval('kernel_change_seq')")
        else:
            cursor.execute(
                "INSERT INTO kernel_changecounter (name, value) VALUES ('change', 1)"
                " ON CONFLICT (name) DO UPDATE SET value = kernel_changecounter.value + 1 RETURNING value"
            )
        row: tuple[int] = cursor.fetchone()
    return row[0]
