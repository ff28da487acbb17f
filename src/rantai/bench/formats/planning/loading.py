"""Load a model from its file."""

from __future__ import annotations

from pathlib import Path

from rantai.bench.formats.planning.collecting import collect
from rantai.bench.formats.planning.model import Model
from rantai.bench.formats.planning.parsing import parse
from rantai.bench.formats.planning.resolving import resolve


def load_model(path: Path) -> Model:
    """Return the model in a file; raises UnreadableModel and UnreadableField."""
    return resolve(collect(parse(path)))
