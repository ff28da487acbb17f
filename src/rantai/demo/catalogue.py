"""What the demonstration company sells, makes and buys: monitors, computers, and what goes with them.

Pure data from a seed: nothing here reads a clock or a database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from rantai.demo import names


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoItem:
    """An item with what it costs and sells for, in thousands of rupiah."""

    code: str
    name: dict[str, str]
    family: str
    cost: int
    price: int = 0
    made_at: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    is_dropshipped: bool = False
    decoupling: str = "stock"

    @property
    def is_short(self) -> bool:
        """Whether its suppliers are late by habit, so that none is left at the as-of day."""
        return bool(self.price) and self.family in names.SHORT_FAMILIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """All items by the part that they play."""

    finished: tuple[DemoItem, ...]
    modules: tuple[DemoItem, ...]
    components: tuple[DemoItem, ...]
    accessories: tuple[DemoItem, ...]

    @property
    def items(self) -> tuple[DemoItem, ...]:
        """Every item, what is bought first."""
        return (*self.components, *self.modules, *self.accessories, *self.finished)

    @property
    def sold(self) -> tuple[DemoItem, ...]:
        """What customers order."""
        return (*self.finished, *self.accessories)


_FAMILIES = {row[0]: row[1:] for row in names.PARTS}


@dataclass
class _Parts:
    """Components collected while bills are written."""

    items: dict[str, DemoItem] = field(default_factory=dict)

    def add(self, prefix: str, variant: str, cost: int = 0) -> str:
        code = f"{prefix}-{variant}"
        if code not in self.items:
            english, indonesian, chinese, usual = _FAMILIES[prefix]
            texts = {"en": f"{english} {variant}", "id": f"{indonesian} {variant}", "zh-hans": f"{chinese} {variant}"}
            self.items[code] = DemoItem(code=code, name=texts, family=prefix, cost=cost or int(usual))
        return code


def make_catalogue(chance: random.Random, *, accessories: int, components: int) -> Catalogue:
    """Write 44 finished goods and 16 modules with their bills, and as many parts and traded goods as asked."""
    parts = _Parts()
    modules, monitors = _make_monitors(chance, parts)
    kits, computers = _make_computers(chance, parts)
    spare = list(_fill_components(chance, parts, components))
    return Catalogue(
        finished=(*monitors, *computers),
        modules=(*modules, *kits),
        components=(*parts.items.values(), *spare),
        accessories=tuple(_make_accessories(chance, accessories)),
    )


def list_categories() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield code, code of the category above, and names of each category of items, those above first."""
    named = (*names.COMPUTERS, *names.ACCESSORIES, *names.PARTS, *names.ASSEMBLED)
    families = {row[0]: dict(zip(("en", "id", "zh-hans"), row[1:4], strict=True)) for row in named}
    for code, english, indonesian, chinese, inside in names.CATEGORIES:
        yield code, "", {"en": english, "id": indonesian, "zh-hans": chinese}
        for family in inside.split(","):
            yield family, code, families[family]


def _make_monitors(chance: random.Random, parts: _Parts) -> tuple[list[DemoItem], list[DemoItem]]:
    modules, monitors = {}, []
    for inches, grade, price in ((inches, grade, int(price)) for inches, grade, price in names.MONITORS):
        module = f"MOD-{inches}"
        if module not in modules:
            panel = parts.add("PNL", inches, round(price * 0.32))
            board = parts.add("CTL", inches, 210)
            texts = {"en": f"{inches}-inch module", "id": f"Modul {inches} inci", "zh-hans": f"{inches}英寸模组"}
            modules[module] = DemoItem(
                code=module,
                name=texts,
                family="MOD",
                cost=round(price * 0.32) + 260,
                made_at="SMG",
                parts=((panel, 1), (board, 1)),
            )
        bill = (
            (module, 1),
            (parts.add("PWR", chance.choice("ABC"), 130), 1),
            (parts.add("HSG", f"{inches}{grade[:1]}", 95), 1),
            (parts.add("STD", chance.choice("SML"), 70), 1),
            (parts.add("BOX", inches, 18), 1),
        )
        texts = {
            "en": f"{inches}-inch monitor, {grade}",
            "id": f"Monitor {inches} inci, {grade}",
            "zh-hans": f"{inches}英寸显示器 {grade}",
        }
        monitors.append(
            DemoItem(
                code=f"MON-{inches}-{grade}",
                name=texts,
                family="MON",
                cost=round(price * 0.61),
                price=price,
                made_at="CKR",
                parts=bill,
                decoupling="make" if grade == "MED" else "stock",
            )
        )
    return list(modules.values()), monitors


