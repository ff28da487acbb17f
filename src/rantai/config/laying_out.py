"""Lay the tables of an empty database out from the models at once (ADR 20)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    return not MigrationRecorder(connection).applied_migrations() and not set(
        connection.introspection.table_names()
    ) - {MigrationRecorder.Migration._meta.db_table}


def lay_out(connection: BaseDatabaseWrapper) -> None:
    """Create every table as the models have it, run what migrations do besides, and record them all, or nothing.

    Replaying the history of every model takes Django eight times as long. A test compares what comes of both ways.
    """
    loader = MigrationLoader(connection)
    targets = loader.graph.leaf_nodes()
    migrations = {key: loader.graph.nodes[key] for target in targets for key in loader.graph.forwards_plan(target)}
    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        editor.create_model(MigrationRecorder.Migration)
        for label in loader.migrated_apps:
            for model in router.get_migratable_models(apps.get_app_config(label), connection.alias):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        _run_programs(migrations.values(), editor)
        for app, name in migrations:
            recorder.record_applied(app, name)


def _run_programs(migrations: Iterable[Migration], editor: Any) -> None:
    """Run triggers, sequences and data of migrations, after the last table instead of in between."""
    registry: Any = apps
    editor.deferred_sql, later = [], editor.deferred_sql
    for statement in later:
        editor.execute(statement)
    for migration in migrations:
        for operation in migration.operations:
            if isinstance(operation, RunPython):
                operation.code(registry, editor)
