"""The counter behind `changed_seq`: what a follower of tables has not seen yet."""

from __future__ import annotations

from django.db import connection

from rantai.kernel import statements


def next_change() -> int:
    """Return the next number; rows written in one action may share it."""
    ((number,),) = statements.read(_NEXT[connection.vendor])
    return int(number)


_NEXT = {
    "postgresql": "SELECT nextval('kernel_change_seq')",
    "sqlite": "INSERT INTO kernel_changecounter (name, value) VALUES ('change', 1)"
    " ON CONFLICT (name) DO UPDATE SET value = kernel_changecounter.value + 1 RETURNING value",
}
