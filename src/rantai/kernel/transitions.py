"""Legal changes of state, as data, and the one way to make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from rantai.kernel import updates


class IllegalTransition(Exception):
    """A change of state that the machine does not know, or that somebody else made first."""

    def __init__(self, document: str, state: str, to: str, allowed: tuple[str, ...]) -> None:
        self.document, self.state, self.to, self.allowed = document, state, to, allowed
        ways = ", ".join(allowed) or _("nothing: it has ended")
        super().__init__(
            _("%(document)s cannot become %(to)s: it is %(state)s. Possible from here: %(ways)s.")
            % {"document": document, "to": to, "state": state, "ways": ways}
        )


@dataclass(frozen=True)
class Machine:
    """The states of one kind of document and the ways between them."""

    name: str
    ways: Mapping[str, tuple[str, ...]]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the story."""
        return tuple(self.ways)

    @property
    def final(self) -> tuple[str, ...]:
        """States that nothing leaves."""
        return tuple(state for state, ways in self.ways.items() if not ways)

    def check(self, model: str) -> models.CheckConstraint:
        """Return the constraint that lists the legal values for a model's `state`."""
        return models.CheckConstraint(condition=models.Q(state__in=self.states), name=f"{model}_state_legal")

    def can(self, state: str, to: str) -> bool:
        """Tell whether `to` may follow `state`."""
        return to in self.ways[state]

    def step(self, obj: models.Model, to: str) -> dict[str, str]:
        """Return the change of state for `revisions.take`, which makes it with others; raises IllegalTransition."""
        old: str = obj.state  # type: ignore[attr-defined]
        if not self.can(old, to):
            raise IllegalTransition(str(obj), old, to, self.ways[old])
        return {"state": to}

    def move(self, obj: models.Model, to: str) -> None:
        """Change `obj.state` in the database and in memory; raises IllegalTransition.

        The update names the old state, so that of two writers only one succeeds.
        """
        old: str = obj.state  # type: ignore[attr-defined]
        changes: dict[str, object] = {**self.step(obj, to)}
        if any(field.name == "updated_at" for field in obj._meta.concrete_fields):
            changes["updated_at"] = timezone.now()
        key = str(obj._meta.pk.attname)
        if not updates.change(type(obj), where={key: obj.pk, "state": old}, to=changes):
            raise IllegalTransition(str(obj), old, to, ())
        obj.state = to  # type: ignore[attr-defined]
