"""What every test gets: its database, its home, a client whose GETs may not write."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests import databases

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "spare_database"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        action="store_true",
        help="run the tests that touch the database, on a PostgreSQL started for them (read by tests/settings.py)",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if uses_database(item):
            item.add_marker("database")
        if "browser" in Path(item.path).parts:
            item.add_marker("browser")
    if config.getoption("--postgres"):
        kept = [item for item in items if item.get_closest_marker("database")]
        dropped = [item for item in items if not item.get_closest_marker("database")]
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db")) or bool(fixtures & DATABASE_FIXTURES)


def pytest_unconfigure(config: pytest.Config) -> None:
    if os.environ.get("RANTAI_TEST_OWNER") == str(os.getpid()):
        shutil.rmtree(os.environ["RANTAI_TEST_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replace pytest-django's: a copied template takes milliseconds where migrations take seconds."""
    with django_db_blocker.unblock(), databases.provide():
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
