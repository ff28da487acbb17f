"""Compile the engines' kernels once, so that the first user does not wait for it."""

import time

from rantai_engines import warm


def main() -> None:
    """Compile what a turn needs, in its order; `rantai_engines.warm` says what."""
    for engine, compile_kernels in warm.ENGINES.items():
        started = time.perf_counter()
        compile_kernels()
        print(f"kernels of {engine}: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
