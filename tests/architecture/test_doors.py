"""What a web process imports stays light: no compiled engine, no data frame library of the workers."""

import subprocess
import sys

from rantai.config import houses
from tests.architecture import sources

HEAVY = ("numba", "pandas", "statsforecast")
LOOK = """
import importlib, os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "rantai.config.settings"
django.setup()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(" ".join(name for name in {heavy!r} if name in sys.modules))
"""


def list_doors() -> list[str]:
    facades = [f"rantai.{house}.facade" for house in sources.HOUSES]
    urls = [f"{app}.urls" for app in houses.list_apps()]
    return ["rantai.config.urls", "rantai.config.wsgi", *houses.list_present(*facades, *urls)]


def find_heavy(modules: list[str], *, heavy: tuple[str, ...] = HEAVY) -> list[str]:
    """Import the modules in a fresh process and return the heavy ones that came with them."""
    code = LOOK.format(heavy=heavy)
    seen = subprocess.run([sys.executable, "-c", code, *modules], capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stderr
    return seen.stdout.split()


def test_facades_and_addresses_import_no_compiled_engine():
    assert find_heavy(list_doors()) == []


def test_the_rule_sees_a_heavy_import():
    assert find_heavy(["fractions"], heavy=("fractions",)) == ["fractions"]
