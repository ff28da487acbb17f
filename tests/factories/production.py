"""Make things that are made for tests: items with bills and routings of two levels, and partners that send straight."""

from __future__ import annotations

from dataclasses import dataclass

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import srm as suppliers


@dataclass
class Computer:
    """A computer from a case and a board, and the board from a processor and a circuit."""

    computer: Item
    board: Item
    case: Item
    processor: Item
    circuit: Item
    supplier: Party


def make_computer(site: Location, *, decoupling: str = "make") -> Computer:
    """A computer that is made to order over two levels; it takes two steps, its board two."""
    supplier = suppliers.make_supplier("PT Komponen")
    case = make_bought("CASE-A", supplier, days=3, cost=200_000)
    processor = make_bought("CPU-7", supplier, days=5, cost=1_500_000)
    circuit = make_bought("PCB-2", supplier, days=2, cost=300_000)
    board = foundation.make_item("BOARD-7", name={"en": "Mainboard", "id": "Papan induk"}, decoupling="make")
    computer = sales.make_priced_item(
        "PC-7", price="5000000", cost=2_200_000, name={"en": "Computer 7", "id": "Komputer 7"}, decoupling=decoupling
    )
    foundation.make_bill(board, [(processor, 1), (circuit, 2)])
    foundation.make_routing(board, [("Solder", 1800), ("Check", 600)])
    foundation.make_source(board, kind="make", location=site, lead_time_days=1)
    foundation.make_bill(computer, [(case, 1), (board, 1)])
    foundation.make_routing(computer, [("Assemble", 3600), ("Test", 1800)])
    foundation.make_source(computer, kind="make", location=site, lead_time_days=1)
    return Computer(computer=computer, board=board, case=case, processor=processor, circuit=circuit, supplier=supplier)


def make_bought(code: str, supplier: Party, *, days: int, cost: int) -> Item:
    """A component that a supplier delivers in some working days."""
    item = foundation.make_item(code, standard_cost=cost * 10_000, is_sold=False)
    company = foundation.make_company()
    foundation.make_source(item, supplier=supplier, lead_time_days=days, cost=cost * 10_000, calendar=company.calendar)
    return item


def make_dropshipped(partner: Party, *, days: int = 3) -> Item:
    """A monitor that a partner sends straight to our customers."""
    item = sales.make_priced_item(
        "MON-17-DS", price="3000000", cost=2_000_000, name={"en": "17-inch monitor", "id": "Monitor 17 inci"},
        decoupling="dropship",
    )  # fmt: skip
    company = foundation.make_company()
    foundation.make_source(
        item, kind="dropship", supplier=partner, lead_time_days=days, cost=2_000_000 * 10_000,
        calendar=company.calendar,
    )  # fmt: skip
    return item
