"""Django's `migrate`, where a new table renders one model, a constraint none and a column its neighbours alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED


class Command(migrate.Command):
    """Apply migrations as Django does; only the history in memory is kept more cheaply."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply them."""
        with rendering_lightly():
            super().handle(*args, **options)


@contextmanager
def rendering_lightly() -> Iterator[None]:
    """Render a model that a migration adds alone, and none anew for a constraint or an index.

    Django renders each related model anew as well, which nine tenths of the time of a first start went into. A new
    model is in no other's columns: what others learn of it is its reverse relation, which rendering it adds to them.
    A constraint or an index is in its own table alone: the rendered model is told of it in its place. A column, a
    relation too, renders those anew that are related to its model directly, as Django does for plain columns.
    A test compares the schema that comes of it with the one that comes without.
    """
    kept: Any = ProjectState
    usual = kept.add_model, kept._append_option, kept.add_field
    kept.add_model, kept._append_option, kept.add_field = _add_model, _append_option, _add_field
    try:
        yield
    finally:
        kept.add_model, kept._append_option, kept.add_field = usual


def _add_model(state: ProjectState, model: ModelState) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:  # type: ignore[attr-defined]
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model])
        state.apps.clear_cache()


def _append_option(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    model = state.models[app_label, model_name]
    model.options[option] = [*model.options[option], added]
    if "apps" in state.__dict__:
        rendered: Any = state.apps.get_model(app_label, model_name)._meta
        setattr(rendered, option, [*getattr(rendered, option), added])


def _add_field(state: ProjectState, app_label: str, model_name: str, name: str, field: Any, default: bool) -> None:
    key = app_label, model_name
    if not default:
        field = field.clone()
        field.default = NOT_PROVIDED
    state.models[key].fields[name] = field
    if state._relations is not None:  # type: ignore[attr-defined]
        state.resolve_model_field_relations(key, name, field)
    state.reload_model(*key, delay=True)
