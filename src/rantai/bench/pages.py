"""Every page of the demonstration company as its people see it: idle, and while an import and a turn run."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve

from rantai.bench import browsing, retail, running, spans
from rantai.bench.browsing import Answer, Browser
from rantai.bench.options import BadOption, Options
from rantai.demo.founding import LOGINS, PASSWORD

SIZE = "medium"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tour:
    """How much is asked for.

    `variants` are, of a page with filters, an order or a place in its list, those that each person opens beside the
    page itself; `lines` those of the history that is imported meanwhile.
    """

    variants: int
    rounds: int
    lines: int


TOURS = {"medium": Tour(variants=3, rounds=2, lines=525_461), "small": Tour(variants=1, rounds=1, lines=60_000)}
QUICK, FAIR = 0.1, 0.3
LONGEST_WORK = 300.0
LOCKED = "database is locked"
_LEAVING = re.compile(r"/(logout|export|download|paper|file|attachment)s?\b|\.(csv|xlsx|pdf|json)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One person's request for a page, and what came of it."""

    page: str
    role: str
    path: str
    status: int
    seconds: float

    @property
    def is_error(self) -> bool:
        """Tell whether the server failed."""
        return self.status >= 500


def measure(options: Options) -> dict[str, Any]:
    """Make the company, walk it as each role, ask for each page again while idle and again while work runs.

    `size` is the demonstration's; --data is the history that is imported meanwhile, otherwise one made from a seed.
    """
    home, started = settings.HOME, time.perf_counter()
    log, size = home / "serve.log", options.size or SIZE
    plan = TOURS.get(size, TOURS[SIZE])
    _run("demo", "--size", size, log=log)
    port = running.find_port()
    with running.serve(port, log=log):
        people = {role: _sign_in(port, role) for role, _name, _language in LOGINS}
        weight = _weigh(port, people["manager"])
        tour = {role: _walk(browser, role, variants=plan.variants) for role, browser in people.items()}
        idle = [visit for _round in range(plan.rounds) for visit in _ask_all(people, tour)]
        busy, work = _ask_while_working(people, tour, history=_find_history(options, home, plan.lines), log=log)
    result = {
        "size": size,
        "seconds": time.perf_counter() - started,
        "pages": len({visit.page for visit in idle}),
        "visits": len(idle),
        **_judge(idle),
        "busy": {**_judge(busy), "visits": len(busy), **work},
        "database_is_locked": log.read_text(errors="replace").count(LOCKED),
        "first_load_kb": round(weight / 1000, 1),
        "per_page": _describe_pages(idle),
        "busy_per_page": _describe_pages(busy),
    }
    options.keep(result)
    return result


def _find_history(options: Options, folder: Path, lines: int) -> Path:
    return options.find_data() or retail.write(folder / "made-history.csv.gz", lines=lines)


def _run(*arguments: str, log: Path) -> None:
    with log.open("ab") as file:
        done = subprocess.run(running.list_command(*arguments), stdout=file, stderr=file, check=False)
    if done.returncode:
        raise BadOption(f"rantai {' '.join(arguments)} failed.\n{log.read_text(errors='replace')[-4000:]}")


def _sign_in(port: int, role: str) -> Browser:
    browser = Browser("127.0.0.1", port)
    browser.sign_in(f"{role}@kirana.example", PASSWORD)
    return browser


def _walk(browser: Browser, role: str, *, variants: int) -> dict[str, str]:
    """Follow links from the first page on, one document of each kind; return each path with the page that it is."""
    found: dict[str, str] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    waiting, known = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        page, variant = _name(path)
        if not page or variant in seen[page] or (variant and len(seen[page] - {""}) >= variants):
            continue
        answer = browser.get(path)
        if not answer.is_page or 400 <= answer.status < 500:
            continue
        seen[page].add(variant)
        found[path] = page + variant
        for link in browsing.list_links(answer):
            if link not in known and not _LEAVING.search(link):
                known.add(link)
                waiting.append(link)
    return found


def _name(path: str) -> tuple[str, str]:
    """Return the page behind a path, empty where there is none, and which parameters it was asked with."""
    where, _, query = path.partition("?")
    try:
        match = resolve(where)
    except Resolver404:
        return "", ""
    names = sorted({part.partition("=")[0] for part in query.split("&") if part})
    return match.view_name, f"?{'&'.join(names)}" if names else ""


