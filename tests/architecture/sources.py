"""Read the sources of the house for the rules."""

import ast
import functools
import tomllib
from pathlib import Path

from rantai.config import houses

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
HOUSES = ("crm", "iscm", "srm", "foundation")


def list_python(*folders: str) -> list[Path]:
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return sorted(file for file in files if "migrations" not in file.parts)


def list_templates() -> list[Path]:
    return sorted(SOURCE.glob("rantai/**/templates/**/*.html"))


@functools.cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), filename=str(file))


def name_file(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def find_house(file: Path) -> str:
    """Return the folder under src/rantai that the file is in: crm, ui, kernel …"""
    return file.relative_to(SOURCE / "rantai").parts[0]


def list_app_folders() -> list[Path]:
    """Return the folders of the apps that have floors; what stands around the houses is built otherwise."""
    found = (houses.find_source(name) for name in houses.list_apps())
    return [folder for folder in found if folder and find_house(folder) in HOUSES]


def read_layers(contract: str) -> list[set[str]]:
    """Return the layers of an import contract, top first, each as the names that stand side by side."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {entry["id"]: entry for entry in settings["tool"]["importlinter"]["contracts"]}
    return [{name.strip(" ()") for name in layer.split("|")} for layer in contracts[contract]["layers"]]
