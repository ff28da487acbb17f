"""Django's `migrate`; a database that holds nothing yet is laid out from the models at once."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from rantai.config import laying_out

_PARTIAL = ("app_label", "check_unapplied", "fake", "fake_initial", "plan", "prune")


class Command(migrate.Command):
    """Apply migrations as Django does, but none of them one by one to an empty database."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply them; what Django does after each `migrate` follows in both cases."""
        connection = connections[options.get("database") or DEFAULT_DB_ALIAS]
        if not any(options.get(name) for name in _PARTIAL) and laying_out.is_empty(connection):
            laying_out.lay_out(connection)
        super().handle(*args, **options)
