"""What a walk through the chain knows: the graph so far, the plan, and documents that were read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db.models import Sum

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import GoodsReceiptLine, ShipmentLine, TransferLine
from rantai.iscm.inventory.models import Lot, StockBalance, StockMove
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.graph import Graph, Node
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.sites import Sites
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply

SECONDS_A_DAY = 86_400


@dataclass(kw_only=True)
class Walk:
    """One trace while it is made."""

    as_of: datetime
    run: PlanRun | None
    graph: Graph = field(default_factory=Graph)
    supplies: dict[str, OpenSupply] = field(default_factory=dict)
    """What is bought, by the key of its node."""
    _outcomes: dict[int, PlanOutcome | None] = field(default_factory=dict)
    _demands: dict[int, Demand | None] = field(default_factory=dict)

    @cached_property
    def reader(self) -> PlanReader:
        """The blocks of the current plan."""
        assert self.run is not None
        return PlanReader(self.run)

    @cached_property
    def receipt_keys(self) -> dict[int, int]:
        """The key of every receipt of the plan, by its row."""
        table = self.reader.whole("receipts")
        return dict(enumerate(table["key"].tolist())) if table else {}

    @cached_property
    def sites(self) -> Sites:
        """Where days begin."""
        return Sites(as_of=self.run.as_of if self.run else self.as_of, company_zone=self.zone)

    @cached_property
    def zone(self) -> str:
        """The company's."""
        return parties.get_company().zone

    @cached_property
    def today(self) -> date:
        """The company's business date."""
        return clock.business_date(self.as_of, self.zone)

    def day(self, at: datetime | None) -> date | None:
        """Return the company's date of an instant."""
        return clock.business_date(at, self.zone) if at else None

    def planned_day(self, pair: int, instant: int) -> date:
        """Return the day by whose end something of the plan is there."""
        return days.day_of(instant, self.sites.zone(keys.split(pair)[1]))

    def read_demands(self, ids: Iterable[int]) -> None:
        """Read demands at once with what the plan says of them: dozens lean on one supply."""
        wanted = set(ids) - self._demands.keys()
        if not wanted:
            return
        found = Demand.objects.select_related("promise").in_bulk(wanted)
        self._demands |= {pk: found.get(pk) for pk in wanted}
        self._outcomes |= dict.fromkeys(found.keys() - self._outcomes.keys())
        for outcome in PlanOutcome.objects.filter(run=self.run, demand__in=found).order_by("-pk"):
            if outcome.demand_seq == found[outcome.demand_id].changed_seq:
                self._outcomes[outcome.demand_id] = outcome

    def find_demand(self, pk: int) -> Demand | None:
        """Return a demand, None where it is gone."""
        self.read_demands([pk])
        return self._demands[pk]

    def find_outcome(self, demand: Demand) -> PlanOutcome | None:
        """Return what the plan says of a demand, None where it does not know the demand as it is now."""
        if self.run is None:
            return None
        if demand.pk not in self._outcomes:
            rows = PlanOutcome.objects.filter(run=self.run, demand=demand, demand_seq=demand.changed_seq)
            self._outcomes[demand.pk] = rows.first()
        return self._outcomes[demand.pk]

    def purchase(self, schedule_id: int, *, order_id: int = 0, item_id: int = 0) -> Node | None:
        """Return a purchase schedule line as a node; its order or its item says where to look."""
        key = f"purchase:{schedule_id}"
        if key not in self.supplies:
            self.keep(srm.list_open_supply(order_ids=[order_id]) if order_id else srm.list_open_supply([item_id]))
        return self.to_purchase(self.supplies[key]) if key in self.supplies else None

    def requisition(self, requisition_id: int) -> list[Node]:
        """Return an open requisition as a node, or the schedule lines that it became."""
        return [
            self.to_purchase(row) for row in self.keep(srm.list_supply_for("purchase_requisition", [requisition_id]))
        ]

    def keep(self, found: Iterable[OpenSupply]) -> list[OpenSupply]:
        """Remember what is bought, and return all that was given."""
        rows = list(found)
        self.supplies |= {key_of(row): row for row in rows}
        return rows

    def to_purchase(self, supply: OpenSupply) -> Node:
        """Return a schedule line, or a requisition, as a node."""
        is_requisition = not supply.schedule_id
        return Node(
            key=key_of(supply),
            kind=supply.ref.kind,
            item_id=supply.item_id,
            place_id=supply.location_id or 0,
            ref=supply.ref,
            number=supply.order_number,
            party_id=supply.supplier_id,
            units=supply.ordered.amount,
            start=self.day(supply.sent_at),
            due=max(supply.expected_on, self.today) if supply.open_units else supply.expected_on,
            promised=supply.requested_on,
            done=not supply.open_units and not is_requisition,
            note="" if supply.is_firm or is_requisition else "unsent",
        )

    def demand(self, demand: Demand) -> Node:
        """Return a demand as a node, with the dates that count now: the plan's, else the promise's."""
        outcome, promise = self.find_outcome(demand), getattr(demand, "promise", None)
        expected = outcome.planned_on if outcome else None
        delivered = self._find_end(demand)
        return Node(
            key=f"demand:{demand.pk}",
            kind="demand",
            item_id=demand.item_id,
            place_id=demand.location_id or 0,
            ref=DocRef(demand.kind, demand.order_id, demand.line),
            number=demand.number,
            party_id=demand.party_id,
            units=demand.units - demand.cancelled,
            due=delivered or expected or (promise.expected_on if promise else None) or demand.requested_on,
            promised=promise.promised_on if promise else None,
            wanted=demand.requested_on,
            p80=None if delivered else promise.p80_on if promise else None,
            done=demand.state == "fulfilled",
            note=promise.reason if promise and promise.unpromised else "",
        )

    def _find_end(self, demand: Demand) -> date | None:
        """Return the day on which the last units were there, None while some are not."""
        if demand.state != "fulfilled":
            return None
        ends = [line.shipment.delivered_at or line.shipment.shipped_at for line in self.shipped(demand.pk)]
        return max((day for at in ends if (day := self.day(at))), default=None)

    def shipped(self, demand_id: int) -> list[ShipmentLine]:
        """Return a demand's lines on shipments that were not cancelled."""
        rows = ShipmentLine.objects.filter(demand_id=demand_id).exclude(shipment__state="cancelled")
        return list(rows.select_related("shipment").order_by("id"))

    def shipment(self, line: ShipmentLine) -> Node:
        """Return a shipment's line as a node."""
        row = line.shipment
        return Node(
            key=f"shipment:{line.pk}",
            kind="shipment",
            item_id=line.item_id,
            place_id=row.location_id,
            ref=DocRef("shipment", row.pk),
            number=row.number,
            units=line.units,
            start=self.day(row.shipped_at) or row.ship_on,
            due=self.day(row.delivered_at) or row.promised_on or self.day(row.shipped_at) or row.ship_on,
            promised=row.promised_on,
            done=row.delivered_at is not None,
            note=row.state,
        )

    def production(self, order: ProductionOrder) -> Node:
        """Return a production order as a node."""
        finished = self.day(order.finished_at)
        return Node(
            key=f"production:{order.pk}",
            kind="production_order",
            item_id=order.item_id,
            place_id=order.location_id,
            ref=order.ref,
            number=str(order),
            units=order.good or order.units,
            start=self.day(order.started_at) or order.start_on,
            due=finished or max(order.due_on, self.today),
            promised=order.due_on,
            done=finished is not None,
            note=order.state,
        )

    def transfer(self, line: TransferLine) -> Node:
        """Return a transfer's line as a node."""
        row = line.transfer
        received = self.day(row.received_at) if row.state == "received" else None
        return Node(
            key=f"transfer:{line.pk}",
            kind="transfer_order",
            item_id=line.item_id,
            place_id=row.destination_id,
            ref=DocRef("transfer_order", row.pk, line.pk),
            number=row.number,
            units=line.units,
            start=self.day(row.shipped_at) or row.ship_on,
            due=received or max(row.due_on, self.today),
            promised=row.due_on,
            done=received is not None,
            note=row.state,
        )

    def accepted(self, order: PlannedOrder) -> Node:
        """Return a proposal that was accepted, for which no document stands yet, as a node."""
        return Node(
            key=f"planned:{order.pk}",
            kind="planned_order",
            item_id=order.item_id,
            place_id=order.location_id or 0,
            ref=DocRef("planned_order", order.pk),
            party_id=order.supplier_id or 0,
            units=order.units,
            start=order.start_on,
            due=order.due_on,
            note=order.kind,
        )

    def lot(self, lot: Lot, place_id: int, units: int) -> Node:
        """Return units of a lot as a node."""
        return Node(
            key=f"lot:{lot.pk}", kind="lot", item_id=lot.item_id, place_id=place_id, number=lot.code, units=units,
            party_id=lot.supplier_id or 0, due=self.day(lot.created_at), done=True,
        )  # fmt: skip

    def stock(self, item_id: int, place_id: int) -> Node:
        """Return all that stands at a place as a node."""
        key = f"stock:{keys.pair_of(item_id, place_id)}"
        if key in self.graph.nodes:
            return self.graph.nodes[key]
        here = StockBalance.objects.filter(item=item_id, location=place_id, is_account=False)
        return Node(
            key=key, kind="stock", item_id=item_id, place_id=place_id, ref=DocRef("stock", item_id, place_id),
            units=here.aggregate(units=Sum("on_hand"))["units"] or 0, due=self.today, done=True,
        )  # fmt: skip

    def receipt(self, line: GoodsReceiptLine) -> Node:
        """Return a line of a goods receipt as a node."""
        row = line.receipt
        return Node(
            key=f"receipt:{line.pk}", kind="goods_receipt", item_id=line.item_id, place_id=row.location_id,
            ref=DocRef("goods_receipt", row.pk, line.pk), number=row.number, party_id=row.supplier_id or 0,
            units=line.accepted or line.units, due=self.day(row.received_at), done=True,
        )  # fmt: skip

    def arrival(self, move: StockMove) -> Node:
        """Return an arrival without a document of its own (opening stock, a count, a return) as a node."""
        kind = {"opening": "opening", "return": "return_receipt"}.get(move.reason, "stock_count")
        return Node(
            key=f"move:{move.pk}", kind=kind, item_id=move.item_id, place_id=move.to_location_id, units=move.units,
            due=None if kind == "opening" else self.day(move.at), done=True,
        )  # fmt: skip


def key_of(supply: OpenSupply) -> str:
    """Return the key of what is bought: a schedule line has one name, a requisition its own."""
    return f"purchase:{supply.schedule_id}" if supply.schedule_id else f"requisition:{supply.ref.id}"
