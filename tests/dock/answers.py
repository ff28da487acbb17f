"""An order to answer, what a supplier types, and what must not change where nothing may."""

from datetime import date

from rantai.kernel.models import Event
from rantai.srm.buying.models import PurchaseScheduleLine
from rantai.srm.collaboration.models import ShipNotice, SupplierAnswer
from tests.factories import foundation
from tests.factories import srm as make

NOV_20, DEC_1 = date(2026, 11, 20), date(2026, 12, 1)


def make_order(units: int = 10, *, language: str = "en", **facts):
    return make.make_sent(
        make.make_supplier("Suzhou Light", language=language),
        [(foundation.make_item(code="PANEL-15", name="15-inch panel"), units)],
        **facts,
    )


def fields(order, *parts: tuple[str, str], revision: int = 1, reason: str = "", do: str = "lines", note: str = ""):
    pk = make.list_schedules(order)[0].pk
    data = {"asked_revision": revision, "do": do, "note": note, f"reason_{pk}": reason}
    for place, (units, on) in enumerate(parts, start=1):
        data |= {f"units_{pk}_{place}": units, f"on_{pk}_{place}": on}
    return data


def kinds() -> list[str]:
    rows = Event.objects.filter(
        kind__in=["PurchaseOrdered", "PurchaseConfirmed", "PurchaseCommitChanged", "ShipNoticed"]
    )
    return list(rows.order_by("id").values_list("kind", flat=True))


def state_of_things() -> tuple:
    schedules = PurchaseScheduleLine.objects.order_by("id").values_list("id", "ordered", "committed", "committed_on")
    return tuple(schedules), SupplierAnswer.objects.count(), Event.objects.count(), ShipNotice.objects.count()
