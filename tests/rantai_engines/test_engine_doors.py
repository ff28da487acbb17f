"""Problems, parameters and solutions can be built by a web process, and their worked examples hold."""

import doctest
import importlib
import subprocess
import sys

import numpy as np
import pytest

LIGHT = [
    f"rantai_engines.{e}.{m}"
    for e in ("valuation", "forecasting", "inventory")
    for m in ("problem", "params", "solution")
]
LIGHT += [
    f"rantai_engines.inventory.{e}.{m}" for e in ("capacitated", "placement") for m in ("problem", "params", "solution")
]
LIGHT += ["rantai_engines.forecasting.consumption", "rantai_engines.forecasting.metrics"]
EXAMPLES = [
    "rantai_engines.forecasting.consumption",
    "rantai_engines.forecasting.hierarchy",
    "rantai_engines.forecasting.metrics",
    "rantai_engines.forecasting.solve",
    "rantai_engines.inventory.excess",
    "rantai_engines.inventory.lot_sizing",
    "rantai_engines.inventory.newsvendor",
    "rantai_engines.inventory.price_breaks",
    "rantai_engines.inventory.release",
    "rantai_engines.inventory.safety_stock",
]


def test_no_door_imports_a_compiler() -> None:
    code = f"import sys, {', '.join(LIGHT)}; assert not {{'numba', 'scipy', 'django'}} & set(sys.modules)"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": "src"})

    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_examples_hold(name: str) -> None:
    module = importlib.import_module(name)

    failed, tried = doctest.testmod(module, extraglobs={"np": np})

    assert tried > 0
    assert failed == 0
