"""Write what the sales people of the demonstration knew, as they came to know it."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.crm import facade as crm
from rantai.demo.founding import Founded, to_rupiah
from rantai.demo.pipeline import Deal, DealStep
from rantai.demo.world import World
from rantai.kernel.quantities import Quantity


def record_knowledge(world: World, made: Founded) -> None:
    """Write agreements and pipeline in the caller's transaction."""
    by = made.users["sales"]
    crm.record_agreements(list(_draft_contracts(world, made)), company_id=made.company.pk, by=by)
    crm.record_opportunities(list(_draft_deals(world, made)), company_id=made.company.pk, by=by)


def _draft_contracts(world: World, made: Founded) -> Iterator[crm.AgreementDraft]:
    for row in world.contracts:
        yield crm.AgreementDraft(
            party_id=made.parties[row.customer.key],
            valid_from=row.begins,
            valid_to=row.ends,
            signed_on=row.signed_on,
            recorded_on=row.signed_on,
            reference=row.key,
            renews=row.renews,
            lines=[
                crm.AgreementLineDraft(
                    item_id=made.items[item.code],
                    units=Quantity.of(dates[0][1]).amount,
                    schedule=[
                        crm.PlannedCallOff(slot=slot, planned_on=day, units=Quantity.of(units).amount)
                        for slot, (day, units) in enumerate(dates, start=1)
                    ],
                )
                for item, dates in row.plan
                if dates
            ],
        )


def _draft_deals(world: World, made: Founded) -> Iterator[crm.OpportunityDraft]:
    for row in world.deals:
        yield crm.OpportunityDraft(
            party_id=made.parties[row.customer.key],
            title=row.title,
            reference=row.key,
            sales_person=made.users["sales"],
            history=[_tell(row, step, made) for step in row.steps],
        )


def _tell(deal: Deal, step: DealStep, made: Founded) -> crm.DealState:
    return crm.DealState(
        recorded_on=step.on,
        stage=step.stage,
        expected_on=step.expected_on,
        note=step.note,
        lines=[
            crm.DealLine(
                item_id=made.items[item.code],
                units=Quantity.of(units).amount,
                needed_on=step.expected_on,
                unit_price=to_rupiah(item.price),
            )
            for item, units in deal.lines
        ],
    )