def _make_computers(chance: random.Random, parts: _Parts) -> tuple[list[DemoItem], list[DemoItem]]:
    kits, computers = {}, []
    for prefix, *called, listed, first in names.COMPUTERS:
        english, indonesian, chinese = called
        grades, base = listed.split(","), int(first)
        kit = f"KIT-{prefix}"
        board = parts.add("MBD", prefix, 890)
        fan = parts.add("FAN", chance.choice("12"), 90)
        kits[kit] = DemoItem(
            code=kit,
            name={"en": f"{english} board kit", "id": f"Set papan {indonesian}", "zh-hans": f"{chinese}主板套件"},
            family="KIT",
            cost=1_010,
            made_at="SMG",
            parts=((board, 1), (fan, 1)),
        )
        for place, grade in enumerate(grades):
            price = round(base * (1 + 0.22 * place))
            bill = (
                (kit, 1),
                (parts.add("CPU", grade, round(price * 0.22)), 1),
                (
                    parts.add("RAM", chance.choice(("8", "16")), 380),
                    1 + place % 2,
                ),
                (parts.add("DRV", chance.choice(("256", "512")), 420), 1),
                (parts.add("CAS", prefix, 310), 1),
                (parts.add("PSU", chance.choice(("90", "300")), 240), 1),
            )
            texts = {"en": f"{english} {grade}", "id": f"{indonesian} {grade}", "zh-hans": f"{chinese} {grade}"}
            computers.append(
                DemoItem(
                    code=f"{prefix}-{grade}",
                    name=texts,
                    family=prefix,
                    cost=round(price * 0.7),
                    price=price,
                    made_at="CKR",
                    parts=bill,
                    decoupling="assemble" if prefix == "RUG" else "stock",
                )
            )
    return list(kits.values()), computers


def _fill_components(chance: random.Random, parts: _Parts, wanted: int) -> list[DemoItem]:
    spare = []
    for number in range(max(0, wanted - len(parts.items))):
        prefix, english, indonesian, chinese, cost = names.PARTS[number % len(names.PARTS)]
        mark = f"R{number:03d}"
        texts = {
            "en": f"{english}, repair {mark}",
            "id": f"{indonesian}, servis {mark}",
            "zh-hans": f"{chinese} 维修件 {mark}",
        }
        spare.append(
            DemoItem(
                code=f"{prefix}-{mark}",
                name=texts,
                family=prefix,
                cost=max(5, round(int(cost) * chance.uniform(0.7, 1.3))),
            )
        )
    return spare


def _make_accessories(chance: random.Random, wanted: int) -> list[DemoItem]:
    made = []
    for number in range(wanted):
        prefix, english, indonesian, chinese, base = names.ACCESSORIES[number % len(names.ACCESSORIES)]
        mark = f"V{number // len(names.ACCESSORIES) + 1}"
        price = round(int(base) * chance.uniform(0.7, 1.9))
        texts = {"en": f"{english} {mark}", "id": f"{indonesian} {mark}", "zh-hans": f"{chinese} {mark}"}
        made.append(
            DemoItem(
                code=f"{prefix}-{mark}",
                name=texts,
                family=prefix,
                cost=round(price * 0.66),
                price=price,
                is_dropshipped=prefix in ("ARM", "CAL") and number % 2 == 0,
                decoupling="dropship" if prefix in ("ARM", "CAL") and number % 2 == 0 else "stock",
            )
        )
    return made
