"""Django's `migrate`, with a table's creation costing one model instead of every model that is related to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState


class Command(migrate.Command):
    """Apply migrations as Django does; only the history in memory is kept more cheaply."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply them."""
        with rendering_lightly():
            super().handle(*args, **options)


@contextmanager
def rendering_lightly() -> Iterator[None]:
    """Render a model that a migration adds alone.

    Django renders each related model anew as well, which nine tenths of the time of a first start went into. A new
    model is in no other's columns: what others learn of it is its reverse relation, which rendering it adds to them.
    A test compares the schema that comes of it with the one that comes without.
    """
    usual = ProjectState.add_model
    ProjectState.add_model = _add_model  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = usual  # type: ignore[method-assign]


def _add_model(state: ProjectState, model: ModelState) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:  # type: ignore[attr-defined]
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model])
        state.apps.clear_cache()
