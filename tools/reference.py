"""Write the reference pages that follow from the program: settings, commands, events, facades, the API."""

import ast
import importlib
import inspect
import json
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import django
from django.core.management import load_command_class

from rantai.config import cli, environment, houses

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
HOUSES = ("crm", "iscm", "srm", "foundation")
NOTE = "<!-- Written by `make docs` from the program; change the program. -->"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    django.setup()
    REFERENCE.mkdir(parents=True, exist_ok=True)
    write("settings.md", "Settings", write_settings())
    write("commands.md", "Commands", write_commands())
    write("events.md", "Events", write_definitions("events", ast.ClassDef))
    write("facades.md", "Facades", write_definitions("facade", ast.FunctionDef))
    (REFERENCE / "openapi.json").write_text(write_openapi())


def write_openapi() -> str:
    """Return the description of the API as it is committed; a test compares it with what the program says."""
    from rantai.wires.api.v1 import api  # its models can be read only once Django is set up

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write(name: str, title: str, lines: Iterator[str]) -> None:
    (REFERENCE / name).write_text("\n".join([f"# {title}", "", NOTE, "", *lines]).rstrip() + "\n")


def write_settings() -> Iterator[str]:
    yield "Rantai reads these variables of its environment when it starts."
    yield ""
    yield "| Variable | Default | Meaning |"
    yield "|---|---|---|"
    for variable in environment.VARIABLES:
        default = f"`{variable.default}`" if variable.default else "empty"
        yield f"| `{variable.name}` | {default} | {variable.meaning} |"


def write_commands() -> Iterator[str]:
    for name in sorted({*cli.COMMANDS, *cli.list_management_commands()}):
        yield f"## `rantai {name}`"
        yield ""
        yield from describe_click(name) if name in cli.COMMANDS else describe_management(name)
        yield ""


def describe_click(name: str) -> Iterator[str]:
    module, _, attribute = cli.COMMANDS[name].partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    yield inspect.cleandoc(command.help or "")
    yield from describe_options(
        [(parameter.opts[-1], getattr(parameter, "help", "")) for parameter in command.params if parameter.opts]
    )


def describe_management(name: str) -> Iterator[str]:
    app = next(app for app in houses.list_apps() if houses.find_source(f"{app}.management.commands.{name}"))
    command = load_command_class(app, name)
    yield str(command.help)
    parser = command.create_parser("rantai", name)
    own = [action for action in parser._actions if action.dest not in DJANGO_OPTIONS]
    yield from describe_options([((action.option_strings or [action.dest])[-1], action.help) for action in own])


DJANGO_OPTIONS = {
    *("help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"),
}


def describe_options(options: list[tuple[str, str | None]]) -> Iterator[str]:
    if options:
        yield ""
    for name, text in options:
        yield f"- `{name}`{': ' + text if text else ''}"


def write_definitions(module: str, kind: type[ast.ClassDef] | type[ast.FunctionDef]) -> Iterator[str]:
    """List what a door of each house defines or lends, with the first line of what it says of itself."""
    for house in HOUSES:
        file = houses.find_source(f"rantai.{house}.{module}")
        if file is None:
            continue
        yield f"## {house}"
        yield ""
        for node in list_definitions(file, kind):
            yield from describe_definition(node)
        yield ""


def list_definitions(file: Path, kind: type[ast.ClassDef] | type[ast.FunctionDef]) -> Iterator[Any]:
    """Yield what a file defines, and what it imports from another of ours and says so in its `__all__`."""
    tree = ast.parse(file.read_text())
    lent = set(find_all(tree))
    for node in tree.body:
        if isinstance(node, kind) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ImportFrom) and lent & {alias.name for alias in node.names}:
            source = houses.find_source(str(node.module))
            if source and source.is_file():
                names = {alias.name for alias in node.names} & lent
                yield from (found for found in list_definitions(source, kind) if found.name in names)


def find_all(tree: ast.Module) -> list[str]:
    """Return the names that a module says it offers."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def describe_definition(node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    signature = f"({ast.unparse(node.args)})" if isinstance(node, ast.FunctionDef) else ""
    yield f"- `{node.name}`: {textwrap.shorten(ast.get_docstring(node) or '', 300)}"
    if signature:
        yield f"  `{signature}`"
    fields = [
        entry.target.id
        for entry in node.body
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name)
    ]
    if fields:
        yield f"  Fields: {', '.join(f'`{name}`' for name in fields)}."


if __name__ == "__main__":
    main()