def _ask_all(people: dict[str, Browser], tour: dict[str, dict[str, str]]) -> list[Visit]:
    return [_visit(people[role], role, path, page) for role, paths in tour.items() for path, page in paths.items()]


def _visit(browser: Browser, role: str, path: str, page: str) -> Visit:
    answer = browser.get(path)
    status = 500 if LOCKED in _shown(answer) else answer.status
    return Visit(page=page, role=role, path=path, status=status, seconds=answer.seconds)


def _shown(answer: Answer) -> str:
    return answer.text if answer.status >= 400 else ""


def _ask_while_working(
    people: dict[str, Browser], tour: dict[str, dict[str, str]], *, history: Path, log: Path
) -> tuple[list[Visit], dict[str, Any]]:
    """Ask for every page, again and again, until an import and a turn that were started together have ended."""
    work = [
        _Work("import", "orders", str(history), "--preset", "online-retail", "--json", log=log),
        _Work("turn", "--json", log=log),
    ]
    visits: list[Visit] = []
    until = time.perf_counter() + LONGEST_WORK
    while any(part.is_alive() for part in work) and time.perf_counter() < until:
        for role, paths in tour.items():
            for path, page in paths.items():
                if any(part.is_alive() for part in work):
                    visits.append(_visit(people[role], role, path, page))
    for part in work:
        part.join()
    return visits, {f"{part.name}_{name}": value for part in work for name, value in part.figures.items()}


class _Work(threading.Thread):
    """A command of ours in a process of its own."""

    def __init__(self, *arguments: str, log: Path) -> None:
        super().__init__(name=arguments[0])
        self._arguments, self._log, self.figures = arguments, log, {"seconds": 0.0, "failed": 0}
        self.start()

    def run(self) -> None:
        started = time.perf_counter()
        with self._log.open("ab") as file:
            command = running.list_command(*self._arguments)
            done = subprocess.run(command, stdout=file, stderr=file, check=False, env=dict(os.environ))
        self.figures = {"seconds": round(time.perf_counter() - started, 1), "failed": done.returncode}


def _judge(visits: Sequence[Visit]) -> dict[str, Any]:
    """Return the figures over all pages; a page is quick if 95 of 100 visits to it are."""
    if not visits:
        return {}
    pages = [_times(of) for of in _by_page(visits).values()]
    return {
        **spans.describe([visit.seconds for visit in visits]),
        "share_of_visits_under_100_ms": _share(visit.seconds < QUICK for visit in visits),
        "share_of_visits_under_300_ms": _share(visit.seconds < FAIR for visit in visits),
        "share_of_pages_under_100_ms": _share(spans.pick(times, 0.95) < QUICK for times in pages),
        "share_of_pages_under_300_ms": _share(spans.pick(times, 0.95) < FAIR for times in pages),
        "errors": sum(visit.is_error for visit in visits),
        "failing": sorted({f"{visit.role} {visit.path}" for visit in visits if visit.is_error})[:20],
    }


def _describe_pages(visits: Sequence[Visit]) -> dict[str, dict[str, float]]:
    """Return each page's figures, the slowest first."""
    described = {page: spans.describe(_times(of)) | {"visits": len(of)} for page, of in _by_page(visits).items()}
    return dict(sorted(described.items(), key=lambda pair: -pair[1]["p95_ms"]))


def _by_page(visits: Sequence[Visit]) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        found[visit.page].append(visit)
    return found


def _times(visits: Sequence[Visit]) -> list[float]:
    return sorted(visit.seconds for visit in visits)


def _share(hits: Any) -> float:
    rows = list(hits)
    return round(sum(rows) / len(rows), 4)


def _weigh(port: int, browser: Browser) -> int:
    """Return the bytes that travel when somebody opens the first page for the first time."""
    first, page = browser.get("/", is_packed=True), browser.get("/")
    paths = browsing.list_assets(page)
    files = {path: browser.get(path, is_packed=True) for path in sorted(paths)}
    styles = {path: browser.get(path).text for path in files if ".css" in path}
    fonts = {font for path, style in styles.items() for font in browsing.list_fonts(path, style, page.text)}
    loaded = [first, *files.values(), *(browser.get(path, is_packed=True) for path in sorted(fonts))]
    return sum(len(answer.body) for answer in loaded)
