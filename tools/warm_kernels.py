"""Compile the engines' kernels once, so that the first user does not wait for it."""

import importlib
import pkgutil
import time

import rantai_engines


def list_kernel_modules() -> list[str]:
    found = pkgutil.walk_packages(rantai_engines.__path__, prefix="rantai_engines.")
    return sorted(module.name for module in found if module.name.rsplit(".", 1)[-1] == "_kernels")


def main() -> None:
    """Import every `_kernels` module and call its `warm_up()` where it has one."""
    for name in list_kernel_modules():
        started = time.perf_counter()
        module = importlib.import_module(name)
        if hasattr(module, "warm_up"):
            module.warm_up()
        print(f"kernels {name}: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
