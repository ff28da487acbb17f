"""Tables hold whole numbers for money and quantity, and point only downwards."""

import ast
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import models

from tests.architecture import sources

FREE = {"foundation", "kernel"}
SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "receiver"}


def list_own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("rantai.")]


def find_inexact_fields(fields: Iterable[models.Field]) -> Iterator[str]:
    for field in fields:
        if isinstance(field, models.DecimalField):
            yield f"{field}: a DecimalField; use MoneyField or QuantityField"
        if isinstance(field, models.FloatField) and "statistic" not in str(field.help_text).lower():
            yield f"{field}: a FloatField whose help_text does not say that it is a statistic"


def find_place(module: str) -> tuple[str, str]:
    """Return house and app of a model's module: ("crm", "orders")."""
    parts = module.split(".")
    return parts[1], parts[2]


def is_downward(source: tuple[str, str], target: tuple[str, str]) -> bool:
    """Say whether a foreign key may run from one app to another (DESIGN.md §2)."""
    if source == target or target[0] == "kernel":
        return True
    if source[0] == "kernel":
        return False
    if source[0] != target[0]:
        return source[0] != "ui" and target[0] == "foundation"
    if source[0] not in {"crm", "iscm", "srm"}:
        return True
    floors = {
        name: number for number, layer in enumerate(sources.read_layers(f"corridors-{source[0]}")) for name in layer
    }
    return floors[source[1]] < floors[target[1]]


def find_upward_keys(own: Iterable[type[models.Model]]) -> Iterator[str]:
    for model in own:
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            target = field.related_model
            if not isinstance(target, type) or not target.__module__.startswith("rantai."):
                continue
            if not is_downward(find_place(model.__module__), find_place(target.__module__)):
                yield f"{field} -> {target._meta.label}"


def find_forbidden_calls(tree: ast.Module, *, name: str) -> Iterator[str]:
    """List what reaches other apps past the imports, and what hides writes."""
    for node in ast.walk(tree):
        called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if called == "get_model":
            yield f"{name}:{node.lineno}: get_model() reaches an app past its door"
        if isinstance(node, ast.ImportFrom) and SIGNALS & {alias.name for alias in node.names}:
            yield f"{name}:{node.lineno}: signals hide what happens"
        if isinstance(node, ast.ClassDef):
            yield from find_hidden_behaviour(node, name=name)


def find_hidden_behaviour(node: ast.ClassDef, *, name: str) -> Iterator[str]:
    for entry in node.body:
        if isinstance(entry, ast.FunctionDef) and entry.name == "save" and name.endswith("models.py"):
            yield f"{name}:{entry.lineno}: save() is overridden"
        targets = entry.targets if node.name == "Meta" and isinstance(entry, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "ordering" for target in targets):
            yield f"{name}:{entry.lineno}: Meta.ordering sorts every query"


def test_money_and_quantity_are_whole_numbers():
    fields = [field for model in list_own_models() for field in model._meta.fields]

    assert list(find_inexact_fields(fields)) == []


def test_foreign_keys_run_down():
    assert list(find_upward_keys(list_own_models())) == []


IN_BULK = {
    "src/rantai/bench/chain_worlds.py": "lays 300,000 demands for a benchmark; doors take one order at a time",
}


def test_nothing_passes_the_doors_or_hides_writes():
    files = [file for file in sources.list_python("src/rantai") if sources.name_file(file) not in IN_BULK]

    found = [v for file in files for v in find_forbidden_calls(sources.parse(file), name=sources.name_file(file))]

    assert found == []


def test_labels_say_house_and_app():
    folders = {
        f"rantai.{'.'.join(f.relative_to(sources.SOURCE / 'rantai').parts)}": f for f in sources.list_app_folders()
    }

    wrong = {
        name: apps.get_app_config(config.label).label
        for name in folders
        for config in apps.get_app_configs()
        if config.name == name and config.label != name.removeprefix("rantai.").replace(".", "_")
    }

    assert wrong == {}


def test_the_rules_see_inexact_fields_and_upward_keys():
    fields = [models.DecimalField(name="price"), models.FloatField(name="rate"), models.BigIntegerField(name="units")]
    planted = ast.parse(
        "from django.db.models.signals import post_save\napps.get_model('crm_orders', 'Order')\n"
        "class A:\n    class Meta:\n        ordering = ['a']\n    def save(self): ...\n"
    )

    assert len(list(find_inexact_fields(fields))) == 2
    assert list(find_inexact_fields([models.FloatField(name="p", help_text="a statistic: probability")])) == []
    assert len(list(find_forbidden_calls(planted, name="src/rantai/crm/orders/models.py"))) == 4


def test_the_direction_of_keys_is_known():
    assert is_downward(("crm", "orders"), ("crm", "accounts"))
    assert is_downward(("crm", "orders"), ("foundation", "parties"))
    assert not is_downward(("crm", "accounts"), ("crm", "orders"))
    assert not is_downward(("crm", "service"), ("crm", "marketing"))
    assert not is_downward(("srm", "buying"), ("iscm", "supply"))
    assert not is_downward(("crm", "orders"), ("iscm", "supply"))
    assert not is_downward(("foundation", "parties"), ("crm", "accounts"))
