"""The command `rantai`: a lazily loaded table of commands, so that each start imports only its own."""

import importlib
import os
import sys

import click
import django

from rantai.config import environment, houses

# name: "module:attribute" of a click command. A new command is one line; its module is imported when it is called.
# Django management commands of our own apps (…/management/commands/<name>.py) are found by their file.
COMMANDS = {
    "serve": "rantai.config.serving:serve",
    "web": "rantai.config.web:web",
    "migrate": "rantai.config.schema:migrate",
    "manage": "rantai.config.cli:manage",
    "backup": "rantai.config.keeping:backup",
    "restore": "rantai.config.keeping:restore",
    "upgrade": "rantai.config.keeping:upgrade",
    "export": "rantai.config.leaving:export",
    "import": "rantai.wires.imports.command:import_file",
    "check": "rantai.desk.check:check",
    "explain": "rantai.desk.explain.command:explain",
    "turn": "rantai.desk.turn.command:turn",
    "bench": "rantai.bench.command:bench",
    "demo": "rantai.demo.command:demo",
}


# It becomes another program that loads Django itself: whoever waits for the first page would wait for it twice.
WITHOUT_DJANGO = {"web"}
# Somebody who begins with one of these need not know of migrations.
ON_A_DATABASE = {"import", "turn", "check", "demo", "explain"}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *list_management_commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module, _, attribute = COMMANDS[cmd_name].partition(":")
            if cmd_name not in WITHOUT_DJANGO:
                django.setup()
            if cmd_name in ON_A_DATABASE:
                importlib.import_module("rantai.config.schema").prepare_empty()
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        return pass_to_django(cmd_name) if cmd_name in list_management_commands() else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Asking every module for its help would load them all.
        with formatter.section("Commands"):
            formatter.write_text(", ".join(self.list_commands(ctx)))


def list_management_commands() -> list[str]:
    """Return the names of our own apps' management commands without importing them."""
    folders = (houses.find_source(f"{app}.management.commands") for app in houses.list_apps())
    files = (file for folder in folders if folder for file in folder.glob("*.py"))
    return sorted(file.stem for file in files if not file.stem.startswith("_"))


def command_line(name: str) -> list[str]:
    """Return what starts a command in a process of its own."""
    return [sys.executable, "-m", "rantai.config.cli", name]


def pass_to_django(name: str) -> click.Command:
    """Return a command that hands its arguments, options included, to the management command."""

    @click.command(name, context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        run_django(name, *arguments)

    return command


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a command of Django, such as `rantai manage shell`."""
    run_django(*arguments)


def run_django(*arguments: str) -> None:
    # Loaded here: Django's command machinery is not needed by `rantai web` and its kin.
    from django.core.management import execute_from_command_line

    execute_from_command_line(["rantai", *arguments])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rantai")
def rantai() -> None:
    """Rantai: customers, operations and suppliers as one chain."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    try:
        rantai(prog_name="rantai")
    except environment.UnusableSetting as problem:
        click.echo(f"rantai: {problem}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
