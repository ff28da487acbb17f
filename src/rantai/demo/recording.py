"""Write what the people of the demonstration knew, as they came to know it, and the rules by which they serve."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.crm import facade as crm
from rantai.demo import serving
from rantai.demo.founding import Founded, to_rupiah
from rantai.demo.pipeline import Deal, DealStep
from rantai.demo.world import World
from rantai.foundation.companies import actions as companies
from rantai.iscm import facade as iscm
from rantai.kernel.quantities import Quantity


def record_knowledge(world: World, made: Founded) -> None:
    """Write agreements and pipeline in the caller's transaction."""
    by = made.users["sales"]
    crm.record_agreements(list(_draft_contracts(world, made)), company_id=made.company.pk, by=by)
    crm.record_opportunities(list(_draft_deals(world, made)), company_id=made.company.pk, by=by)


def record_rules(world: World, made: Founded) -> None:
    """Write classes of customers with their service, budget months and campaigns, in the caller's transaction."""
    company, sales, planner = made.company, made.users["sales"], made.users["planner"]
    companies.edit_company(
        company, values={"settings": {**company.settings, "demand_classes": list(serving.CLASSES)}},
        expected_revision=company.revision, by=made.users["manager"],
    )  # fmt: skip
    classes = serving.list_classes(world.customers, world.contracts, world.as_of)
    crm.set_demand_classes({made.parties[key]: name for key, name in classes}, by=sales)
    for name, service, reason in serving.SERVICE:
        iscm.set_stock_policy(service_level=service, demand_class=name, reason=reason, by=planner)
    budgets = [(made.parties[row.customer.key], row.month, row.known_on) for row in serving.list_budgets(world.deals)]
    crm.record_budget_months(budgets, by=sales)
    for row in serving.list_campaigns(world.first_day, world.as_of):
        iscm.plan_campaign(row.name, on=row.on, factor=row.factor, reason=row.reason, by=planner)


def keep_supply(made: Founded) -> None:
    """Let a share of what comes be kept for classes of customers, in the caller's transaction."""
    for row in serving.KEPT:
        iscm.keep_for_class(
            row.demand_class, company_id=made.company.pk, category_id=made.categories[row.category], share=row.share,
            priority=row.priority, by=made.users["planner"],
        )  # fmt: skip


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
