"""Bring the database to this program's schema, and refuse one that a newer program wrote."""

from typing import Any

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from rantai.kernel.console import Refused, Screen, long_command

Migration = tuple[str, str]


class NewerSchema(Refused):
    def __init__(self, unknown: list[Migration]) -> None:
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:5])
        super().__init__(
            f"The data was written by a newer Rantai: this program does not know {names}"
            f"{' and more' if len(unknown) > 5 else ''}. Use that newer program; nothing was changed."
        )


def list_applied() -> list[Migration]:
    return sorted(MigrationLoader(connection).applied_migrations)


def refuse_newer(applied: list[Migration], *, loader: MigrationLoader | None = None) -> None:
    """Raise NewerSchema where a migration was applied that this program does not have."""
    known = (loader or MigrationLoader(None)).disk_migrations
    replaced = {name for migration in known.values() for name in migration.replaces}
    unknown = [name for name in applied if name not in known and name not in replaced]
    if unknown:
        raise NewerSchema(unknown)


def count_pending(loader: MigrationLoader | None = None) -> int:
    # Reading every migration takes a good part of a start: whoever has read them passes them on.
    known = loader or MigrationLoader(connection)
    return sum(migration not in known.applied_migrations for migration in known.graph.nodes)


def refuse_unusable() -> None:
    """Raise Refused unless the database has exactly this program's schema."""
    loader = MigrationLoader(connection)
    refuse_newer(sorted(loader.applied_migrations), loader=loader)
    pending = count_pending(loader)
    if pending:
        raise Refused(f"The database lacks {pending} migrations. Run `rantai migrate`, or `rantai upgrade` for data.")


def apply_migrations(screen: Screen) -> int:
    """Apply what is missing and return how many migrations that were."""
    loader = MigrationLoader(connection)
    refuse_newer(sorted(loader.applied_migrations), loader=loader)
    total = count_pending(loader)
    if total:
        screen.say(f"{total} migrations to apply")
        call_command("migrate", interactive=False, verbosity=0)
    return total


def prepare_empty() -> None:
    """Bring a database that holds nothing yet to this program's schema; leave any other alone."""
    if not list_applied():
        apply_migrations(Screen())


@click.command()
@long_command
def migrate(screen: Screen) -> dict[str, Any]:
    """Bring the database to this program's schema."""
    return {"applied": apply_migrations(screen), "database": connection.vendor}
