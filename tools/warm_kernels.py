"""Compile the engines' kernels once, so that the first user does not wait for it."""

import importlib
import time

ENGINES = ("valuation", "forecasting", "inventory", "planning", "promising")
"""Those of a turn, in its order; what else is compiled, whoever needs it first waits for."""


def main() -> None:
    """Import the `_kernels` module of each engine and call its `warm_up()` where it has one."""
    for engine in ENGINES:
        name = f"rantai_engines.{engine}._kernels"
        started = time.perf_counter()
        module = importlib.import_module(name)
        if hasattr(module, "warm_up"):
            module.warm_up()
        print(f"kernels {name}: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
