"""The child process of one benchmark: a database of its own, the measuring, one JSON line."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from typing import Any

import django


def main(name: str, options_json: str) -> None:
    """Migrate an empty database where the benchmark wants one, run it, print its result."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    django.setup()
    from rantai.bench.options import BadOption, Options  # after the settings are chosen
    from rantai.bench.registry import BENCHES
    from rantai.kernel import collector

    bench = BENCHES[name]
    where = _migrate() if bench.databases else {}
    module, _, name_of = bench.function.partition(":")
    options = Options(**json.loads(options_json))
    function = getattr(importlib.import_module(module), name_of)
    collector.settle()  # as a process does that serves
    started = time.perf_counter()
    try:
        figures = function(options)
    except BadOption as problem:
        sys.exit(str(problem))
    seconds = figures.pop("seconds", time.perf_counter() - started)
    size = figures.pop("size", options.size)
    result = {"name": name, "size": size, **where, "seconds": round(seconds, 3), "peak_rss_mb": _peak(), **figures}
    sys.stdout.write(json.dumps(result, default=str) + "\n")


def _migrate() -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    return {"database": connection.vendor}


def _peak() -> int:
    """Return the most memory in MB that this process or one that it started and waited for has held."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
