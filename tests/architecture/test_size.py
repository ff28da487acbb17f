"""Files and functions stay small enough to be read in one sitting."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import sources

MOST_LINES = 400
MOST_FUNCTION_LINES = 49

# "file::function": why it may be this long.
LONG_FUNCTIONS: dict[str, str] = {
    "src/rantai_engines/forecasting/_autoregression.py::forecast_autoregression": "one compiled regression",
    "src/rantai_engines/forecasting/_entrants.py::forecast_all": "every method in turn, on shared scratch",
    "src/rantai_engines/forecasting/_seasons.py::harmonic_profile": "one compiled regression",
    "src/rantai_engines/forecasting/_smoothing.py::forecast_smoothing": "a grid search compiled as one loop",
    "src/rantai_engines/forecasting/_smoothing.py::run_smoothing": "the recursion of five components, compiled as one",
    "src/rantai_engines/forecasting/_spread.py::spread_quantiles": "one pass over a pool, with its docstring",
    "src/rantai_engines/forecasting/_tournament.py::compete": "one compiled pass: each split would copy its arrays",
    "src/rantai_engines/forecasting/_trees.py::grow_trees": "one compiled loop over the histogram that it changes",
    "src/rantai_engines/forecasting/consumption.py::consume_line": "three windows in turn, with its docstring",
    "src/rantai_engines/forecasting/hierarchy.py::reconcile": "three ways side by side, with its docstring",
    "src/rantai_engines/forecasting/solve.py::solve": "the story of a tournament, one step a line",
    "src/rantai_engines/inventory/capacitated/_kernels.py::anneal": "one compiled loop over the state that it changes",
    "src/rantai_engines/inventory/excess.py::find_excess": "the matching of lots with demand, with its docstring",
    "src/rantai_engines/inventory/lot_sizing.py::solve_dynamic_lots": "Wagner-Whitin's recursion with its docstring",
    "src/rantai_engines/inventory/periodic_review.py::solve_finite_horizon": "one recursion with its docstring",
    "src/rantai_engines/inventory/periodic_review.py::solve_levels": "Zheng and Federgruen's search with its docstring",
    "src/rantai_engines/inventory/price_breaks.py::order_with_all_units_discount": "a docstring with its example",
    "src/rantai_engines/inventory/release.py::release_quantity": "five rules side by side, with its docstring",
    "src/rantai_engines/inventory/serial.py::solve_serial_normal": "the grid of a recursion, with its docstring",
    "src/rantai_engines/inventory/solve.py::solve": "the story of a target, one step a line",
    "src/rantai_engines/planning/examples.py::make_company": "one company as one literal",
    "src/rantai_engines/valuation/solve.py::solve": "the story of a valuation, one step a line",
}


def find_long_files(lines: dict[str, int]) -> list[str]:
    return [f"{name}: {count} lines" for name, count in lines.items() if count > MOST_LINES]


def find_long_functions(tree: ast.Module, *, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                yield f"{name}::{node.name}"


def count_lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def test_no_file_is_longer_than_400_lines():
    files = [*sources.list_python("src", "tests", "tools"), *sources.list_templates()]

    assert find_long_files({sources.name_file(file): count_lines(file) for file in files}) == []


def test_every_long_function_gives_its_reason():
    files = sources.list_python("src", "tools")

    long = {name for file in files for name in find_long_functions(sources.parse(file), name=sources.name_file(file))}

    assert sorted(long - set(LONG_FUNCTIONS)) == []


def test_no_reason_outlives_its_function():
    files = sources.list_python("src", "tools")

    long = {name for file in files for name in find_long_functions(sources.parse(file), name=sources.name_file(file))}

    assert sorted(set(LONG_FUNCTIONS) - long) == []


def test_the_rules_see_what_is_too_long():
    planted = ast.parse("def tall():\n" + "    pass\n" * 49 + "def low():\n    pass\n")

    assert find_long_files({"a.py": 400, "b.py": 401}) == ["b.py: 401 lines"]
    assert list(find_long_functions(planted, name="a.py")) == ["a.py::tall"]
