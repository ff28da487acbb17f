"""What every test gets: its database, its home, a client whose GETs may not write."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck, settings

from tests import databases

# `make test` tries the same examples each time, so that no landing hangs on a seed; `make explore` others, and more.
settings.register_profile(
    "test", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("test"), derandomize=False)
settings.load_profile("test")
EXPLORE_TIMES = 10

DATABASE_FIXTURES = {"db", "django_db_setup", "transactional_db", "live_server", "spare_database"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        action="store_true",
        help="run the tests that touch the database, on a PostgreSQL started for them (read by tests/settings.py)",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Engines know no database: on PostgreSQL their tests need not even be read."""
    return True if collection_path.name == "rantai_engines" and config.getoption("--postgres") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if uses_database(item):
            item.add_marker("database")
        if "browser" in Path(item.path).parts:
            item.add_marker("browser")
    if settings.get_current_profile_name() == "explore":
        try_more_examples(items)
    if config.getoption("--postgres"):
        dropped = [item for item in items if not proves_something_on_postgresql(item)]
        config.hook.pytest_deselected(items=dropped)
        gone = set(dropped)
        items[:] = [item for item in items if item not in gone]
    # Two processes take file after file: the long ones first, or one of them has nothing to do at the end.
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def proves_something_on_postgresql(item: pytest.Item) -> bool:
    """Tell whether a test touches the database, and is not one that asks in a language what it asks in English too.

    Whatever writes, locks, counts or queries is asked on both databases; words know none.
    """
    language = getattr(getattr(item, "callspec", None), "params", {}).get("language", "en")
    return item.get_closest_marker("database") is not None and (language == "en" or not has_english(item))


def has_english(item: pytest.Item) -> bool:
    """Tell whether the test is tried in English as well."""
    tried = [mark.args for mark in item.iter_markers("parametrize") if mark.args[:1] == ("language",)]
    return any("en" in values for _name, values, *_rest in tried)


def try_more_examples(items: list[pytest.Item]) -> None:
    tried = {getattr(item, "function", None) for item in items if item.get_closest_marker("hypothesis")}
    for work in tried - {None}:
        usual = work._hypothesis_internal_use_settings
        work._hypothesis_internal_use_settings = settings(usual, max_examples=EXPLORE_TIMES * usual.max_examples)


def uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db")) or bool(fixtures & DATABASE_FIXTURES)


def pytest_unconfigure(config: pytest.Config) -> None:
    if os.environ.get("RANTAI_TEST_OWNER") == str(os.getpid()):
        shutil.rmtree(os.environ["RANTAI_TEST_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replace pytest-django's: a copied template takes milliseconds where migrations take seconds."""
    emptied = patch.object(TransactionTestCase, "_fixture_teardown", lambda _case: databases.empty())
    with django_db_blocker.unblock(), databases.provide(), emptied:
        yield


@pytest.fixture
def spare_database(django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the URL of a migrated database of its own to programs that the test starts."""
    with django_db_blocker.unblock(), databases.copy() as (_name, url):
        monkeypatch.setenv("DATABASE_URL", url)
        yield url


@pytest.fixture(autouse=True)
def rantai_home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own for files and mail; programs it starts inherit it."""
    home = tmp_path / "home"
    settings.HOME = home
    settings.MEDIA_ROOT = home / "files"
    monkeypatch.setenv("RANTAI_HOME", str(home))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    return home


class ReadOnlyGets(Client):
    """A client that fails a GET which writes to the database (DESIGN.md §5)."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        with connection.execute_wrapper(refuse_writes):
            return super().get(*args, **kwargs)


def refuse_writes(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
    assert not statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")), f"A GET wrote: {statement}"
    return execute(statement, params, many, context)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget what a process keeps: knocks at doors, and the steps of a forecast.

    Rolled back and made anew, a run may have the number and the hour of another.
    """
    cache.clear()
    steps = sys.modules.get("rantai.iscm.demand.queries.steps")
    if steps is not None:
        steps.forget()


@pytest.fixture(autouse=True)
def printed_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print papers in this process; the tests of papers themselves start one for each, as the program does."""
    if "documents" in request.path.parts or not uses_database(request.node):
        yield
        return
    from tests import printing  # Django is not set up when this file is read

    with printing.printed_here():
        yield


@pytest.fixture
def client() -> Client:
    return ReadOnlyGets()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the repository, or skip: its licences keep it out of the project."""
    folder = Path(os.environ.get("RANTAI_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real data is not beside the repository ({folder.name})")
    return folder
