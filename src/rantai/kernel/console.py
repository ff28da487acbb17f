"""Speak with the person, or the program, that runs a long command: progress, and at the end its result."""

import functools
import json
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

import click

SECONDS_BETWEEN_REPORTS = {True: 0.2, False: 5.0}


class Screen:
    """Where one command reports: people read lines, programs one JSON object as the last line."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.started = time.monotonic()
        self._last_report = 0.0
        self._is_line_open = False

    def say(self, text: str) -> None:
        """Tell a step; standard output stays free for the result."""
        self._close_line()
        click.echo(text, err=True)

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Show how far it is, at most five times a second on a terminal, every five seconds in a log."""
        is_terminal = sys.stderr.isatty()
        now = time.monotonic()
        is_complete = total is not None and done >= total
        if now - self._last_report < SECONDS_BETWEEN_REPORTS[is_terminal] and not is_complete:
            return
        self._last_report = now
        line = describe_progress(done, total, note)
        if not is_terminal:
            click.echo(line, err=True)
            return
        click.echo(f"\r\x1b[K{line}", err=True, nl=False)
        self._is_line_open = True
        if is_complete:
            self._close_line()

    def finish(self, result: dict[str, Any]) -> None:
        """Print the result: one JSON object, or one `name: value` line each."""
        self._close_line()
        if self.as_json:
            click.echo(json.dumps({**result, "seconds": round(time.monotonic() - self.started, 3)}, default=str))
            return
        for name, value in result.items():
            click.echo(f"{name.replace('_', ' ')}: {value}")

    def fail(self, message: str, *, status: int = 1, **facts: Any) -> NoReturn:
        """End the command with a message for people, and as JSON where that was asked."""
        self._close_line()
        click.echo(message, err=True)
        if self.as_json:
            click.echo(json.dumps({"error": message, **facts}, default=str))
        sys.exit(status)

    def _close_line(self) -> None:
        if self._is_line_open:
            click.echo(err=True)
            self._is_line_open = False


def describe_progress(done: int, total: int | None, note: str) -> str:
    count = f"{done:,}" if total is None else f"{done:,} of {total:,} ({done * 100 // total if total else 100} %)"
    return f"{note}: {count}" if note else count


class Refused(Exception):
    """A command cannot do what was asked; the text says why and what would do."""


def long_command(function: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    """Give a command `--json` and a `screen`; print the dictionary that it returns, or why it was refused.

    Stands under `@click.command()` and above the options of the command itself.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
    @functools.wraps(function)
    def run(as_json: bool, **options: Any) -> None:
        screen = Screen(as_json=as_json)
        try:
            result = function(screen, **options)
        except (Refused, click.ClickException) as refusal:
            screen.fail(str(refusal))
        screen.finish(result)

    return run
