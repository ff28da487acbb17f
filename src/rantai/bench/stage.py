"""The child process of one benchmark: a database of its own, the measuring, one JSON line."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time

import django


def main(name: str, options_json: str) -> None:
    """Migrate an empty database, run the benchmark, print its result."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    django.setup()
    from django.core.management import call_command  # after the settings are chosen

    from rantai.bench.options import NoData, Options
    from rantai.bench.registry import BENCHES

    call_command("migrate", verbosity=0, interactive=False)
    module, _, function = BENCHES[name].partition(":")
    options = Options(**json.loads(options_json))
    started = time.perf_counter()
    try:
        figures = getattr(importlib.import_module(module), function)(options)
    except NoData as problem:
        sys.exit(str(problem))
    seconds = figures.pop("seconds", time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {"name": name, "size": options.size, "seconds": round(seconds, 3), "peak_rss_mb": round(peak), **figures}
    sys.stdout.write(json.dumps(result, default=str) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
