"""The last four weeks again, day by day through the front doors: orders, purchases, shipments, invoices, payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from rantai.crm import facade as crm
from rantai.crm.events import InvoiceIssued
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.demo import past
from rantai.demo.founding import BY, ZONE, Founded
from rantai.demo.present import LiveOrder, LivePurchase
from rantai.demo.world import World
from rantai.iscm import facade as iscm
from rantai.iscm.messages import OpeningStock, ReceiptLine
from rantai.iscm.reports import ShipmentView
from rantai.kernel import clock, relay
from rantai.kernel.models import Event
from rantai.kernel.money import SCALE, Money
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.srm import facade as srm
from rantai.srm.messages import AnswerLine, AnswerPart, OpenPurchaseRows, OpenSupply, PurchaseAnswer, PurchaseRequest

Report = Callable[[int, int, str], None]

TAKEN_OVER = ("confirmed", "received")
"""Purchases that were ordered before the four weeks."""
_SLICE = 100
_CARRIER = "Kurir Contoh"
_USUAL_WAY = timedelta(days=2)
_ONE_IS_LATE = 7


class Living:
    """Lives through the last weeks of a world in a founded company, with the clock of each day."""

    def __init__(self, world: World, made: Founded, *, import_id: int) -> None:
        self.world, self.made, self.import_id = world, made, import_id
        self.order_ids: dict[str, int] = {}
        self.supplies: dict[str, OpenSupply] = {}
        self._afoot: list[LiveOrder] = []
        self._agenda: dict[date, list[Callable[[datetime], object]]] = defaultdict(list)
        self._now = clock.now()

    def live(self, report: Report) -> dict[str, int]:
        """Do everything in the order in which it happened."""
        first = self.world.as_of - timedelta(days=past.LIVE_DAYS)
        with clock.pretending(instant(first, 8)):
            self._open_stock()
            self._take_over([row for row in self.world.purchases if row.answer in TAKEN_OVER])
            self._find_supplies()
            relay.drain()
        self._plan_purchases(first)
        for place in range(past.LIVE_DAYS + 1):
            self._live_day(first + timedelta(days=place))
            report(place + 1, past.LIVE_DAYS + 1, "The last four weeks")
        self._pay()
        return {"orders": len(self.order_ids), "purchases": len(self.supplies)}

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return an instant of a day, and never one that is still to come."""
        return min(instant(day, hour) + timedelta(minutes=minute), self._now)

    def _live_day(self, day: date) -> None:
        for act in self._agenda.pop(day, ()):
            self._do(act, self._at(day, 9))
        for place, order in enumerate(row for row in self.world.orders if row.placed_on == day):
            self._do(partial(self._place, order), self._at(day, 9, 10 + 17 * place))
        self._do(partial(self._work, day), self._at(day, 13))

    def _do(self, act: Callable[[datetime], object], at: datetime) -> None:
        with clock.pretending(at):
            act(at)
            relay.drain()

    def _open_stock(self) -> None:
        rows = self.world.stock
        for start in range(0, len(rows), _SLICE):
            part = rows[start : start + _SLICE]
            opening = OpeningStock(
                run_key=f"demo:{start}",
                item_ids=tuple(self.made.items[row.item.code] for row in part),
                location_ids=tuple(self.made.sites[row.site] for row in part),
                units=tuple(Quantity.of(row.units).amount for row in part),
            )
            run_atomic(partial(iscm.set_opening_stock, opening, by=BY))

    # purchases

    def _plan_purchases(self, first: date) -> None:
        """Note when purchases are ordered, answered and received."""
        as_of = self.world.as_of
        groups: dict[tuple[bool, str], list[LivePurchase]] = defaultdict(list)
        for purchase in self.world.purchases:
            if purchase.answer not in TAKEN_OVER:
                groups[purchase.due_on < as_of, purchase.answer].append(purchase)
            elif purchase.answer == "confirmed":
                self._agenda[first].append(partial(self._say, [purchase]))
            else:
                self._agenda[purchase.due_on].append(partial(self._receive, purchase))
        for (is_due, answer), rows in sorted(groups.items()):
            day = as_of - timedelta(days=27 if is_due else 8)
            self._agenda[day].append(partial(self._buy, rows, answer))

    def _buy(self, rows: Sequence[LivePurchase], answer: str, at: datetime) -> None:
        for order_id in self._order_purchases(rows, at):
            if answer != "draft":
                srm.approve_order(order_id, by=self.made.users["manager"], as_of=at)
                srm.send_order(order_id, by=self.made.users["buyer"], as_of=at)
        self._find_supplies()
        if answer == "delayed":
            self._plan_answers(rows, at)

    def _plan_answers(self, rows: Sequence[LivePurchase], at: datetime) -> None:
        """Suppliers who are late say so on the day before the goods are due."""
        for group in self._list_by_order(rows):
            day = min(row.due_on for row in group) - timedelta(days=1)
            soonest, latest = at.date() + timedelta(days=1), self.world.as_of - timedelta(days=1)
            self._agenda[min(max(day, soonest), latest)].append(partial(self._say, group))

    def _list_by_order(self, rows: Sequence[LivePurchase]) -> Iterable[list[LivePurchase]]:
        by_order: dict[int, list[LivePurchase]] = defaultdict(list)
        for row in rows:
            by_order[self.supplies[row.number].ref.id].append(row)
        return by_order.values()

    def _take_over(self, rows: Sequence[LivePurchase]) -> None:
        """Bring what was ordered before the four weeks, as open orders of the system before."""
        open_rows = OpenPurchaseRows(
            run_key=f"{BY}:{self.import_id}",
            company_id=self.made.company.pk,
            numbers=tuple(row.number for row in rows),
            supplier_ids=tuple(self.made.parties[row.supplier] for row in rows),
            item_ids=tuple(self.made.items[row.item.code] for row in rows),
            location_ids=tuple(self.made.sites[row.site] for row in rows),
            units=tuple(Quantity.of(row.units).amount for row in rows),
            due_on=tuple(row.due_on for row in rows),
            unit_costs=tuple(row.item.cost * 1_000 * SCALE for row in rows),
            currency="IDR",
        )
        run_atomic(lambda: srm.import_open_purchases(open_rows))

    def _order_purchases(self, rows: Sequence[LivePurchase], at: datetime) -> tuple[int, ...]:
        requests = [self._request(row, at) for row in rows]
        asked = run_atomic(partial(srm.request_purchase, requests))
        ids = [row.requisition_id for row in asked]
        return srm.order_requisitions(ids, by=self.made.users["buyer"], as_of=at)

    def _request(self, row: LivePurchase, at: datetime) -> PurchaseRequest:
        return PurchaseRequest(
            company_id=self.made.company.pk,
            cause=DocRef("import", self.import_id, int(row.number[1:])),
            item_id=self.made.items[row.item.code],
            supplier_id=self.made.parties[row.supplier],
            source_id=None,
            location_id=self.made.sites[row.site],
            units=Quantity.of(row.units),
            due_on=row.due_on,
            order_on=at.date(),
            unit_cost=row.item.cost * 1_000 * SCALE,
            currency="IDR",
            by=self.made.users["planner"],
        )

    def _find_supplies(self) -> None:
        """Learn which schedule became of which purchase: an item is bought once in this world."""
        by_item = {supply.item_id: supply for supply in srm.list_open_supply() if supply.schedule_id}
        for row in self.world.purchases:
            supply = by_item.get(self.made.items[row.item.code])
            if supply:
                self.supplies.setdefault(row.number, supply)

    def _say(self, rows: Sequence[LivePurchase], at: datetime) -> None:
        first = self.supplies[rows[0].number]
        order_id, supplier_id = first.ref.id, first.supplier_id
        asked = srm.find_order_to_answer(order_id, supplier_id=supplier_id, language="en")
        lines = tuple(
            AnswerLine(
                schedule_id=self.supplies[row.number].schedule_id,
                parts=(AnswerPart(units=self.supplies[row.number].open_units, on=row.expected_on),),
                reason="Not enough capacity" if row.answer == "delayed" else "",
            )
            for row in rows
        )
        srm.record_answer(
            PurchaseAnswer(
                order_id=order_id,
                supplier_id=supplier_id,
                asked_revision=asked.asked_revision if asked else 0,
                lines=lines,
                source="user",
                by=self.made.users["buyer"],
            )
        )

    def _receive(self, row: LivePurchase, at: datetime) -> None:
        supply = self.supplies[row.number]
        line = ReceiptLine(ref=supply.ref, item_id=supply.item_id, units=supply.open_units)
        iscm.receive_purchase(
            [line], location_id=self.made.sites[row.site], key=f"demo:{row.number}",
            by=self.made.users["warehouse"], as_of=at,
        )  # fmt: skip

    # orders

    def _work(self, day: date, at: datetime) -> None:
        """A day in the warehouse."""
        if iscm.release_for_shipping(at, by=self.made.users["warehouse"]):
            relay.drain()
            self._afoot = [order for order in self._afoot if not self._handle(order, day)]

    def _place(self, order: LiveOrder, at: datetime) -> None:
        by = self.made.users["sales"]
        lines = tuple(
            OrderLineDraft(
                item_id=self.made.items[line.item.code],
                quantity=Quantity.of(line.units),
                requested_on=line.requested_on,
            )
            for line in order.lines
        )
        order_id = crm.capture_order(
            OrderDraft(
                company_id=self.made.company.pk, party_id=self.made.parties[order.customer.key], lines=lines,
                customer_reference=order.reference, channel="shop" if order.customer.kind == "person" else "staff",
                as_of=at, by=by,
            )
        )  # fmt: skip
        crm.confirm_order(order_id, revision=1, by=by, as_of=at)
        self.order_ids[order.reference] = order_id
        if order.is_handled:
            self._afoot.append(order)

    def _handle(self, order: LiveOrder, day: date) -> bool:
        """Take the shipments of an order as far as they came; return whether there were any."""
        shipments = iscm.list_shipments(DocRef("sales_order", self.order_ids[order.reference]))
        for shipment in shipments:
            self._ship(shipment, order, day)
        return bool(shipments)

    def _ship(self, shipment: ShipmentView, order: LiveOrder, day: date) -> None:
        self._do(partial(self._pick, shipment.id), self._at(day, 14))
        if order.stage == "picking":
            return
        self._do(partial(self._pack, shipment.id), self._at(day, 15))
        if order.stage == "packed":
            return
        self._do(partial(self._hand_over, shipment.id), self._at(day, 16))
        if not order.is_open:
            there = min(day + _find_way(shipment), self.world.as_of)
            if there == day:
                self._do(partial(self._deliver, shipment.id), self._at(day, 17))
            else:
                self._agenda[there].append(partial(self._deliver, shipment.id))

    def _pick(self, shipment_id: int, at: datetime) -> None:
        iscm.pick_shipment(shipment_id, by=self.made.users["warehouse"], as_of=at)

    def _pack(self, shipment_id: int, at: datetime) -> None:
        iscm.pack_shipment(shipment_id, by=self.made.users["warehouse"], as_of=at)

    def _hand_over(self, shipment_id: int, at: datetime) -> None:
        iscm.ship_shipment(
            shipment_id, carrier=_CARRIER, tracking=f"KC{shipment_id:08d}", by=self.made.users["warehouse"], as_of=at
        )

    def _deliver(self, shipment_id: int, at: datetime) -> None:
        iscm.deliver_shipment(shipment_id, proof="signature", by=self.made.users["warehouse"], as_of=at)

    def _pay(self) -> None:
        """Customers pay within days of the invoice."""
        paid = {self.order_ids[order.reference] for order in self.world.orders if order.stage == "paid"}
        for issued_at, fact in read_invoices():
            if fact.sales_order_id in paid:
                day = min(issued_at.date() + timedelta(days=4), self.world.as_of)
                self._do(partial(self._receive_payment, fact, day), self._at(day, 15))

    def _receive_payment(self, fact: InvoiceIssued, day: date, at: datetime) -> None:
        crm.record_payment(
            fact.invoice_id, amount=Money(fact.total, fact.currency), received_on=day, reference=f"TRF {fact.number}",
            by=self.made.users["finance"],
        )  # fmt: skip


def _find_way(shipment: ShipmentView) -> timedelta:
    """Return how long a carrier takes: as long as was promised, of seven shipments one a day longer."""
    promised = max(shipment.promised_on - shipment.ship_on, timedelta(days=1)) if shipment.promised_on else _USUAL_WAY
    return promised + timedelta(days=shipment.id % _ONE_IS_LATE == 0)


def read_invoices() -> Iterable[tuple[datetime, InvoiceIssued]]:
    """Return what was billed, and when."""
    for event in Event.objects.filter(kind="InvoiceIssued").order_by("id"):
        yield event.recorded_at, InvoiceIssued(**event.payload)


def instant(day: date, hour: int) -> datetime:
    """Return an hour of a day in the company's zone."""
    return datetime.combine(day, time(hour), ZoneInfo(ZONE))
