"""Columns become rows as the ORM writes them, with keys that nobody else gets."""

import json
from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from rantai.kernel import bulk, decisions
from rantai.kernel.models import DecisionReason, DecisionRecord, KpiValue

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 1, 2, 3, 456_789, tzinfo=UTC)


def make_columns(**other: object) -> dict[str, object]:
    days = [date(2026, 11, 22), date(2026, 11, 23)]
    return {
        "code": ["a", "é\t\\N"], "subject": "", "day": days, "numerator": np.array([1.5, 2.0]), "denominator": None,
    } | other  # fmt: skip


def test_it_writes_arrays_days_nulls_and_one_value_for_all():
    with transaction.atomic():
        assert bulk.add(KpiValue, make_columns()) == 2
        assert bulk.add(KpiValue, bulk.cut(make_columns(code=["b", "c"]), 1, 2)) == 1
        assert bulk.add(KpiValue, bulk.cut(make_columns(), 2, 4)) == 0

    rows = KpiValue.objects.order_by("id").values_list("code", "subject", "day", "numerator", "denominator")
    assert list(rows) == [
        ("a", "", date(2026, 11, 22), 1.5, None),
        ("é\t\\N", "", date(2026, 11, 23), 2.0, None),
        ("c", "", date(2026, 11, 23), 2.0, None),
    ]


def test_keys_that_were_reserved_are_given_to_nobody_else():
    with transaction.atomic():
        keys = bulk.reserve_keys(KpiValue, 2)
        bulk.add(KpiValue, make_columns(id=keys))
        more = bulk.reserve_keys(KpiValue, 1)

    after = KpiValue.objects.create(code="after", day=date(2026, 11, 24))
    assert list(KpiValue.objects.order_by("id").values_list("pk", flat=True)[:2]) == list(keys)
    assert after.pk not in keys
    assert more[0] not in keys


def test_a_broken_constraint_is_raised_and_nothing_is_written():
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.add(DecisionRecord, make_heads(state="nonsense"))

    assert not DecisionRecord.objects.exists()


def make_heads(*, state: str) -> dict[str, object]:
    return {
        "kind": ["purchase"], "subject_kind": "kettle", "subject_id": [1], "units": [1], "inputs": "{}",
        "alternatives": "[]", "engine": "", "run_id": None, "state": state, "policy_id": None, "proposed_at": AT,
        "decided_at": None, "decided_by": "",
    }  # fmt: skip


def make_proposals(*, units: int) -> decisions.ProposalRows:
    reasons = [("order", 30_000, "demand", 5, json.dumps({"number": "SO-1/1"})), ("minimum", 20_000, "", None, "{}")]
    return decisions.ProposalRows(
        kinds=["purchase"], subject_kind="planned_order", subject_ids=[7], units=[units], inputs=['{"run": 3}'],
        reasons=[reasons], engine="planning", run_id=3,
    )  # fmt: skip


def test_proposals_that_are_loaded_have_their_reasons_as_those_that_are_recorded():
    with transaction.atomic():
        (key,) = decisions.load_proposals(make_proposals(units=50_000))

    record = DecisionRecord.objects.get(pk=key)
    assert (record.subject_id, record.state, record.inputs, record.alternatives) == (7, "proposed", {"run": 3}, [])
    rows = DecisionReason.objects.filter(decision=record).order_by("id")
    assert [(row.code, row.units, row.ref_id, row.detail) for row in rows] == [
        ("order", 30_000, 5, {"number": "SO-1/1"}), ("minimum", 20_000, None, {}),
    ]  # fmt: skip


def test_reasons_that_do_not_add_up_are_refused_before_anything_is_written():
    with pytest.raises(decisions.ReasonsDoNotAddUp), transaction.atomic():
        decisions.load_proposals(make_proposals(units=50_001))

    assert not DecisionRecord.objects.exists()


def test_proposals_that_are_forgotten_take_their_reasons_with_them():
    with transaction.atomic():
        first, second = (decisions.load_proposals(make_proposals(units=50_000))[0] for _each in range(2))
        decisions.forget([first])
        decisions.forget([])

    assert list(DecisionRecord.objects.values_list("pk", flat=True)) == [second]
    assert DecisionReason.objects.filter(decision_id=second).count() == DecisionReason.objects.count() == 2
