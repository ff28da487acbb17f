"""Run the command `rantai` as a person does: in a process of its own."""

import json
import subprocess
import sys
from typing import Any


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rantai.config.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def run_json(*arguments: str) -> dict[str, Any]:
    """Return the JSON object that the command printed last."""
    finished = run(*arguments, "--json")
    return json.loads(finished.stdout.splitlines()[-1])
