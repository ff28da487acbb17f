"""Inside an app only the floors have names, and nowhere a name that says nothing."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.architecture import sources

FLOORS = {name for layer in sources.read_layers("floors") for name in layer}
ALSO = {"apps", "migrations", "templates", "templatetags", "management", "static", "locale", "letters", "papers"}
# A name that one app alone may have.
OWN = {
    "iscm/promising": {"planner_client"},
    "foundation/access": {"backends"},
    "foundation/documents": {"papers"},
}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "services"}
# Django looks for what wraps a database under this name alone.
BACKENDS = {"src/rantai/kernel/postgresql/base.py", "src/rantai/kernel/sqlite/base.py"}


def find_strange_rooms(app: str, names: Iterable[str]) -> Iterator[str]:
    allowed = FLOORS | ALSO | OWN.get(app, set())
    for name in sorted(names):
        if name not in allowed and not name.startswith(("_", ".")):
            yield f"{app}/{name}"


def find_empty_names(files: Iterable[Path]) -> list[str]:
    return [
        file.as_posix()
        for file in files
        if (file.stem in EMPTY_NAMES and file.as_posix() not in BACKENDS) or EMPTY_NAMES & set(file.parent.parts)
    ]


def list_rooms(folder: Path, apps: set[Path]) -> set[str]:
    """Return what an app holds, without the apps inside it."""
    entries = (entry for entry in folder.iterdir() if entry.suffix == ".py" or entry.is_dir())
    return {entry.stem for entry in entries if entry not in apps}


def test_an_app_holds_only_floors():
    apps = set(sources.list_app_folders())

    strange = [
        room
        for folder in sorted(apps)
        for room in find_strange_rooms(
            folder.relative_to(sources.SOURCE / "rantai").as_posix(), list_rooms(folder, apps)
        )
    ]

    assert strange == []


def test_no_module_has_a_name_that_says_nothing():
    files = [file.relative_to(sources.ROOT) for file in sources.list_python("src", "tests", "tools")]

    assert find_empty_names(files) == []


def test_the_rules_see_a_strange_room():
    assert list(find_strange_rooms("crm/orders", ["actions", "planner_client", "magic"])) == [
        "crm/orders/magic",
        "crm/orders/planner_client",
    ]
    assert find_empty_names([Path("src/rantai/crm/utils.py"), Path("src/a/common/x.py"), Path("a.py")]) != []
    assert find_empty_names([Path("src/rantai/crm/orders/models.py")]) == []
