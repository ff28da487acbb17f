"""Ask for the supply that a promise was given for: make to order, let a partner send it, buy it from somebody faster.

Proposals by default: planned production orders and requisitions that a person accepts; an ApprovalPolicy of the
kinds 'production', 'purchase' or 'dropship' lets them go at once. Once a plan runs, it sees them as what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.foundation.items.models import Item, Source
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.production.actions import orders as production
from rantai.iscm.production.models import ProductionComponent, ProductionOrder
from rantai.iscm.production.queries import orders, walk
from rantai.iscm.production.queries.structure import Ways
from rantai.iscm.promising.models import SlotTake
from rantai.iscm.promising.queries import bought, making, partners
from rantai.iscm.promising.queries.replenishment import Replenishment
from rantai.kernel import clock, decisions, money
from rantai.kernel.compiled import Compiled
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply, PurchaseChange, PurchaseRequest

ENGINE = "order-driven 1"
_ONE_RATE = 10**9


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """A demand that something is made or bought for."""

    demand: Demand
    ways: Ways
    supply: walk.Supply
    at: datetime
    by: str

    @property
    def today(self) -> date:
        """The company's business date."""
        return clock.business_date(self.at, self.demand.company.zone)


def back_demand(demand_id: int, *, at: datetime, by: str = "system") -> None:
    """Bring what is proposed for a demand in step with what its promise waits for. Idempotent.

    Locks planned orders, then the demand. Records proposals with their reasons; asks SRM for what has to be bought.
    """
    require_transaction()
    orders.lock_orders(peg.order_id for peg in orders.list_of_demands([demand_id], state="planned"))
    demand = demands.lock([demand_id])[0]
    takes = _TAKES.read(demand.pk)
    _follow_made(demand, [take for take in takes if take.basis == "make"], at=at, by=by)
    _follow_dropped(demand, [take for take in takes if take.basis == "dropship"], at=at, by=by)
    _follow_bought(demand, [take for take in takes if take.basis in ("lead_time", "plan")], by=by)


def ask_to_buy(demand: Demand, take: SlotTake, *, units: int, at: datetime, by: str) -> None:
    """Ask SRM for units of a take at its source, for this demand; nothing where none are missing.

    Raises requisitions.BadRequest.
    """
    require_transaction()
    source = take.source
    assert source is not None
    if not units:
        return
    case = _Case(demand=demand, ways=Ways([], on=at.date()), supply=walk.Supply(), at=at, by=by)
    arrives_on = Replenishment([demand.item_id], as_of=at).arrive(source)
    cause = DocRef("demand", demand.pk, _BOUGHT + demand.revision)
    _request(case, cause, source, item_id=demand.item_id, units=_round_up(units, source), wanted=units,
             due_on=max(arrives_on, case.today), location_id=take.location_id)  # fmt: skip


_BOUGHT = 10**6
"""So that what is bought for a demand is called otherwise than what a partner sends for it."""

_TAKES = Compiled(lambda demand_id: SlotTake.objects.filter(demand_id=demand_id, slot=None).order_by("id"))


def _follow_made(demand: Demand, takes: list[SlotTake], *, at: datetime, by: str) -> None:
    planned = orders.list_of_demands([demand.pk], state="planned")
    wanted = sum(take.units for take in takes)
    if demand.state != "open":
        production.end_pegs(demand.pk, at=at)
    if wanted == sum(peg.units for peg in planned):
        return
    for peg in planned:
        _withdraw(orders.lock_order(peg.order_id), at=at, by=by)
    if wanted:
        _plan_made(demand, takes, at=at, by=by)


def _plan_made(demand: Demand, takes: list[SlotTake], *, at: datetime, by: str) -> None:
    ways = Ways([demand.item_id], on=clock.business_date(at, "UTC"))
    case = _Case(demand=demand, ways=ways, supply=making.read_supply(ways.item_ids - {demand.item_id}), at=at, by=by)
    for place, take in enumerate(takes):
        assert take.location_id is not None
        # a promise that is given again may need another order: its revision names which of them this is
        cause = DocRef("demand", demand.pk, demand.promise.revision * 100 + place)
        draft = production.ProductionDraft(
            company_id=demand.company_id, item_id=demand.item_id, location_id=take.location_id, units=take.units,
            due_on=_site_day_before(take.ship_on, take.location_id, ways), cause=cause, source_id=take.source_id,
            pegs=(_to_peg(demand, take.units),),
        )  # fmt: skip
        root = _plan_tree(case, draft)
        _decide(case, root)


def _plan_tree(case: _Case, draft: production.ProductionDraft) -> ProductionOrder:
    """Plan an order and, below it, what its components are short of."""
    order = production.plan_order(draft, case.ways, at=case.at, by=case.by)
    for component in orders.list_components(order):
        rest, _instant = walk.take(case.supply, (component.item_id, order.location_id), component.needed, 0)
        if rest:
            _supply_component(case, order, component, rest)
    return order


