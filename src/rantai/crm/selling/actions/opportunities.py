"""Write deals and what becomes known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from rantai.crm.accounts.models import Account
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.crm.orders.actions import capturing
from rantai.crm.orders.models import SalesOrder
from rantai.crm.selling import states
from rantai.crm.selling.actions import drafts
from rantai.crm.selling.actions.drafts import DealLine, DealState, OpportunityDraft, RowProblem
from rantai.crm.selling.models import Opportunity, OpportunityLine, OpportunityRevision
from rantai.crm.selling.queries import opportunities
from rantai.foundation.parties.models import Company
from rantai.kernel import audit, inserts, money, revisions
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

KIND = "opportunity"


class ForeignOrder(ValueError):
    """An order of somebody else as what became of a deal."""

    def __init__(self, opportunity: Opportunity, order: SalesOrder) -> None:
        self.opportunity, self.order = opportunity, order
        super().__init__(
            _("Order %(order)s belongs to another customer. Choose an order of this one.") % {"order": order}
        )


def record_opportunities(company: Company, rows: Sequence[OpportunityDraft], *, by: str) -> list[Opportunity]:
    """Write many deals with their whole history; raises RowsRefused with all that is wrong.

    The statements do not grow in number with the rows but by thousands.
    """
    require_transaction()
    problems = list(drafts.check_opportunities(rows))
    held, missing = drafts.find_accounts([row.party_id for row in rows])
    drafts.refuse_wrong([*problems, *missing, *_find_taken(company, rows, held)])
    filled = [replace(row, history=_fill_lines(row.history)) for row in rows]
    written = inserts.add([_make(company, row, held[row.party_id]) for row in filled])
    told = [
        (one, OpportunityRevision(opportunity_id=deal.pk, number=number, recorded_on=one.recorded_on, recorded_by=by,
                                  state=one.stage, probability=one.probability, expected_on=one.expected_on,
                                  note=one.note))
        for row, deal in zip(filled, written, strict=True)
        for number, one in enumerate(row.history, start=1)
    ]  # fmt: skip
    inserts.add([revision for _one, revision in told])
    inserts.send([line for one, revision in told for line in _make_lines(revision, one.lines or ())])
    inserts.send(
        [AuditEntry(actor=by, ref_kind=KIND, ref_id=deal.pk, action="added", changes={}, at=deal.updated_at)
         for deal in written]
    )  # fmt: skip
    return list(written)


def refuse_bad(company: Company, rows: Sequence[OpportunityDraft]) -> None:
    """Raise RowsRefused with all that is wrong with deals that are to be written; writes nothing itself."""
    problems = list(drafts.check_opportunities(rows))
    held, missing = drafts.read_accounts([row.party_id for row in rows])
    drafts.refuse_wrong([*problems, *missing, *_find_taken(company, rows, held)])


def revise_opportunity(
    deal: Opportunity, told: DealState, *, title: str | None = None, lost_reason: str = "", expected_revision: int,
    by: str,
) -> None:  # fmt: skip
    """Let a deal say something else from a day on: its stage too; raises RowsRefused, RevisionConflict.

    Raises IllegalTransition for a stage that does not follow the one it has.
    """
    require_transaction()
    drafts.refuse_wrong(_check_revision(deal, told))
    step = states.OPPORTUNITIES.step(deal, told.stage) if told.stage != deal.state else {}
    lines = told.lines if told.lines is not None else _read_lines(deal)
    is_closed = told.stage in ("won", "lost")
    revisions.take(
        deal, expected=expected_revision, title=deal.title if title is None else title,
        probability=told.probability, expected_on=told.expected_on, amount=_sum(lines, deal.company.currency),
        lost_reason=lost_reason if told.stage == "lost" else "",
        closed_on=(deal.closed_on or told.recorded_on) if is_closed else None, **step,
    )  # fmt: skip
    revision = OpportunityRevision.objects.create(
        opportunity=deal, number=deal.revision, recorded_on=told.recorded_on, recorded_by=by, state=told.stage,
        probability=told.probability, expected_on=told.expected_on, note=told.note,
    )  # fmt: skip
    inserts.send(list(_make_lines(revision, lines)))
    audit.record(DocRef(KIND, deal.pk), action=told.stage if step else "edited", by=by)


def link_order(deal: Opportunity, order: SalesOrder, *, by: str) -> None:
    """Name the order that a deal became; raises ForeignOrder."""
    require_transaction()
    if order.account_id != deal.account_id:
        raise ForeignOrder(deal, order)
    Opportunity.objects.filter(pk=deal.pk).update(order=order)
    deal.order = order
    audit.record(DocRef(KIND, deal.pk), action="linked", by=by, changes={"order": ["", str(order)]})


def draft_order(deal: Opportunity, *, as_of: datetime, today: date, by: str) -> SalesOrder:
    """Write the order that a won deal became, as a draft; raises OrderRefused.

    Its prices are the deal's where the customer buys in the company's currency, else its lists'.
    """
    require_transaction()
    is_home = deal.account.currency in ("", deal.company.currency)
    lines = tuple(
        OrderLineDraft(
            item_id=line.item_id, quantity=Quantity(line.units), requested_on=max(line.needed_on, today),
            unit_price=line.unit_price if is_home and line.unit_price else None,
        )
        for line in _read_lines(deal)
    )  # fmt: skip
    order = capturing.capture_order(
        OrderDraft(
            company_id=deal.company_id, party_id=deal.account.party_id, lines=lines,
            sales_person=deal.sales_person, as_of=as_of, by=by,
        )
    )  # fmt: skip
    link_order(deal, order, by=by)
    return order


def _read_lines(deal: Opportunity) -> list[DealLine]:
    return [
        DealLine(item_id=row.item_id, units=row.units, needed_on=row.needed_on, unit_price=row.unit_price)
        for row in opportunities.list_lines(deal)
    ]


def _fill_lines(history: Sequence[DealState]) -> list[DealState]:
    """Return the states with the lines of the one before where they tell none."""
    filled: list[DealState] = []
    for told in history:
        before = filled[-1].lines if filled else ()
        filled.append(told if told.lines is not None else replace(told, lines=before))
    return filled


def _make(company: Company, row: OpportunityDraft, account: Account) -> Opportunity:
    first, last = row.history[0], row.history[-1]
    return Opportunity(
        company=company, account=account, title=row.title.strip(), reference=row.reference, state=last.stage,
        revision=len(row.history), probability=last.probability, expected_on=last.expected_on,
        amount=_sum(last.lines or (), company.currency), sales_person=row.sales_person, opened_on=first.recorded_on,
        closed_on=_find_close(row.history), lost_reason=last.note if last.stage == "lost" else "",
    )  # fmt: skip


def _find_close(history: Sequence[DealState]) -> date | None:
    """Return since when a deal has the closed stage that it has, or None where it is open."""
    closed = None
    for told in history:
        if told.stage not in ("won", "lost"):
            closed = None
        elif closed is None:
            closed = told.recorded_on
    return closed


def _make_lines(revision: OpportunityRevision, lines: Sequence[DealLine]) -> list[OpportunityLine]:
    return [
        OpportunityLine(revision_id=revision.pk, number=number, item_id=line.item_id, units=line.units,
                        needed_on=line.needed_on, unit_price=line.unit_price)
        for number, line in enumerate(lines, start=1)
    ]  # fmt: skip


def _sum(lines: Sequence[DealLine], currency: str) -> int:
    return sum(money.extend(line.unit_price, line.units, currency) for line in lines)


def _check_revision(deal: Opportunity, told: DealState) -> list[RowProblem]:
    """Return what is wrong with a new state of a stored deal; its day may not lie before what is known."""
    as_row = OpportunityDraft(party_id=0, title=deal.title, history=[told])
    problems = list(drafts.check_opportunities([as_row]))
    newest = OpportunityRevision.objects.filter(opportunity=deal).order_by("-number").first()
    if newest and told.recorded_on < newest.recorded_on:
        problems.append(RowProblem(0, _("Something newer is known of this deal already.")))
    return problems


def _find_taken(company: Company, rows: Sequence[OpportunityDraft], held: Mapping[int, Account]) -> list[RowProblem]:
    """Return the rows whose reference their customer has on another deal, here or stored."""
    wanted = [(held[row.party_id].pk if row.party_id in held else -row.party_id, row.reference) for row in rows]
    stored = opportunities.find_references(company.pk, [reference for _pk, reference in wanted if reference])
    first = {key: place for place, key in reversed(list(enumerate(wanted)))}
    text = _("This customer has a deal %(reference)s already.")
    return [
        RowProblem(place, text % {"reference": key[1]})
        for place, key in enumerate(wanted)
        if key[1] and (key in stored or first[key] < place)
    ]
