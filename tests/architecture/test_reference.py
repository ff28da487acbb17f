"""Every setting, command, event and facade function stands in docs/reference."""

import ast
import importlib
import inspect
import re
from types import ModuleType

from rantai.config import cli, environment, houses
from tests.architecture import sources

REFERENCE = sources.ROOT / "docs" / "reference"


def find_missing(names: list[str], text: str) -> list[str]:
    """Return the names that the text does not mention as a whole word."""
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


def read_reference(name: str) -> str:
    file = REFERENCE / name
    return file.read_text() if file.exists() else ""


def list_public(module: str, kind: type[ast.AST]) -> list[str]:
    file = houses.find_source(module)
    nodes = sources.parse(file).body if file else []
    return [node.name for node in nodes if isinstance(node, kind) and not node.name.startswith("_")]


def list_functions(door: ModuleType) -> list[str]:
    """Return the functions that a front door offers: its own and those of its `__all__`."""
    offered = set(getattr(door, "__all__", ()))
    found = inspect.getmembers(door, inspect.isfunction)
    return [name for name, kind in found if name in offered or (kind.__module__ == door.__name__ and name[0] != "_")]


def test_every_setting_is_documented():
    names = [variable.name for variable in environment.VARIABLES]

    assert find_missing(names, read_reference("settings.md")) == []


def test_every_command_is_documented():
    names = [f"rantai {name}" for name in sorted({*cli.COMMANDS, *cli.list_management_commands()})]

    assert find_missing(names, read_reference("commands.md")) == []


def test_every_event_is_documented():
    names = [name for house in sources.HOUSES for name in list_public(f"rantai.{house}.events", ast.ClassDef)]

    assert find_missing(names, read_reference("events.md")) == []


def test_every_facade_function_is_documented():
    doors = [importlib.import_module(f"rantai.{house}.facade") for house in sources.HOUSES]
    names = [name for door in doors for name in list_functions(door)]

    assert find_missing(names, read_reference("facades.md")) == []


def test_the_rule_sees_what_is_missing():
    assert find_missing(["PORT", "rantai serve"], "`RANTAI_PORT` and `rantai serve-all`") == ["PORT", "rantai serve"]
    assert find_missing(["PORT", "rantai serve"], "`PORT`, `rantai serve`") == []