def _supply_component(case: _Case, order: ProductionOrder, component: ProductionComponent, units: int) -> None:
    way = case.ways.find_way(component.item_id, order.location_id)
    if way is None:
        return
    source = case.ways.get_source(way.source_id)
    lot = _round_up(units, source)
    due_on = max(_site_day_before(component.needed_on, order.location_id, case.ways), case.today)
    cause = DocRef("production_order", order.pk, component.pk)
    if way.kind == "move":
        _move_component(case, order, component, way, lot=lot, units=units, due_on=due_on)
        return
    if way.kind == "make":
        draft = production.ProductionDraft(
            company_id=order.company_id, item_id=component.item_id, location_id=order.location_id, units=lot,
            due_on=due_on, cause=cause, source_id=way.source_id, supplies_id=component.pk,
        )  # fmt: skip
        _plan_tree(case, draft)
        return
    production.note_asked(component, units=units)
    earliest = way.working.add(case.today, way.lead_time_days)
    _request(case, cause, source, item_id=component.item_id, units=lot, wanted=units, due_on=max(due_on, earliest),
             location_id=order.location_id)  # fmt: skip


def _move_component(
    case: _Case, order: ProductionOrder, component: ProductionComponent, way: walk.Way, *, lot: int, units: int,
    due_on: date,
) -> None:  # fmt: skip
    """Propose to bring a component from another site; what is short there is the plan's to buy or make."""
    assert way.origin_id is not None
    walk.take(case.supply, (component.item_id, way.origin_id), lot, 0)
    ship_on = max(way.working.subtract(due_on, way.lead_time_days), case.today)
    draft = transfers.TransferDraft(
        company_id=order.company_id, origin_id=way.origin_id, destination_id=order.location_id, ship_on=ship_on,
        due_on=max(due_on, way.working.add(ship_on, way.lead_time_days)), lines=((component.item_id, lot),),
        cause=DocRef("production_order", order.pk, component.pk),
    )  # fmt: skip
    transfer = transfers.plan_transfer(draft, at=case.at, by=case.by)
    policy = decisions.find_policy(
        "transfer", amount=0, starts_on=ship_on, as_of=case.today, demand_class=case.demand.demand_class
    )
    _record(case, "transfer", transfer.ref, draft.cause, units=lot, wanted=units, policy=policy)
    if policy is not None:
        transfers.release_transfer(transfer, at=case.at, by=f"policy:{policy.pk}")


_PARTNERS = Compiled(lambda item_id: Source.objects.filter(item_id=item_id, kind="dropship").values_list("pk")[:1])


def _follow_dropped(demand: Demand, takes: list[SlotTake], *, at: datetime, by: str) -> None:
    """Ask the partner for what is promised from it, more or less than was asked before."""
    if not takes and not _PARTNERS.read(demand.item_id):
        return
    asked = [row.supply for row in partners.list_open(demand)]
    wanted = sum(take.units for take in takes)
    difference = wanted - sum(row.open_units.amount for row in asked)
    if difference < 0:
        _ask_less(asked, -difference, by=by)
    elif difference and takes:
        case = _Case(demand=demand, ways=Ways([], on=at.date()), supply=walk.Supply(), at=at, by=by)
        cause = DocRef("demand", demand.pk, demand.promise.revision)
        _request(case, cause, takes[-1].source, item_id=demand.item_id, units=difference, wanted=difference,
                 due_on=max(takes[-1].promised_on, case.today), kind="dropship")  # fmt: skip


def _follow_bought(demand: Demand, takes: list[SlotTake], *, by: str) -> None:
    """Withdraw what was to be bought for a demand that waits for it no more, unless the supplier has the order."""
    rows = [row for row in bought.list_open(demand) if not row.is_firm]
    asked = sum(row.open_units.amount for row in rows)
    waiting = sum(take.units for take in takes)
    needed = _round_up(waiting, takes[-1].source) if waiting else 0
    if asked > needed:
        _ask_less(rows, asked - needed, by=by)


def _ask_less(asked: list[OpenSupply], units: int, *, by: str) -> None:
    """Want fewer units of what was asked last."""
    changes = []
    for row in reversed(asked):
        count = min(units, row.open_units.amount)
        units -= count
        if count:
            whole = Quantity(row.ordered.amount - count)
            changes.append(
                PurchaseChange(
                    ref=row.ref, units=whole, due_on=row.requested_on, reason="customer", by=by,
                    schedule_id=row.schedule_id or None,
                )
            )  # fmt: skip
    srm.change_purchases(changes)


def _withdraw(order: ProductionOrder, *, at: datetime, by: str) -> None:
    """Cancel a proposal that nobody released, with the wishes to buy for it."""
    if order.state != "planned":
        return
    wishes = [
        row
        for row in srm.list_open_supply(
            item_ids=[row.item_id for one in orders.list_tree(order) for row in orders.list_components(one)]
        )
        if row.cause is not None and row.cause.kind == "production_order" and not row.schedule_id
    ]
    cancelled = set(production.cancel_order(order, at=at, by=by))
    for pk in transfers.list_planned_for("production_order", cancelled):
        transfers.cancel_transfer(transfers.lock_transfer(pk), at=at, by=by)
    mine = [row for row in wishes if row.cause is not None and row.cause.id in cancelled]
    if mine:
        srm.change_purchases(
            [
                PurchaseChange(ref=row.ref, units=Quantity(0), due_on=row.requested_on, reason="customer", by=by)
                for row in mine
            ]
        )


