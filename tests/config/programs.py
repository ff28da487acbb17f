"""Run the command `rantai`: as a person does, in a process of its own, or in this one."""

import json
import os
import subprocess
import sys
from typing import Any

from click.testing import CliRunner, Result

from rantai.config import cli
from tests import databases


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rantai.config.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def run_json(*arguments: str) -> dict[str, Any]:
    """Return the JSON object that the command printed last."""
    finished = run(*arguments, "--json")
    return json.loads(finished.stdout.splitlines()[-1])


def call(*arguments: str) -> Result:
    """Run it here, on the database that the environment names: a process takes two seconds for what it imports."""
    with databases.visit(os.environ["DATABASE_URL"]):
        return CliRunner().invoke(cli.rantai, arguments)


def call_json(*arguments: str) -> dict[str, Any]:
    """Return the JSON object that the command printed last."""
    finished = call(*arguments, "--json")
    return json.loads(finished.stdout.splitlines()[-1])
