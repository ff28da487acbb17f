"""Who was erased stays erased, whichever backup comes back."""

import os
from typing import Any

import pytest

from tests import databases
from tests.config import erasing, programs

KNOWN = {
    "name": "Sri Rahayu",
    "email": "sri@example.org",
    "letters_to": ["sri@example.org"],
    "keys": 0,
    "erased": False,
}
FORGOTTEN = {"email": "", "letters_to": [""], "keys": 0, "erased": True}


def ask(verb: str, *arguments: object) -> Any:
    with databases.visit(os.environ["DATABASE_URL"]):
        return getattr(erasing, verb)(*arguments)


def back_up() -> str:
    folder: str = programs.call_json("backup")["folder"]
    return folder


def test_an_older_backup_does_not_bring_an_erased_person_back(spare_database, rantai_home):
    person = ask("make")
    older = back_up()
    ask("erase", person)

    restored = programs.call_json("restore", "--replace", older)

    assert restored["erased_again"] == 1
    assert ask("read", person) == FORGOTTEN | {"name": f"#{person}"}


def test_a_new_machine_learns_of_erasures_from_the_later_backup_beside(
    spare_database, rantai_home, tmp_path, monkeypatch
):
    if not spare_database.startswith("sqlite"):
        pytest.skip("an empty PostgreSQL is made by its operator")
    person = ask("make")
    older = back_up()
    ask("erase", person)
    back_up()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite3")

    restored = programs.call_json("restore", older)

    assert restored["erased_again"] == 1
    assert ask("read", person) == FORGOTTEN | {"name": f"#{person}"}


def test_whoever_came_after_the_backup_and_was_erased_takes_nobody_along(spare_database, rantai_home):
    person = ask("make")
    older = back_up()
    late = ask("add", "Budi")
    ask("erase", late)

    restored = programs.call_json("restore", "--replace", older)
    new = ask("add", "Citra")
    again = programs.call_json("restore", "--replace", back_up())

    assert (restored["erased_again"], again["erased_again"]) == (0, 0)
    assert ask("read", person) == KNOWN
    assert (ask("read", new)["name"], ask("read", new)["erased"]) == ("Citra", False)