def _decide(case: _Case, root: ProductionOrder) -> None:
    """Record the proposal to make what a customer ordered, and release it where a policy lets it go."""
    (record,) = decisions.record_proposals(
        [
            decisions.Proposal(
                kind="production",
                subject=root.ref,
                units=Quantity(root.units),
                reasons=(
                    decisions.Reason(
                        code="order", units=Quantity(root.units), ref=DocRef(case.demand.kind, case.demand.order_id)
                    ),
                ),
                inputs={"demand": case.demand.pk, "due_on": root.due_on.isoformat()},
                engine=ENGINE,
            )
        ]
    )
    cost = Item.objects.values_list("standard_cost", flat=True).get(pk=root.item_id)
    policy = decisions.find_policy(
        "production",
        amount=money.extend(cost, root.units, case.demand.company.currency),
        starts_on=root.start_on,
        as_of=case.today,
        demand_class=case.demand.demand_class,
    )
    if policy is not None:
        by = f"policy:{policy.pk}"
        decisions.decide([record.pk], state="accepted", by=by, policy=policy)
        production.release_tree(orders.lock_order(root.pk), policy_id=policy.pk, at=case.at, by=by)


def _request(
    case: _Case, cause: DocRef, source: Source | None, *, item_id: int, units: int, wanted: int, due_on: date,
    location_id: int | None = None, kind: str = "purchase",
) -> None:  # fmt: skip
    """Ask SRM to buy, and record why."""
    demand = case.demand
    policy = decisions.find_policy(
        kind, amount=_amount(case, source, units), starts_on=case.today, as_of=case.today,
        demand_class=demand.demand_class,
    )  # fmt: skip
    is_drop = kind == "dropship"
    (asked,) = srm.request_purchase(
        [
            PurchaseRequest(
                company_id=demand.company_id, cause=cause, item_id=item_id,
                supplier_id=source.supplier_id if source else None, source_id=source.pk if source else None,
                location_id=location_id, units=Quantity(units), due_on=due_on, order_on=min(case.today, due_on),
                unit_cost=source.cost if source else 0, currency=source.currency if source else "",
                drop_to_address_id=demand.address_id if is_drop else None,
                drop_for_number=demand.number if is_drop else "",
                value_at_stake=max(0, demand.margin_per_unit * demand.units // 10_000),
                policy_id=policy.pk if policy else None, by=case.by,
            )
        ]
    )  # fmt: skip
    subject = DocRef("purchase_requisition", asked.requisition_id)
    _record(case, kind, subject, cause, units=units, wanted=wanted, policy=policy)


def _record(
    case: _Case, kind: str, subject: DocRef, cause: DocRef, *, units: int, wanted: int, policy: ApprovalPolicy | None
) -> None:
    """Record why something is proposed, and that a policy accepted it where one did."""
    demand = case.demand
    reasons = [decisions.Reason(code="order", units=Quantity(wanted), ref=DocRef(demand.kind, demand.order_id))]
    if units > wanted:
        reasons.append(decisions.Reason(code="lot", units=Quantity(units - wanted)))
    (record,) = decisions.record_proposals(
        [
            decisions.Proposal(
                kind=kind, subject=subject, units=Quantity(units), reasons=tuple(reasons),
                inputs={"demand": demand.pk, "cause": str(cause)}, engine=ENGINE,
            )
        ]
    )  # fmt: skip
    if policy is not None:
        decisions.decide([record.pk], state="accepted", by=f"policy:{policy.pk}", policy=policy)


def _amount(case: _Case, source: Source | None, units: int) -> int:
    """Return what units cost in the company's currency; without a rate no policy covers it."""
    company = case.demand.company
    cost, currency = (source.cost, source.currency or company.currency) if source else (0, company.currency)
    rate = parties.find_rate(currency, company.currency, case.today)
    if rate is None:
        return money.MAX_AMOUNT
    return money.round_half_up(money.extend(cost, units, currency) * rate, _ONE_RATE)


def _round_up(units: int, source: Source | None) -> int:
    if source is None:
        return units
    wanted = max(units, source.minimum)
    return -(-wanted // source.multiple) * source.multiple if source.multiple else wanted


def _site_day_before(day: date, location_id: int, ways: Ways) -> date:
    """Return the site's working day by whose end something must be there to be used on a day."""
    return ways.get_site_days(location_id).subtract(day, 1)


def _to_peg(demand: Demand, units: int) -> production.PegDraft:
    return production.PegDraft(
        demand_id=demand.pk, order_kind=demand.kind, order_id=demand.order_id, line=demand.line,
        schedule=demand.schedule, number=demand.number, units=units,
    )  # fmt: skip
