"""What sales people of the demonstration wrote down: orders know nothing of it, and it is honestly imperfect."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from rantai.crm import facade as crm
from rantai.crm.selling.bridge.agreements import SCALE
from rantai.crm.selling.bridge.composing import read_knowledge
from rantai.crm.selling.models import Opportunity, SalesAgreement
from rantai.crm.selling.queries.behaviour import Told
from rantai.crm.selling.queries.known import Known
from rantai.demo import founding, recording
from rantai.demo.world import World, make_world
from rantai.kernel.transactions import run_atomic
from tests.crm.selling.known_world import Market

DAY = date(2026, 11, 22)

BEFORE = {1: "025c96e0818b1ec6", 2: "043b650252f39cf6"}
"""What was ordered in the small worlds before anybody wrote down what sales people know."""


def sum_up(world: World) -> str:
    digest = hashlib.sha256()
    for line in world.history:
        row = (line.invoice, line.item.code, line.units, line.at, line.price, line.customer.key, line.site)
        digest.update(("|".join(map(str, row)) + "\n").encode())
    for order in world.orders:
        head = (order.reference, order.customer.key, order.placed_on, order.stage, order.kind)
        digest.update(("|".join(map(str, head)) + "\n").encode())
        for taken in order.lines:
            digest.update(f"{taken.item.code}|{taken.units}|{taken.requested_on}\n".encode())
    return digest.hexdigest()[:16]


@pytest.mark.parametrize("seed", BEFORE)
def test_orders_are_what_they_were_before_sales_people_wrote_anything_down(seed: int) -> None:
    assert sum_up(make_world(size="small", seed=seed, as_of=DAY)) == BEFORE[seed]


def test_agreements_are_signed_before_their_first_call_off_and_renewed_before_they_end() -> None:
    world = make_world(size="medium", seed=1, as_of=DAY)
    by_key = {row.key: row for row in world.contracts}

    assert len({row.customer.key for row in world.contracts}) >= 30
    for row in world.contracts:
        dates = [day for _item, plan in row.plan for day, _units in plan]
        assert row.signed_on < row.begins <= min(dates)
        assert max(dates) < row.ends
        assert all(day.weekday() < 5 for day in dates)
        if row.renews:
            before = by_key[row.renews]
            assert before.customer == row.customer
            assert 14 <= (before.ends - row.signed_on).days <= 30


def test_the_pipeline_is_neither_whole_nor_right() -> None:
    world = make_world(size="medium", seed=1, as_of=DAY)
    market = Market(world)
    bought = {(party, item): set() for party, item, _day, _units in market.purchases.tolist()}
    for party, item, day, units in market.purchases.tolist():
        bought[party, item].add((day, units))
    ends = Counter(deal.steps[-1].stage for deal in world.deals)
    offs, right = [], 0
    for deal in world.deals:
        assert [step.on for step in deal.steps] == sorted(step.on for step in deal.steps)
        assert deal.steps[-1].on <= DAY
        named = [step.expected_on for step in deal.steps if step.stage not in ("won", "lost")]
        assert all(step.expected_on > step.on for step in deal.steps if step.stage in ("lead", "qualified"))
        if deal.steps[-1].stage == "won":
            offs.append((deal.steps[-1].expected_on - named[0]).days)
            pair = market.parties[deal.customer.key], market.items[deal.lines[0][0].code]
            right += any(units == deal.lines[0][1] for _day, units in bought.get(pair, ()))

    assert 0.3 < ends["lost"] / (ends["won"] + ends["lost"]) < 0.6
    assert 0.3 < sum(abs(off) <= 3 for off in offs) / len(offs) < 0.7
    assert sum(off > 3 for off in offs) > 2 * sum(off < -3 for off in offs)
    assert 0.3 < right / ends["won"] < 0.9


@pytest.mark.django_db(transaction=True)
def test_the_database_knows_on_each_day_what_the_world_knew_on_it() -> None:
    world = make_world(size="small", seed=1, as_of=DAY)

    made = run_atomic(lambda: founding.found(world))
    run_atomic(lambda: recording.record_knowledge(world, made))
    run_atomic(lambda: crm.record_retail_sales(list(list_sell_out(world, made)), company_id=made.company.pk))

    assert SalesAgreement.objects.count() == len(world.contracts)
    assert Opportunity.objects.count() == len(world.deals)
    market = Market(world, parties=made.parties, items=made.items)
    keys = {f"{row._meta.label}-{row.pk}": row.reference for model in (SalesAgreement, Opportunity)
            for row in model.objects.all()}  # fmt: skip
    for on in (date(2025, 6, 1), date(2026, 9, 6), DAY):
        held, wanted = read_knowledge(made.company, as_of=on, weeks=200), market.know(on)

        assert list_rows(held.known, keys) == list_rows(wanted.known, None)
        assert list_told(held.told) == list_told(wanted.told)
        assert sorted(held.terms.ends) == sorted(wanted.terms.ends)
        assert sorted(map(str, held.terms.ahead)) == sorted(map(str, wanted.terms.ahead))
        for name in ("party_ids", "item_ids", "mondays", "sold", "on_shelf"):
            np.testing.assert_array_equal(getattr(held.retail, name), getattr(wanted.retail, name))


def list_sell_out(world: World, made: founding.Founded) -> Iterator[crm.RetailLine]:
    for row in world.sell_outs:
        yield crm.RetailLine(
            party_id=made.parties[row.customer.key], item_id=made.items[row.item.code], first_on=row.monday, days=7,
            sold=row.sold * SCALE, on_shelf=row.on_shelf * SCALE, recorded_on=row.told_on,
        )  # fmt: skip


def list_rows(known: Known, keys: dict[str, str] | None) -> list[tuple[object, ...]]:
    labels = {"agreement": "crm_selling.SalesAgreement", "pipeline": "crm_selling.Opportunity"}
    documents = (
        int(keys[f"{labels[basis]}-{document}"].split("-")[1]) if keys else document
        for basis, document in zip(known.basis, known.document_id, strict=True)
    )
    chances = (round(chance, 9) for chance in known.probability)
    return sorted(
        zip(known.basis, documents, known.party_id, known.item_id, known.day, known.units, chances, strict=True)
    )


def list_told(told: Told) -> list[tuple[object, ...]]:
    return sorted(zip(told.party_id, told.item_id, told.told_on, told.day, told.units, told.stage, strict=True))
